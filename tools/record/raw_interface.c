/* SPDX-License-Identifier: MIT */
/* The pipeline side of an interface that is known by its schema only. */
#include "raw_interface.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The field of outputs that has the result, by the rules of the IDL. */
#define RET_TAG 8 /* field 1, varint */

static const struct camipc_type_info raw_info = {
	.name = "camipc.RawMessage",
	.kind = CAMIPC_KIND_STRUCT,
	.size = sizeof(struct raw_message),
};

static void raw_check(struct camipc_check *check, const void *data)
{
	const struct raw_message *message = data;

	camipc_check_wire(check, message->size);
	for (uint32_t i = 0; i < message->n_fds; i++) {
		if (check->fds && check->n_fds < check->max_fds)
			check->fds[check->n_fds] = message->fds[i];
		check->n_fds++;
	}
}

static void raw_encode(struct camipc_writer *w, const void *data)
{
	const struct raw_message *message = data;

	for (uint32_t i = 0; i < message->n_fds && w->n_fds < w->max_fds; i++)
		w->fds[w->n_fds++] = message->fds[i];
	if (w->pos > w->end || message->size > (size_t)(w->end - w->pos)) {
		w->pos = camipc_writer_fail(w);
		return;
	}
	if (message->size)
		memcpy(w->pos, message->bytes, message->size);
	w->pos += message->size;
}

static void raw_decode(struct camipc_reader *r, const uint8_t *p, void *data)
{
	struct raw_message *message = data;

	message->size = (size_t)(r->end - p);
	message->bytes = p;
	message->fds = r->fds;
	message->n_fds = r->n_fds;
	r->next_fd = r->n_fds;
	if (message->size >= 2 && p[0] == RET_TAG) {
		uint64_t value = 0;

		camipc_get_uint64(r, p + 1, r->end, &value);
		message->ret = (int32_t)camipc_unzigzag(value & UINT32_MAX);
	}
}

/* Descriptors are not looked at: a copy has none. */
static void raw_copy(struct camipc_arena *arena, void *data)
{
	struct raw_message *message = data;

	message->bytes = camipc_copy_array(arena, message->bytes,
					   message->size, 1);
	message->fds = NULL;
	message->n_fds = 0;
}

static void raw_clear(void *data)
{
	raw_message_clear(data);
}

void raw_message_clear(struct raw_message *message)
{
	camipc_clear_array(message->bytes);
	*message = (struct raw_message){ .ret = 0 };
}

static const struct camipc_message_type raw_type = {
	.size = sizeof(struct raw_message),
	.info = &raw_info,
	.check = raw_check,
	.encode = raw_encode,
	.decode = raw_decode,
	.copy = raw_copy,
	.clear = raw_clear,
};

static void deliver(const struct camipc_method *row, const void *table,
		    void *self, const void *args, void *outs)
{
	static const struct raw_message none;
	const struct raw_events *events = table;

	(void)outs;
	events->event(self, row, args ? args : &none);
}

static void deliver_closed(const void *table, void *user,
			   const struct camipc_closed_info *info)
{
	const struct raw_events *events = table;

	events->closed(user, info);
}

static struct camipc_method *make_rows(const struct camipc_schema_method *rows,
				       uint32_t n)
{
	struct camipc_method *made = calloc((size_t)n + 1, sizeof(*made));

	for (uint32_t i = 0; made && i < n; i++)
		made[i] = (struct camipc_method){
			.name = rows[i].name,
			.id = rows[i].id,
			/* Which calls a restart makes again does not matter. */
			.flags = rows[i].flags &
				 (CAMIPC_METHOD_RETURNS_INT32 |
				  CAMIPC_METHOD_ARGS_FDS |
				  CAMIPC_METHOD_OUTS_FDS),
			.role = rows[i].role,
			.when = rows[i].when,
			.overflow = rows[i].overflow,
			.queue = rows[i].queue,
			.max_fds_args = rows[i].max_fds_args,
			.max_fds_outs = rows[i].max_fds_outs,
			.timeout_ms = rows[i].timeout_ms,
			.args = rows[i].args ? &raw_type : NULL,
			.outs = rows[i].outs ? &raw_type : NULL,
		};
	return made;
}

int raw_interface_make(struct raw_interface *raw,
		       const struct camipc_schema *schema)
{
	memset(raw, 0, sizeof(*raw));
	raw->methods = make_rows(schema->methods, schema->n_methods);
	raw->events = make_rows(schema->events, schema->n_events);
	raw->invoke = calloc((size_t)schema->n_events + 1,
			     sizeof(*raw->invoke));
	if (!raw->methods || !raw->events || !raw->invoke) {
		raw_interface_fini(raw);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < schema->n_events; i++)
		raw->invoke[i] = deliver;
	raw->interface = (struct camipc_interface){
		.size = sizeof(raw->interface),
		.version = schema->version,
		.name = schema->name,
		.compatible_since = schema->compatible_since,
		.codegen_revision = schema->codegen_revision,
		.wire_fingerprint = schema->wire_fingerprint,
		.methods = raw->methods,
		.events = raw->events,
		.n_methods = (uint16_t)schema->n_methods,
		.n_events = (uint16_t)schema->n_events,
		.max_message_size = schema->max_message_size,
	};
	raw->client = (struct camipc_client){
		.size = sizeof(raw->client),
		.descriptor = &raw->interface,
		.invoke_event = raw->invoke,
		.invoke_closed = deliver_closed,
	};
	return 0;
}

void raw_interface_fini(struct raw_interface *raw)
{
	free(raw->methods);
	free(raw->events);
	free(raw->invoke);
	memset(raw, 0, sizeof(*raw));
}
