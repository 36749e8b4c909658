/* SPDX-License-Identifier: MIT */
/*
 * The schema of an interface: what is needed to read the bodies of its messages
 * by name. A recording carries it as a compact table, made from the descriptor
 * of the recorded proxy, and can so be read without sources and generated code.
 */
#ifndef CAMIPC_RECORD_SCHEMA_H
#define CAMIPC_RECORD_SCHEMA_H

#include <camipc/interface.h>

/** A field of a message, or an arm of a union. */
struct camipc_schema_field {
	const char *name;
	uint32_t number; /* 0: an inline union */
	enum camipc_kind kind;
	enum camipc_shape shape;
	enum camipc_wire_form wire;
	uint32_t flags; /* CAMIPC_FIELD_* */
	uint32_t count; /* elements of FIXED */
	const struct camipc_schema_type *type; /* NULL: a plain value */
};

/** A value of an enum. */
struct camipc_schema_value {
	const char *name;
	int32_t value;
};

struct camipc_schema_type {
	const char *name;
	enum camipc_kind kind; /* STRUCT, UNION, EXTERNAL, ENUM or FLAGS */
	uint32_t flags; /* CAMIPC_TYPE_* */
	struct camipc_schema_field *fields;
	struct camipc_schema_value *values;
	uint32_t n_fields;
	uint32_t n_values;
};

/** A method or an event. */
struct camipc_schema_method {
	const char *name;
	uint16_t id;
	uint16_t flags; /* CAMIPC_METHOD_* */
	enum camipc_role role;
	enum camipc_when when;
	enum camipc_overflow overflow;
	uint16_t queue;
	uint16_t max_fds_args;
	uint16_t max_fds_outs;
	uint32_t timeout_ms;
	const struct camipc_schema_type *args; /* NULL: none */
	const struct camipc_schema_type *outs; /* NULL: none */
};

/** Everything in it is constant once it was read. */
struct camipc_schema {
	const char *name; /* of the module: "ipa.softisp" */
	uint64_t wire_fingerprint;
	uint32_t version;
	uint32_t compatible_since;
	uint32_t codegen_revision;
	uint32_t max_message_size;
	struct camipc_schema_type *types;
	struct camipc_schema_method *methods;
	struct camipc_schema_method *events;
	uint32_t n_types;
	uint32_t n_methods;
	uint32_t n_events;
};

/** Bytes that grow. Zero is empty; after an error it stays as it was. */
struct camipc_bytes {
	uint8_t *data;
	size_t size;
	size_t room;
	int error; /* 0 or -ENOMEM */
};

/** Appends @n bytes; returns their place, or NULL. Thread word: bound. */
uint8_t *camipc_bytes_add(struct camipc_bytes *bytes, size_t n);

/** Appends formatted text without its NUL. Thread word: bound. */
void camipc_bytes_print(struct camipc_bytes *bytes, const char *format, ...)
	CAMIPC_PRINTF(2, 3);

/** Frees the bytes. Thread word: bound. */
void camipc_bytes_fini(struct camipc_bytes *bytes);

/**
 * Appends the table of @interface and all its types to @table. Returns 0 or
 * -ENOMEM. Thread word: bound, to @table.
 */
int camipc_schema_write(const struct camipc_interface *interface,
			struct camipc_bytes *table) CAMIPC_MUST_CHECK;

/**
 * camipc_schema_read() - read a table that may be damaged or hostile
 * @ret_schema: for camipc_schema_destroy()
 *
 * Returns 0, -EPROTO (not such a table, or of a later version) or -ENOMEM.
 * Thread word: reentrant.
 */
int camipc_schema_read(const uint8_t *table, size_t size,
		       struct camipc_schema **ret_schema) CAMIPC_MUST_CHECK;

/** Frees a schema; NULL is fine. Thread word: bound. */
void camipc_schema_destroy(struct camipc_schema *schema);

/**
 * Appends the messages of @schema as a .proto file, for other
 * programs. Thread word: bound, to @text.
 */
void camipc_schema_print_proto(const struct camipc_schema *schema,
			       struct camipc_bytes *text);

/**
 * Appends @schema as an IDL file in one canonical form: all types in the order
 * of their table, all numbers written out, no comments. Thread word: bound, to
 * @text.
 */
void camipc_schema_print_idl(const struct camipc_schema *schema,
			     struct camipc_bytes *text);

/** Returns a method or an event by its id, or NULL. Thread word: reentrant. */
const struct camipc_schema_method *
camipc_schema_find(const struct camipc_schema_method *rows, uint32_t n,
		   uint32_t id);

#endif /* CAMIPC_RECORD_SCHEMA_H */
