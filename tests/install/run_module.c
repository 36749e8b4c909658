/* SPDX-License-Identifier: MIT */
/*
 * Loads a module, calls each of its methods with the interface's defaults, and
 * prints the resulting messages as they travel on the wire: the same bytes on
 * every machine.
 *
 * usage: run_module MODULE.so
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/module.h>

#define ROOM 65536
#define MAX_STRUCT 4096

static const struct camipc_module_entry *entry;

static void fail(const char *what, const char *detail)
{
	fprintf(stderr, "run_module: %s: %s\n", what, detail);
	exit(1);
}

static size_t encode(const struct camipc_message_type *type, const void *msg,
		     uint8_t bytes[ROOM])
{
	struct camipc_check check = { .max_fds = 0 };
	struct camipc_writer w;
	size_t size = 0;

	if (type->check)
		type->check(&check, msg);
	if (check.error)
		fail("refused", check.field);
	camipc_writer_init(&w, bytes, ROOM, NULL, 0);
	type->encode(&w, msg);
	if (camipc_writer_finish(&w, &size) < 0)
		fail("does not fit", type->info->name);
	return size;
}

/* What was decoded is encoded to the same bytes again. */
static void check_decode(const struct camipc_message_type *type,
			 const uint8_t *bytes, size_t size)
{
	static uint64_t msg[MAX_STRUCT / sizeof(uint64_t)];
	static uint8_t again[ROOM];
	struct camipc_arena arena;
	struct camipc_reader r;
	const uint8_t *p;

	memset(msg, 0, sizeof(msg));
	if (type->init)
		type->init(msg);
	camipc_arena_init(&arena, ROOM);
	p = camipc_reader_init(&r, bytes, size, &arena, NULL, 0);
	type->decode(&r, p, msg);
	if (camipc_reader_finish(&r) < 0)
		fail("does not decode", type->info->name);
	if (encode(type, msg, again) != size || memcmp(again, bytes, size) != 0)
		fail("changed on the way", type->info->name);
	camipc_arena_fini(&arena);
}

static void print(const char *what, const struct camipc_message_type *type,
		  const void *msg)
{
	static uint8_t bytes[ROOM];
	size_t size = type ? encode(type, msg, bytes) : 0;

	printf("%s:", what);
	for (size_t i = 0; i < size; i++)
		printf(" %02x", bytes[i]);
	printf("\n");
	if (type)
		check_decode(type, bytes, size);
}

static int on_emit(struct camipc_host *host, uint32_t event, const void *args)
{
	const struct camipc_method *row =
		camipc_find_method(entry->descriptor->events,
				   entry->descriptor->n_events, event);

	(void)host;
	if (!row)
		fail("emit", "no such event");
	print(row->name, row->args, args);
	return 0;
}

static void *on_alloc(struct camipc_host *host, size_t n, size_t size)
{
	(void)host;
	return calloc(n, size); /* until the program ends */
}

static void on_log(struct camipc_host *host, enum camipc_log_level level,
		   const char *text)
{
	(void)host;
	printf("log %d: %s\n", (int)level, text);
}

static void call(const struct camipc_method *method, camipc_invoke_fn invoke,
		 void *ipa)
{
	static uint64_t args[MAX_STRUCT / sizeof(uint64_t)];
	static uint64_t outs[MAX_STRUCT / sizeof(uint64_t)];

	memset(args, 0, sizeof(args));
	memset(outs, 0, sizeof(outs));
	if (method->args && method->args->init)
		method->args->init(args);
	if (method->outs && method->outs->init)
		method->outs->init(outs);
	invoke(method, entry->ops, ipa, args, outs);
	print(method->name, method->outs, outs);
}

int main(int argc, char **argv)
{
	struct camipc_host host = {
		.size = sizeof(host),
		.abi = CAMIPC_MODULE_ABI,
		.raise_event = on_emit,
		.alloc = on_alloc,
		.log = on_log,
	};
	void *module = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	void *ipa;

	if (!module)
		fail("cannot load", argc == 2 ? dlerror() : "name a module");
	entry = dlsym(module, "camipc_module_entry");
	if (!entry || entry->create(&host, &ipa) < 0)
		fail("cannot create", argv[1]);
	for (uint16_t i = 0; i < entry->descriptor->n_methods; i++)
		call(&entry->descriptor->methods[i], entry->invoke[i], ipa);
	entry->destroy(ipa);
	return 0;
}
