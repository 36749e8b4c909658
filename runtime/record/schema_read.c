/* SPDX-License-Identifier: MIT */
/* Reads the table of an interface, which may be damaged or hostile. */
#include <stdlib.h>

#include "recording_format.h"
#include "schema.h"

#define TABLE_VERSION 1

/* Least bytes of a row, a type, a field and a value: they bound their number by
 * the size of the table, and so the memory that it takes. */
#define ROW_MIN 27
#define TYPE_MIN 15
#define FIELD_MIN 21
#define VALUE_MIN 6

/** A schema with the memory of all its parts. */
struct owner {
	struct camipc_schema schema;
	char *text; /* all names, NUL-terminated */
};

/** The position in a table; after an error it is at the end. */
struct position {
	const uint8_t *at;
	const uint8_t *end;
	struct owner *owner;
	char *text; /* where the next name goes: not beyond the table's size */
	int error;
};

static size_t left_of(const struct position *position)
{
	return (size_t)(position->end - position->at);
}

static void fail_table(struct position *position, int error)
{
	if (!position->error)
		position->error = error;
	position->at = position->end;
}

static uint64_t take_number(struct position *position, unsigned int n)
{
	uint64_t value;

	if (left_of(position) < n) {
		fail_table(position, -EPROTO);
		return 0;
	}
	value = camipc_get_le(position->at, n);
	position->at += n;
	return value;
}

/** Takes a number of an enum, which is below @n. */
static unsigned int take_enum(struct position *position, unsigned int n)
{
	const unsigned int value = (unsigned int)take_number(position, 1);

	if (value >= n)
		fail_table(position, -EPROTO);
	return value < n ? value : 0;
}

/** Takes a name of printable ASCII without quotes: it is printed as it is. */
static const char *take_text(struct position *position)
{
	const size_t n = (size_t)take_number(position, 2);
	char *text = position->text;

	if (left_of(position) < n) {
		fail_table(position, -EPROTO);
		return "";
	}
	for (size_t i = 0; i < n; i++) {
		const char c = (char)position->at[i];

		if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '<')
			fail_table(position, -EPROTO);
		if (position->error)
			return "";
		text[i] = c;
	}
	text[n] = '\0';
	position->text += n + 1;
	position->at += n;
	return text;
}

/** Takes a count of parts of at least @least bytes, and makes room for them. */
static void *take_array(struct position *position, size_t least, size_t size,
			uint32_t *ret_n)
{
	const uint64_t n = take_number(position, 4);
	void *array;

	*ret_n = 0;
	if (n > left_of(position) / least) {
		fail_table(position, -EPROTO);
		return NULL;
	}
	array = calloc((size_t)n + 1, size);
	if (!array)
		fail_table(position, -ENOMEM);
	else
		*ret_n = (uint32_t)n;
	return array;
}

/* Until all types are known, a pointer to one holds its number. */
static const struct camipc_schema_type *take_type(struct position *position)
{
	return (const struct camipc_schema_type *)(uintptr_t)take_number(position, 4);
}

static int resolve(const struct camipc_schema *schema,
		   const struct camipc_schema_type **type)
{
	const uintptr_t number = (uintptr_t)*type;

	*type = number && number <= schema->n_types
			? &schema->types[number - 1]
			: NULL;
	return number && !*type ? -EPROTO : 0;
}

static void take_rows(struct position *position,
		      struct camipc_schema_method **ret_rows, uint32_t *ret_n)
{
	struct camipc_schema_method *rows;

	*ret_rows = take_array(position, ROW_MIN, sizeof(*rows), ret_n);
	rows = *ret_rows;
	for (uint32_t i = 0; i < *ret_n; i++) {
		struct camipc_schema_method *row = &rows[i];

		row->name = take_text(position);
		row->id = (uint16_t)take_number(position, 2);
		row->flags = (uint16_t)take_number(position, 2);
		row->role = take_enum(position, CAMIPC_N_ROLES);
		row->when = take_enum(position, CAMIPC_N_WHENS);
		row->overflow = take_enum(position, CAMIPC_N_OVERFLOWS);
		row->queue = (uint16_t)take_number(position, 2);
		row->max_fds_args = (uint16_t)take_number(position, 2);
		row->max_fds_outs = (uint16_t)take_number(position, 2);
		row->timeout_ms = (uint32_t)take_number(position, 4);
		row->args = take_type(position);
		row->outs = take_type(position);
		/* Ascending ids: they are found by their order. */
		if (!row->id || (i > 0 && row->id <= rows[i - 1].id))
			fail_table(position, -EPROTO);
	}
}

static void take_fields(struct position *position,
			struct camipc_schema_type *type)
{
	for (uint32_t i = 0; i < type->n_fields; i++) {
		struct camipc_schema_field *field = &type->fields[i];

		field->name = take_text(position);
		field->number = (uint32_t)take_number(position, 4);
		field->kind = take_enum(position, CAMIPC_KIND_EXTERNAL + 1);
		field->shape = take_enum(position, CAMIPC_SHAPE_MAP + 1);
		field->wire = take_enum(position, CAMIPC_WIRE_MESSAGE + 1);
		field->flags = (uint32_t)take_number(position, 4);
		field->count = (uint32_t)take_number(position, 4);
		field->type = take_type(position);
	}
	for (uint32_t i = 0; i < type->n_values; i++) {
		type->values[i].name = take_text(position);
		type->values[i].value = (int32_t)(uint32_t)take_number(position, 4);
	}
}

static void take_types(struct position *position, struct camipc_schema *schema)
{
	schema->types = take_array(position, TYPE_MIN, sizeof(*schema->types),
				   &schema->n_types);
	for (uint32_t i = 0; i < schema->n_types && !position->error; i++) {
		struct camipc_schema_type *type = &schema->types[i];
		uint64_t n_fields;
		uint64_t n_values;

		type->name = take_text(position);
		type->kind = take_enum(position, CAMIPC_KIND_EXTERNAL + 1);
		type->flags = (uint32_t)take_number(position, 4);
		n_fields = take_number(position, 4);
		n_values = take_number(position, 4);
		if (n_fields > left_of(position) / FIELD_MIN ||
		    n_values > left_of(position) / VALUE_MIN) {
			fail_table(position, -EPROTO);
			return;
		}
		type->fields = calloc((size_t)n_fields + 1,
				      sizeof(*type->fields));
		type->values = calloc((size_t)n_values + 1,
				      sizeof(*type->values));
		if (!type->fields || !type->values) {
			fail_table(position, -ENOMEM);
			return;
		}
		type->n_fields = (uint32_t)n_fields;
		type->n_values = (uint32_t)n_values;
		take_fields(position, type);
	}
}

static bool is_message_type(const struct camipc_schema_type *type)
{
	return type && (type->kind == CAMIPC_KIND_STRUCT ||
			type->kind == CAMIPC_KIND_UNION);
}

/** Checks that a field's type is of the kind that the field says. */
static bool fits(const struct camipc_schema_field *field)
{
	const bool inlined = field->flags & CAMIPC_FIELD_INLINE;

	if (inlined != !field->number)
		return false;
	if (inlined && field->kind != CAMIPC_KIND_UNION)
		return false;
	if (field->kind == CAMIPC_KIND_STRUCT ||
	    field->kind == CAMIPC_KIND_UNION)
		return is_message_type(field->type);
	if (field->shape == CAMIPC_SHAPE_MAP)
		return false;
	if (field->kind == CAMIPC_KIND_EXTERNAL)
		return field->type && field->wire == CAMIPC_WIRE_BYTES &&
		       field->type->kind == CAMIPC_KIND_EXTERNAL;
	if (field->kind == CAMIPC_KIND_ENUM || field->kind == CAMIPC_KIND_FLAGS)
		return field->type && !is_message_type(field->type);
	return true;
}

static int resolve_rows(const struct camipc_schema *schema,
			struct camipc_schema_method *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (resolve(schema, &rows[i].args) < 0 ||
		    resolve(schema, &rows[i].outs) < 0)
			return -EPROTO;
		if ((rows[i].args && !is_message_type(rows[i].args)) ||
		    (rows[i].outs && !is_message_type(rows[i].outs)))
			return -EPROTO;
	}
	return 0;
}

static int resolve_all(struct camipc_schema *schema)
{
	for (uint32_t i = 0; i < schema->n_types; i++) {
		struct camipc_schema_type *type = &schema->types[i];

		for (uint32_t k = 0; k < type->n_fields; k++)
			if (resolve(schema, &type->fields[k].type) < 0)
				return -EPROTO;
	}
	for (uint32_t i = 0; i < schema->n_types; i++)
		for (uint32_t k = 0; k < schema->types[i].n_fields; k++)
			if (!fits(&schema->types[i].fields[k]))
				return -EPROTO;
	if (resolve_rows(schema, schema->methods, schema->n_methods) < 0)
		return -EPROTO;
	return resolve_rows(schema, schema->events, schema->n_events);
}

int camipc_schema_read(const uint8_t *table, size_t size,
		       struct camipc_schema **ret_schema)
{
	struct owner *owner = calloc(1, sizeof(*owner));
	struct position position = { .at = table, .end = table + size };
	struct camipc_schema *schema;
	int ret;

	if (!owner)
		return -ENOMEM;
	/* A name takes two bytes more in the table, and one more here. */
	owner->text = malloc(size + 1);
	position.text = owner->text;
	position.owner = owner;
	schema = &owner->schema;
	if (!owner->text)
		fail_table(&position, -ENOMEM);
	else if (take_number(&position, 4) != TABLE_VERSION)
		fail_table(&position, -EPROTO);
	else
		schema->name = take_text(&position);
	schema->wire_fingerprint = take_number(&position, 8);
	schema->version = (uint32_t)take_number(&position, 4);
	schema->compatible_since = (uint32_t)take_number(&position, 4);
	schema->codegen_revision = (uint32_t)take_number(&position, 4);
	schema->max_message_size = (uint32_t)take_number(&position, 4);
	take_rows(&position, &schema->methods, &schema->n_methods);
	take_rows(&position, &schema->events, &schema->n_events);
	take_types(&position, schema);
	ret = position.error ? position.error : resolve_all(schema);
	if (ret < 0) {
		camipc_schema_destroy(schema);
		return ret;
	}
	*ret_schema = schema;
	return 0;
}

void camipc_schema_destroy(struct camipc_schema *schema)
{
	struct owner *owner = (struct owner *)(void *)schema;

	if (!schema)
		return;
	for (uint32_t i = 0; i < schema->n_types; i++) {
		free(schema->types[i].fields);
		free(schema->types[i].values);
	}
	free(schema->types);
	free(schema->methods);
	free(schema->events);
	free(owner->text);
	free(owner);
}

const struct camipc_schema_method *
camipc_schema_find(const struct camipc_schema_method *rows, uint32_t n,
		   uint32_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (rows[i].id == id)
			return &rows[i];
	return NULL;
}
