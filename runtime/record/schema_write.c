/* SPDX-License-Identifier: MIT */
/* Writes the table of an interface from its descriptor. */
#include <stdlib.h>

#include "grow.h"
#include "recording_format.h"
#include "schema.h"

#define TABLE_VERSION 1

/** The types that the table has, in the order of their numbers. */
struct types {
	const struct camipc_type_info **infos;
	size_t n;
	size_t room;
	int error;
};

static void put_number(struct camipc_bytes *table, uint64_t value, unsigned int n)
{
	uint8_t *at = camipc_bytes_add(table, n);

	if (at)
		camipc_put_le(at, value, n);
}

static void put_text(struct camipc_bytes *table, const char *text)
{
	const size_t n = text ? strnlen(text, UINT16_MAX) : 0;
	uint8_t *at;

	put_number(table, n, 2);
	at = camipc_bytes_add(table, n);
	if (at && n)
		memcpy(at, text, n);
}

/** Adds a type unless it is there. Returns its number, from 1; 0 for NULL. */
static uint32_t number_of(struct types *types,
			  const struct camipc_type_info *info)
{
	const struct camipc_type_info **infos;

	if (!info)
		return 0;
	for (size_t i = 0; i < types->n; i++)
		if (types->infos[i] == info)
			return (uint32_t)i + 1;
	infos = camipc_grow(types->infos, types->n, &types->room,
			    sizeof(*infos));
	if (!infos) {
		types->error = -ENOMEM;
		return 0;
	}
	types->infos = infos;
	types->infos[types->n++] = info;
	return (uint32_t)types->n;
}

static void put_type(struct camipc_bytes *table, struct types *types,
		     const struct camipc_type_info *info)
{
	put_text(table, info->name);
	put_number(table, info->kind, 1);
	put_number(table, info->flags, 4);
	put_number(table, info->n_fields, 4);
	put_number(table, info->n_enumerators, 4);
	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct camipc_field_info *field = &info->fields[i];

		put_text(table, field->name);
		put_number(table, field->number, 4);
		put_number(table, field->kind, 1);
		put_number(table, field->shape, 1);
		put_number(table, field->wire, 1);
		put_number(table, field->flags, 4);
		put_number(table, field->count, 4);
		put_number(table, number_of(types, field->type), 4);
	}
	for (uint32_t i = 0; i < info->n_enumerators; i++) {
		put_text(table, info->enumerators[i].name);
		put_number(table, (uint32_t)info->enumerators[i].value, 4);
	}
}

static void put_rows(struct camipc_bytes *table, struct types *types,
		     const struct camipc_method *rows, uint16_t n)
{
	put_number(table, n, 4);
	for (uint16_t i = 0; i < n; i++) {
		const struct camipc_method *row = &rows[i];

		put_text(table, row->name);
		put_number(table, row->id, 2);
		put_number(table, row->flags, 2);
		put_number(table, row->role, 1);
		put_number(table, row->when, 1);
		put_number(table, row->overflow, 1);
		put_number(table, row->queue, 2);
		put_number(table, row->max_fds_args, 2);
		put_number(table, row->max_fds_outs, 2);
		put_number(table, row->timeout_ms, 4);
		put_number(table, number_of(types, row->args ? row->args->info : NULL),
		    4);
		put_number(table, number_of(types, row->outs ? row->outs->info : NULL),
		    4);
	}
}

static uint32_t max_message_of(const struct camipc_interface *interface)
{
	return offsetof(struct camipc_interface, max_message_size) <
			       interface->size
		       ? interface->max_message_size
		       : 0;
}

int camipc_schema_write(const struct camipc_interface *interface,
			struct camipc_bytes *table)
{
	struct types types = { .error = 0 };
	size_t count_at;

	put_number(table, TABLE_VERSION, 4);
	put_text(table, interface->name);
	put_number(table, interface->wire_fingerprint, 8);
	put_number(table, interface->version, 4);
	put_number(table, interface->compatible_since, 4);
	put_number(table, interface->codegen_revision, 4);
	put_number(table, max_message_of(interface), 4);
	put_rows(table, &types, interface->methods, interface->n_methods);
	put_rows(table, &types, interface->events, interface->n_events);
	count_at = table->size;
	put_number(table, 0, 4);
	/* Types that the ones before refer to are added meanwhile. */
	for (size_t i = 0; i < types.n; i++)
		put_type(table, &types, types.infos[i]);
	if (!table->error && !types.error)
		camipc_put_le(table->data + count_at, types.n, 4);
	free(types.infos);
	return types.error ? types.error : table->error;
}
