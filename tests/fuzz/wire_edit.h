/* SPDX-License-Identifier: MIT */
/*
 * Edits an encoded message as a tree of fields, whose meaning our descriptors
 * define. Lengths around a change are corrected, so that decoders reach it deep
 * inside; unless a wrong length is the change.
 */
#ifndef CAMIPC_TEST_WIRE_EDIT_H
#define CAMIPC_TEST_WIRE_EDIT_H

#include "fuzz.h"

/** One field where it lies. */
struct wire_field {
	size_t start; /* of the tag */
	size_t len_at; /* of the length, of wire type 2 */
	size_t body;
	size_t end;
	int parent; /* field around it, or -1 */
	uint32_t number;
	uint32_t wire; /* type: 0, 1, 2, 5 */
	const struct camipc_type_info *owner; /* message that it is in */
	const struct camipc_field_info *info; /* NULL: unknown */
};

#define WIRE_MAX_FIELDS 512

struct wire_tree {
	struct wire_field fields[WIRE_MAX_FIELDS];
	size_t n;
};

/** Finds the fields, outer ones first; stops where nothing makes sense. */
void wire_parse(struct wire_tree *tree, const struct camipc_type_info *info,
		const uint8_t *data, size_t size);

/** The message that a field holds, or NULL if it holds none. */
const struct camipc_type_info *
wire_inner(const struct camipc_field_info *field);

/** A message that is being changed. */
struct wire_message {
	uint8_t *data;
	size_t size;
	size_t room;
};

/**
 * Puts @n bytes in the place of @removed ones at @at, inside of @parent (-1:
 * the outermost message), and puts the lengths around them right. False, and
 * nothing changed, if there is no room.
 */
bool wire_splice(struct wire_message *message, const struct wire_tree *tree,
		 int parent, size_t at, size_t removed, const uint8_t *bytes,
		 size_t n);

/** Another message, to take fields from; zeroed: none. */
struct wire_donor {
	const struct camipc_type_info *info;
	const uint8_t *bytes;
	size_t size;
};

/** Makes one to four changes; returns the new size. */
size_t wire_mutate(struct oracle_random *random,
		   const struct camipc_type_info *info, uint8_t *data,
		   size_t size, size_t room, const struct wire_donor *donor);

#endif /* CAMIPC_TEST_WIRE_EDIT_H */
