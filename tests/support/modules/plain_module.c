/* SPDX-License-Identifier: MIT */
/*
 * A module without generated code: one method, one event, and a switch for each
 * way in which a module can be broken. tests/runtime and tests/proxy build it
 * several times.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/module.h>

#ifndef PLAIN_NAME
#define PLAIN_NAME "plain"
#endif
#ifndef PLAIN_INTERFACE
#define PLAIN_INTERFACE "ipa.plain"
#endif
#ifndef PLAIN_MODULE_VERSION
#define PLAIN_MODULE_VERSION 3
#endif
#ifndef PLAIN_VERSION
#define PLAIN_VERSION 2
#endif
#ifndef PLAIN_SINCE
#define PLAIN_SINCE 1
#endif
#ifndef PLAIN_FINGERPRINT
#define PLAIN_FINGERPRINT UINT64_C(0x1122334455667788)
#endif
/* What the entry says, where it differs from the note. */
#ifndef PLAIN_ENTRY_VERSION
#define PLAIN_ENTRY_VERSION PLAIN_VERSION
#endif
#ifndef PLAIN_ENTRY_REVISION
#define PLAIN_ENTRY_REVISION CAMIPC_CODEGEN_REVISION
#endif
#ifndef PLAIN_METHOD_ID
#define PLAIN_METHOD_ID 1
#endif

#ifndef PLAIN_ROLE
#define PLAIN_ROLE CAMIPC_ROLE_CALL
#endif

#ifdef PLAIN_MISSING_SYMBOL
void nobody_defines_this(void);
#endif

#ifdef PLAIN_NEEDS
int camipc_test_needed(void);
#endif

#ifdef PLAIN_LOADS
/* Of the file that was loaded last. */
static int (*needed)(void);

/* The path of each file, in lines of the log. */
static int load_files(struct camipc_host *host)
{
	char path[CAMIPC_HOST_LOAD_PATH_SIZE];
	char text[256];
	int ret;

	for (uint32_t i = 0; (ret = host->load_path(host, i, path)) == 0; i++) {
		void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

		if (!handle)
			return -ELIBACC;
		*(void **)&needed = dlsym(handle, "camipc_test_needed");
		snprintf(text, sizeof(text), "loaded %.200s", path);
		host->log(host, CAMIPC_LOG_WARNING, text);
	}
	return ret == -ENOENT ? 0 : ret;
}
#endif

/** The module's ops. */
struct plain_ops {
	uint32_t size;
	void (*poke)(void *ipa);
};

static void poke(void *ipa)
{
	++*(int *)ipa;
#ifdef PLAIN_LOADS
	*(int *)ipa += needed();
#endif
}

static void invoke_poke(const struct camipc_method *row, const void *table,
			void *self, const void *args, void *outs)
{
	const struct plain_ops *ops = table;

	(void)row;
	(void)args;
	(void)outs;
	ops->poke(self);
}

static const char *missing_op(const void *table)
{
	const struct plain_ops *ops = table;

	return ops->size >= sizeof(*ops) && ops->poke ? NULL : "poke";
}

#ifdef PLAIN_TELLS_ARGUMENT
/* How long it is and what its last bytes are, in a line of the log. */
static void tell_argument(struct camipc_host *host)
{
	char text[] = "argument of .... bytes: ................";
	size_t n = strlen(host->argument);
	const char *end = host->argument + (n > 16 ? n - 16 : 0);

	for (size_t i = 0, rest = n; i < 4; i++, rest /= 10)
		text[12 + 3 - i] = (char)('0' + rest % 10);
	memcpy(strchr(text, ':') + 2, end, strlen(end) + 1);
	host->log(host, CAMIPC_LOG_WARNING, text);
}
#endif

#ifdef PLAIN_TELLS_VARIABLE
/* The variable that is the argument, in a line of the log. */
static void tell_variable(struct camipc_host *host)
{
	const char *value = getenv(host->argument);
	char text[128] = "variable: ";

	strncat(text, value ? value : "(unset)", sizeof(text) - 32);
	host->log(host, CAMIPC_LOG_WARNING, text);
}
#endif

#ifdef PLAIN_STATIC_TLS
/* As allocators have it: room that a process must have left since its start. */
static __thread volatile char tls[PLAIN_STATIC_TLS]
	__attribute__((tls_model("initial-exec")));
#endif

static int create(struct camipc_host *host, void **ret_ipa)
{
	static int pokes;

	(void)host;
#ifdef PLAIN_MISSING_SYMBOL
	nobody_defines_this();
#endif
#ifdef PLAIN_NEEDS
	if (camipc_test_needed() != 0)
		return -ENODEV;
#endif
#ifdef PLAIN_CREATE_CRASHES
	abort();
#endif
#ifdef PLAIN_CREATE_FAILS
	return -ENODEV;
#endif
#ifdef PLAIN_LOADS
	if (load_files(host) < 0)
		return -ENODEV;
#endif
#ifdef PLAIN_TELLS_ARGUMENT
	tell_argument(host);
#endif
#ifdef PLAIN_TELLS_VARIABLE
	tell_variable(host);
#endif
#ifdef PLAIN_STATIC_TLS
	tls[PLAIN_STATIC_TLS - 1] = 1;
#endif
#ifdef PLAIN_PRINTS
	/* Without a flush: the process may not live to the end of main(). */
	printf("a line on stdout\n");
#endif
	*ret_ipa = &pokes;
	return 0;
}

static void destroy(void *ipa)
{
	(void)ipa;
}

#if defined(PLAIN_LOAD_CRASHES) || defined(PLAIN_LOAD_EXITS)
/* To valgrind the loading program's open descriptors would look like leaks. */
static void close_all(void)
{
	for (int fd = 3; fd < 64; fd++)
		close(fd);
}
#endif

#ifdef PLAIN_LOAD_CRASHES
__attribute__((constructor)) static void crash(void)
{
	close_all();
	abort();
}
#endif

#ifdef PLAIN_LOAD_EXITS
__attribute__((constructor)) static void leave(void)
{
	close_all();
	_exit(0);
}
#endif

#ifdef PLAIN_EVIL
/* Its note is that of a good one: only this tells them apart. */
__attribute__((constructor)) static void leave_a_mark(void)
{
	static const char text[] = "evil constructor\n";

	setenv("CAMIPC_TEST_EVIL", "1", 1);
	if (write(2, text, sizeof(text) - 1) < 0)
		abort();
}
#endif

#ifdef PLAIN_LOAD_HANGS
__attribute__((constructor)) static void hang(void)
{
	for (;;)
		pause();
}
#endif

#ifndef PLAIN_OPS_SIZE
#define PLAIN_OPS_SIZE sizeof(struct plain_ops)
#endif

static const struct plain_ops ops = {
	.size = PLAIN_OPS_SIZE,
#ifndef PLAIN_MISSING_OP
	.poke = poke,
#endif
};

static const struct camipc_method methods[] = {
	{ .name = "poke", .id = PLAIN_METHOD_ID, .role = PLAIN_ROLE },
};

static const struct camipc_interface interface = {
	.size = sizeof(interface),
	.version = PLAIN_ENTRY_VERSION,
	.name = PLAIN_INTERFACE,
	.compatible_since = PLAIN_SINCE,
	.codegen_revision = PLAIN_ENTRY_REVISION,
	.wire_fingerprint = PLAIN_FINGERPRINT,
	.methods = methods,
	.n_methods = 1,
};

static const camipc_invoke_fn invoke_rows[] = { invoke_poke };

#if defined(PLAIN_NO_INTERFACE)
#define INTERFACE NULL
#else
#define INTERFACE (&interface)
#endif

#if defined(PLAIN_NO_CREATE)
#define CREATE NULL
#else
#define CREATE create
#endif

/* So that no variant has unused functions. */
CAMIPC_EXPORT const void *const plain_parts[] = { &interface, &methods, &ops };
CAMIPC_EXPORT int (*const plain_create)(struct camipc_host *, void **) = create;
CAMIPC_EXPORT void (*const plain_poke)(void *) = poke;

#if defined(PLAIN_NO_NOTE) || defined(PLAIN_NO_ENTRY)
CAMIPC_EXPORT extern const struct camipc_module_entry plain_entry;
const struct camipc_module_entry plain_entry = {
	.size = sizeof(plain_entry),
	.abi = CAMIPC_MODULE_ABI,
	.descriptor = INTERFACE,
	.invoke = invoke_rows,
	.ops = &ops,
	.missing_op = missing_op,
	.create = CREATE,
	.destroy = destroy,
};
#endif

#if defined(PLAIN_HAS_MANIFEST)
CAMIPC_MODULE_MANIFEST("read: [/usr/share/caf\303\251]\n"
		       "threads: 4\t\n");
#elif defined(PLAIN_LOADS)
CAMIPC_MODULE_MANIFEST("loads: [" PLAIN_LOADS "]\n");
#elif defined(PLAIN_TELLS_ARGUMENT) || defined(PLAIN_TELLS_VARIABLE)
CAMIPC_MODULE_MANIFEST("argument: true\n");
#endif

#if defined(PLAIN_NO_ENTRY)
__attribute__((section(CAMIPC_NOTE_SECTION), used, aligned(4)))
static const struct camipc_module_note note = {
	sizeof(CAMIPC_NOTE_NAME),
	sizeof(struct camipc_module_info),
	CAMIPC_NOTE_TYPE,
	CAMIPC_NOTE_NAME,
	{ .abi = CAMIPC_MODULE_ABI,
	  .codegen_revision = CAMIPC_CODEGEN_REVISION,
	  .interface_version = 1,
	  .name = PLAIN_NAME,
	  .interface_name = PLAIN_INTERFACE },
};
#elif !defined(PLAIN_NO_NOTE)
CAMIPC_MODULE(PLAIN_NAME, PLAIN_MODULE_VERSION, "MIT", PLAIN_INTERFACE,
	      PLAIN_VERSION, PLAIN_SINCE, PLAIN_FINGERPRINT, INTERFACE,
	      invoke_rows, missing_op, CREATE, destroy, &ops);
#endif
