/* SPDX-License-Identifier: MIT */
/* Folds type tables into one number: a walk over types, each visited once. */
#include "layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64u

/* An odd number without structure: each product spreads all lower bits. */
#define FACTOR UINT64_C(0x9e3779b97f4a7c15)

/**
 * The types in the order in which the walk met them. A hash table finds a type
 * again: an interface may have thousands.
 */
struct type_list {
	const struct camipc_type_info **types;
	uint32_t *slots; /* 2 × room: a type's place in @types, from 1; 0: free */
	uint32_t n;
	uint32_t room; /* a power of two */
	bool translates; /* an external type among them does */
};

/* ---- numbers ------------------------------------------------------------- */

static void fold(uint64_t *sum, uint64_t word)
{
	*sum = (*sum ^ word) * FACTOR;
	*sum ^= *sum >> 29;
}

static void fold_text(uint64_t *sum, const char *text)
{
	size_t left = text ? strlen(text) : 0;

	fold(sum, left);
	while (left > 0) {
		uint64_t word = 0;
		size_t n = left < sizeof(word) ? left : sizeof(word);

		memcpy(&word, text, n);
		fold(sum, word);
		text += n;
		left -= n;
	}
}

/* ---- the list ------------------------------------------------------------ */

/** The slot of @type, or the free one where it belongs. */
static uint32_t *find_slot(const struct type_list *list,
			   const struct camipc_type_info *type)
{
	const uint32_t mask = 2 * list->room - 1;
	uint64_t hash = (uint64_t)(uintptr_t)type * FACTOR;
	uint32_t at = (uint32_t)(hash >> 32) & mask;

	while (list->slots[at] && list->types[list->slots[at] - 1] != type)
		at = (at + 1) & mask;
	return &list->slots[at];
}

static int grow(struct type_list *list)
{
	uint32_t room = list->room ? 2 * list->room : FIRST_ROOM;
	const struct camipc_type_info **types =
		realloc(list->types, room * sizeof(*types));
	uint32_t *slots;

	if (!types)
		return -ENOMEM;
	list->types = types;
	slots = calloc(2 * (size_t)room, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(list->slots);
	list->slots = slots;
	list->room = room;
	for (uint32_t i = 0; i < list->n; i++)
		*find_slot(list, types[i]) = i + 1;
	return 0;
}

/** Adds @type unless it is in the list. */
static int add(struct type_list *list, const struct camipc_type_info *type)
{
	uint32_t *slot;
	int ret;

	if (list->n == list->room) {
		ret = grow(list);
		if (ret < 0)
			return ret;
	}
	slot = find_slot(list, type);
	if (*slot == 0) {
		list->types[list->n++] = type;
		*slot = list->n;
	}
	return 0;
}

/* ---- the walk ------------------------------------------------------------ */

/** True if fields of this kind and shape are described by a type of theirs. */
static bool needs_type(const struct camipc_field_info *field)
{
	return field->kind == CAMIPC_KIND_STRUCT ||
	       field->kind == CAMIPC_KIND_UNION ||
	       field->kind == CAMIPC_KIND_EXTERNAL ||
	       field->kind == CAMIPC_KIND_ENUM ||
	       field->kind == CAMIPC_KIND_FLAGS ||
	       field->shape == CAMIPC_SHAPE_MAP;
}

static int fold_field(struct type_list *list, uint64_t *sum,
		      const struct camipc_field_info *field)
{
	fold_text(sum, field->name);
	fold(sum, (uint64_t)field->kind << 32 | (uint64_t)field->shape);
	fold(sum, (uint64_t)field->offset << 32 | field->aux_offset);
	fold(sum, (uint64_t)field->number << 32 | field->count);
	if (!field->type)
		return needs_type(field) ? -EINVAL : 0;
	/* Its name stands for it: what is in it follows when its turn comes. */
	fold_text(sum, field->type->name);
	return add(list, field->type);
}

static int fold_type(struct type_list *list, uint64_t *sum,
		     const struct camipc_type_info *type)
{
	if (type->n_fields > 0 && !type->fields)
		return -EINVAL;
	if (type->kind == CAMIPC_KIND_EXTERNAL) {
		if (!type->external)
			return -EINVAL;
		if (type->external->flags & CAMIPC_EXTERNAL_TRANSLATES)
			list->translates = true;
	}
	fold_text(sum, type->name);
	fold(sum, (uint64_t)type->kind << 32 | type->size);
	fold(sum, (uint64_t)type->flags << 32 | type->tag_offset);
	fold(sum, (uint64_t)type->unknown_offset << 32 |
			  type->n_unknown_offset);
	fold(sum, type->n_fields);
	for (uint32_t i = 0; i < type->n_fields; i++) {
		int ret = fold_field(list, sum, &type->fields[i]);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int add_message(struct type_list *list,
		       const struct camipc_message_type *message)
{
	if (!message)
		return 0;
	return message->info ? add(list, message->info) : -EINVAL;
}

static int add_messages(struct type_list *list,
			const struct camipc_method *rows, uint16_t n_rows)
{
	int ret = 0;

	for (uint16_t i = 0; i < n_rows && ret == 0; i++) {
		ret = add_message(list, rows[i].args);
		if (ret == 0)
			ret = add_message(list, rows[i].outs);
	}
	return ret;
}

int camipc_layout_fold(const struct camipc_interface *interface,
		       uint64_t *ret_layout)
{
	struct type_list list = { 0 };
	uint64_t sum = 0;
	int ret;

	fold(&sum, interface->codegen_revision);
	ret = add_messages(&list, interface->methods, interface->n_methods);
	if (ret == 0)
		ret = add_messages(&list, interface->events,
				   interface->n_events);
	/* The list grows while it is walked. */
	for (uint32_t i = 0; i < list.n && ret == 0; i++)
		ret = fold_type(&list, &sum, list.types[i]);
	free(list.types);
	free(list.slots);
	if (ret == 0)
		*ret_layout = list.translates ? CAMIPC_LAYOUT_NONE : sum;
	return ret;
}
