/* SPDX-License-Identifier: MIT */
/*
 * The body of a message as a tree of named values, read by a schema. Bodies may
 * be hostile: depth and number of values are bounded.
 */
#ifndef CAMIPC_RECORD_VALUE_TREE_H
#define CAMIPC_RECORD_VALUE_TREE_H

#include "schema.h"

/** Values of one tree. A body of 1 MiB of numbers has as many bytes. */
#define CAMIPC_TREE_MAX_VALUES (2u * 1024u * 1024u)

/** Deepest nesting: as deep as an interface allows, with its recursive types. */
#define CAMIPC_TREE_MAX_DEPTH 200

/** A value, a struct, an array, a map, or an arm of a union. */
struct camipc_value {
	const struct camipc_schema_field *field; /* NULL: the message itself */
	const struct camipc_schema_type *type; /* of a struct or union, or NULL */
	bool is_list; /* an array or a map: the children are its elements */
	bool is_element; /* of an array or a map */
	bool is_set; /* it was in the body */
	bool is_bytes; /* an array of bytes: data and size */
	uint32_t child; /* number of the first child; 0: none */
	uint32_t last; /* number of the last child */
	uint32_t next; /* number of the next sibling; 0: none */
	uint64_t raw; /* a number's bits as in C, sign-extended */
	const uint8_t *data; /* of a string or bytes: borrowed from the body */
	size_t size;
};

/** A tree; value 1 is the message. Zero is empty; it can be used again. */
struct camipc_value_tree {
	struct camipc_value *values;
	uint32_t n;
	uint32_t room;
	int error;
};

/**
 * camipc_value_tree_read() - read a body
 * @body: @size bytes, borrowed as long as the tree is used
 * @type: NULL: the message has no fields
 *
 * Fields that the schema lacks are skipped. Returns 0, -EPROTO (not the
 * encoding of a message of this type), -EMSGSIZE (too deep or too many values)
 * or -ENOMEM. Thread word: bound.
 */
int camipc_value_tree_read(struct camipc_value_tree *tree,
			   const struct camipc_schema_type *type,
			   const uint8_t *body, size_t size) CAMIPC_MUST_CHECK;

/** Frees the memory of a tree. Thread word: bound. */
void camipc_value_tree_fini(struct camipc_value_tree *tree);

/** Returns a value by its number, which must be in the tree. */
static inline const struct camipc_value *
camipc_value_at(const struct camipc_value_tree *tree, uint32_t number)
{
	return &tree->values[number];
}

/**
 * Returns the number of the first value called @name, in breadth within each
 * message before depth, and not in lists; 0 if there is none. Thread word:
 * reentrant.
 */
uint32_t camipc_value_find(const struct camipc_value_tree *tree, uint32_t from,
			   const char *name);

/** How camipc_value_print() writes. */
enum camipc_value_style {
	CAMIPC_VALUE_PLAIN, /* for people: "frame: 3"; long arrays are cut */
	CAMIPC_VALUE_JSON, /* the whole value */
};

/** Appends value @number to @text. Thread word: bound, to @text. */
void camipc_value_print(const struct camipc_value_tree *tree, uint32_t number,
			enum camipc_value_style style,
			struct camipc_bytes *text);

/** Returns a number of any kind as a double. Thread word: reentrant. */
double camipc_value_to_double(const struct camipc_value *value);

/** Appends @size bytes as a JSON string; other than UTF-8 is escaped. Bound. */
void camipc_print_json_string(struct camipc_bytes *text, const uint8_t *data,
			      size_t size);

#endif /* CAMIPC_RECORD_VALUE_TREE_H */
