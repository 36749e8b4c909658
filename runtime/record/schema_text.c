/* SPDX-License-Identifier: MIT */
/* Writes a schema as text: as a .proto file, and as IDL. */
#include <string.h>

#include "schema.h"

static void indent(struct camipc_bytes *text, unsigned int depth)
{
	for (unsigned int i = 0; i < depth; i++)
		camipc_bytes_print(text, "\t");
}

/* ---- .proto ------------------------------------------------------------- */

static const char *proto_integer(const struct camipc_schema_field *field)
{
	static const char *const names[2][2][3] = {
		/* varint, zigzag, fixed; 32 bits, 64 bits; unsigned, signed */
		{ { "uint32", "uint32", "fixed32" },
		  { "uint64", "uint64", "fixed64" } },
		{ { "int32", "sint32", "sfixed32" },
		  { "int64", "sint64", "sfixed64" } },
	};
	const enum camipc_kind kind = field->kind;
	const bool is_signed =
		kind == CAMIPC_KIND_INT8 || kind == CAMIPC_KIND_INT16 ||
		kind == CAMIPC_KIND_INT32 || kind == CAMIPC_KIND_INT64;
	const bool is_wide = kind == CAMIPC_KIND_INT64 ||
			     kind == CAMIPC_KIND_UINT64;
	const unsigned int form = field->wire <= CAMIPC_WIRE_FIXED
					  ? (unsigned int)field->wire
					  : 0;

	return names[is_signed][is_wide][form];
}

static bool has_message(const struct camipc_schema_field *field)
{
	return field->kind == CAMIPC_KIND_STRUCT ||
	       field->kind == CAMIPC_KIND_UNION;
}

static const char *proto_type(const struct camipc_schema_field *field)
{
	if (field->wire == CAMIPC_WIRE_BYTES)
		return "bytes";
	switch (field->kind) {
	case CAMIPC_KIND_BOOL:
		return "bool";
	case CAMIPC_KIND_FLOAT:
		return "float";
	case CAMIPC_KIND_DOUBLE:
		return "double";
	case CAMIPC_KIND_STRING:
		return "string";
	case CAMIPC_KIND_ENUM:
		return "int32";
	case CAMIPC_KIND_FLAGS:
	case CAMIPC_KIND_FD:
		return "uint32";
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
		return field->type->name;
	default:
		return proto_integer(field);
	}
}

static bool is_repeated(const struct camipc_schema_field *field)
{
	if (field->wire == CAMIPC_WIRE_BYTES && !has_message(field) &&
	    field->kind != CAMIPC_KIND_EXTERNAL)
		return false;
	return field->shape == CAMIPC_SHAPE_ARRAY ||
	       field->shape == CAMIPC_SHAPE_FIXED ||
	       field->shape == CAMIPC_SHAPE_MAP;
}

static void print_proto_field(const struct camipc_schema_field *field,
			      unsigned int depth, struct camipc_bytes *text)
{
	const char *dot = has_message(field) && field->wire != CAMIPC_WIRE_BYTES
				  ? "."
				  : "";
	const bool optional = field->shape == CAMIPC_SHAPE_OPTIONAL ||
			      (field->shape == CAMIPC_SHAPE_POINTER &&
			       !has_message(field));
	const bool unpacked = field->flags & CAMIPC_FIELD_UNPACKED;

	indent(text, depth);
	/* A oneof of one arm says whether the field is there. */
	if (optional)
		camipc_bytes_print(text, "oneof has_%s { ", field->name);
	camipc_bytes_print(text, "%s%s%s %s = %u%s;",
			   is_repeated(field) ? "repeated " : "", dot,
			   proto_type(field), field->name, field->number,
			   unpacked ? " [packed = false]" : "");
	camipc_bytes_print(text, optional ? " }" : "");
	if (field->kind == CAMIPC_KIND_ENUM || field->kind == CAMIPC_KIND_FLAGS)
		camipc_bytes_print(text, "  // %s", field->type->name);
	if (field->kind == CAMIPC_KIND_EXTERNAL)
		camipc_bytes_print(text, "  // external %s", field->type->name);
	if (field->kind == CAMIPC_KIND_FD)
		camipc_bytes_print(text, "  // n-th descriptor, from 1");
	camipc_bytes_print(text, "\n");
}

static void print_arms(const struct camipc_schema_type *type, const char *name,
		       unsigned int depth, struct camipc_bytes *text)
{
	indent(text, depth);
	camipc_bytes_print(text, "oneof %s {\n", name);
	for (uint32_t i = 0; i < type->n_fields; i++)
		print_proto_field(&type->fields[i], depth + 1, text);
	indent(text, depth);
	camipc_bytes_print(text, "}\n");
}

static void print_proto_type(const struct camipc_schema_type *type,
			     const char *name, unsigned int depth,
			     struct camipc_bytes *text)
{
	if (type->kind == CAMIPC_KIND_ENUM ||
	    type->kind == CAMIPC_KIND_FLAGS ||
	    type->kind == CAMIPC_KIND_EXTERNAL)
		return;
	indent(text, depth);
	camipc_bytes_print(text, "message %s {\n", name);
	if (type->kind == CAMIPC_KIND_UNION && type->n_fields > 0) {
		print_arms(type, "value", depth + 1, text);
	} else {
		for (uint32_t i = 0; i < type->n_fields; i++) {
			const struct camipc_schema_field *field =
				&type->fields[i];

			if (!(field->flags & CAMIPC_FIELD_INLINE))
				print_proto_field(field, depth + 1, text);
			else if (field->type->n_fields > 0)
				print_arms(field->type, field->name, depth + 1,
					   text);
		}
	}
	indent(text, depth);
	camipc_bytes_print(text, "}\n");
}

/** Returns true if an earlier type than @index begins with these @n bytes. */
static bool is_printed(const struct camipc_schema *schema, uint32_t index,
		       const char *prefix, size_t n)
{
	for (uint32_t i = 0; i < index; i++)
		if (strncmp(schema->types[i].name, prefix, n) == 0)
			return true;
	return false;
}

/**
 * Prints the types whose names begin with @prefix, @n bytes. A file has one
 * package, but the types are of several modules: a module is a message that
 * contains its types, which have the same full names then.
 */
static void print_scope(const struct camipc_schema *schema, const char *prefix,
			size_t n, unsigned int depth, struct camipc_bytes *text)
{
	for (uint32_t i = 0; i < schema->n_types; i++) {
		const char *name = schema->types[i].name;
		const char *dot;
		size_t length;

		if (strncmp(name, prefix, n) != 0)
			continue;
		dot = strchr(name + n, '.');
		if (!dot || depth > 8) {
			print_proto_type(&schema->types[i], name + n, depth,
					 text);
			continue;
		}
		length = (size_t)(dot - name) + 1;
		if (is_printed(schema, i, name, length))
			continue;
		indent(text, depth);
		camipc_bytes_print(text, "message %.*s {\n",
				   (int)(length - 1 - n), name + n);
		print_scope(schema, name, length, depth + 1, text);
		indent(text, depth);
		camipc_bytes_print(text, "}\n");
	}
}

void camipc_schema_print_proto(const struct camipc_schema *schema,
			       struct camipc_bytes *text)
{
	camipc_bytes_print(text,
			   "// The messages of %s, version %u, as recorded by "
			   "camipc.\n"
			   "syntax = \"proto3\";\n\n",
			   schema->name, schema->version);
	print_scope(schema, "", 0, 0, text);
}

/* ---- IDL ---------------------------------------------------------------- */

static const char *idl_plain(enum camipc_kind kind)
{
	static const char *const names[] = {
		[CAMIPC_KIND_BOOL] = "bool",
		[CAMIPC_KIND_INT8] = "int8",
		[CAMIPC_KIND_UINT8] = "uint8",
		[CAMIPC_KIND_INT16] = "int16",
		[CAMIPC_KIND_UINT16] = "uint16",
		[CAMIPC_KIND_INT32] = "int32",
		[CAMIPC_KIND_UINT32] = "uint32",
		[CAMIPC_KIND_INT64] = "int64",
		[CAMIPC_KIND_UINT64] = "uint64",
		[CAMIPC_KIND_FLOAT] = "float",
		[CAMIPC_KIND_DOUBLE] = "double",
		[CAMIPC_KIND_STRING] = "string",
		[CAMIPC_KIND_FD] = "SharedFD",
	};

	return kind < sizeof(names) / sizeof(names[0]) && names[kind]
		       ? names[kind]
		       : "";
}

static void print_idl_type(const struct camipc_schema_field *field,
			   struct camipc_bytes *text)
{
	const char *name = field->type ? field->type->name
				       : idl_plain(field->kind);

	if (field->shape == CAMIPC_SHAPE_ARRAY)
		camipc_bytes_print(text, "array<%s>", name);
	else if (field->shape == CAMIPC_SHAPE_FIXED)
		camipc_bytes_print(text, "array<%s, %u>", name, field->count);
	else if (field->shape == CAMIPC_SHAPE_MAP)
		camipc_bytes_print(text, "map<%s>", name);
	else
		camipc_bytes_print(text, "%s%s", name,
				   field->shape == CAMIPC_SHAPE_SINGLE ? ""
								       : "?");
}

static void print_idl_field(const struct camipc_schema_field *field,
			    struct camipc_bytes *text)
{
	static const char *const forms[] = {
		[CAMIPC_WIRE_VARINT] = "",
		[CAMIPC_WIRE_ZIGZAG] = "[wire=zigzag] ",
		[CAMIPC_WIRE_FIXED] = "[wire=fixed] ",
		[CAMIPC_WIRE_BYTES] = "",
		[CAMIPC_WIRE_MESSAGE] = "",
	};

	if (field->flags & CAMIPC_FIELD_INLINE)
		camipc_bytes_print(text, "[inline] ");
	if (field->flags & CAMIPC_FIELD_UNPACKED)
		camipc_bytes_print(text, "[unpacked] ");
	if (field->flags & CAMIPC_FIELD_REQUIRED)
		camipc_bytes_print(text, "[required] ");
	if (field->kind == CAMIPC_KIND_FLAGS)
		camipc_bytes_print(text, "[flags] ");
	camipc_bytes_print(text, "%s", forms[field->wire]);
	print_idl_type(field, text);
	camipc_bytes_print(text, " %s", field->name);
	if (field->number)
		camipc_bytes_print(text, "@%u", field->number);
}

static void print_idl_declaration(const struct camipc_schema_type *type,
				  struct camipc_bytes *text)
{
	const bool is_enum = type->kind == CAMIPC_KIND_ENUM ||
			     type->kind == CAMIPC_KIND_FLAGS;

	if (type->kind == CAMIPC_KIND_EXTERNAL) {
		camipc_bytes_print(text, "[external]\nstruct %s;\n\n",
				   type->name);
		return;
	}
	if (type->flags & CAMIPC_TYPE_EXTENSIBLE)
		camipc_bytes_print(text, "[Extensible]\n");
	if (type->flags & CAMIPC_TYPE_KEEPS_UNKNOWN)
		camipc_bytes_print(text, "[keep_unknown]\n");
	camipc_bytes_print(text, "%s %s {\n",
			   is_enum				? "enum"
			   : type->kind == CAMIPC_KIND_UNION ? "union"
							     : "struct",
			   type->name);
	for (uint32_t i = 0; i < type->n_fields; i++) {
		camipc_bytes_print(text, "\t");
		print_idl_field(&type->fields[i], text);
		camipc_bytes_print(text, ";\n");
	}
	for (uint32_t i = 0; i < type->n_values; i++)
		camipc_bytes_print(text, "\t%s = %d,\n", type->values[i].name,
				   type->values[i].value);
	camipc_bytes_print(text, "};\n\n");
}

static void print_parameters(const struct camipc_schema_type *type,
			     struct camipc_bytes *text)
{
	camipc_bytes_print(text, "(");
	for (uint32_t i = 0; type && i < type->n_fields; i++) {
		camipc_bytes_print(text, i ? ", " : "");
		print_idl_field(&type->fields[i], text);
	}
	camipc_bytes_print(text, ")");
}

static void print_idl_methods(const struct camipc_schema_method *rows,
			      uint32_t n, struct camipc_bytes *text)
{
	static const char *const roles[CAMIPC_N_ROLES] = {
		[CAMIPC_ROLE_CALL] = "",
		[CAMIPC_ROLE_INIT] = "[role=init] ",
		[CAMIPC_ROLE_START] = "[role=start] ",
		[CAMIPC_ROLE_STOP] = "[role=stop] ",
		[CAMIPC_ROLE_ASYNC] = "[async] ",
		[CAMIPC_ROLE_EVENT] = "",
	};

	for (uint32_t i = 0; i < n; i++) {
		camipc_bytes_print(text, "\t%s%s@%u", roles[rows[i].role],
				   rows[i].name, rows[i].id);
		print_parameters(rows[i].args, text);
		if (rows[i].outs) {
			camipc_bytes_print(text, " => ");
			print_parameters(rows[i].outs, text);
		}
		camipc_bytes_print(text, ";\n");
	}
}

void camipc_schema_print_idl(const struct camipc_schema *schema,
			     struct camipc_bytes *text)
{
	camipc_bytes_print(text, "module %s;\n\n", schema->name);
	for (uint32_t i = 0; i < schema->n_types; i++)
		print_idl_declaration(&schema->types[i], text);
	camipc_bytes_print(text,
			   "[Version=%u, CompatibleSince=%u]\n"
			   "interface Calls {\n",
			   schema->version, schema->compatible_since);
	print_idl_methods(schema->methods, schema->n_methods, text);
	camipc_bytes_print(text, "};\n\ninterface Events {\n");
	print_idl_methods(schema->events, schema->n_events, text);
	camipc_bytes_print(text, "};\n");
}
