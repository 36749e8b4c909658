/* SPDX-License-Identifier: MIT */
/* Reads the keys of calls out of their arguments. */
#include "journal_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print_value.h"

/* A text cannot be the number of another kind, nor an absent value. */
#define ABSENT "-"
#define NUMBER_SIZE 24

const struct camipc_field_info *
camipc_key_field(const struct camipc_type_info *info, uint32_t number)
{
	for (uint32_t i = 0; info && i < info->n_fields; i++) {
		if (info->fields[i].number == number)
			return &info->fields[i];
	}
	return NULL;
}

/** Returns the field that the key of @method leads to, or NULL. */
static const struct camipc_field_info *
find_leaf(const struct camipc_method *method)
{
	const struct camipc_type_info *info =
		method->args ? method->args->info : NULL;
	const struct camipc_field_info *field = NULL;

	for (int i = 0; i < CAMIPC_KEY_DEPTH && method->key[i]; i++) {
		field = camipc_key_field(info, method->key[i]);
		info = field ? field->type : NULL;
	}
	return field;
}

const struct camipc_field_info *
camipc_key_of_undo(const struct camipc_method *method,
		   const struct camipc_method *undo)
{
	const struct camipc_field_info *leaf = find_leaf(method);
	const struct camipc_type_info *info =
		undo->args ? undo->args->info : NULL;

	for (uint32_t i = 0; leaf && info && i < info->n_fields; i++) {
		const struct camipc_field_info *field = &info->fields[i];

		if (field->kind == leaf->kind && field->type == leaf->type)
			return field;
	}
	return NULL;
}

bool camipc_key_splits(const struct camipc_method *method,
		       const struct camipc_field_info *field)
{
	const struct camipc_field_info *first =
		method->args && method->key[0] ?
			camipc_key_field(method->args->info, method->key[0]) :
			NULL;

	return first && first->shape == CAMIPC_SHAPE_ARRAY &&
	       field->shape == CAMIPC_SHAPE_ARRAY &&
	       field->kind == first->kind && field->type == first->type;
}

size_t camipc_key_count(const struct camipc_field_info *field, const void *args)
{
	size_t count;

	if (field->shape == CAMIPC_SHAPE_FIXED)
		return field->count;
	if (field->shape != CAMIPC_SHAPE_ARRAY)
		return 1;
	memcpy(&count, (const uint8_t *)args + field->aux_offset,
	       sizeof(count));
	return count;
}

const uint8_t *camipc_key_elements(const struct camipc_field_info *field,
				   const void *args)
{
	const uint8_t *at = (const uint8_t *)args + field->offset;
	const uint8_t *elements;

	if (field->shape != CAMIPC_SHAPE_ARRAY)
		return at;
	memcpy(&elements, at, sizeof(elements));
	return elements;
}

/** Returns where the value of @field in a struct at @owner is, or NULL. */
static const uint8_t *find_value(const struct camipc_field_info *field,
				 const uint8_t *owner)
{
	const uint8_t *at = owner + field->offset;
	const uint8_t *value;

	if (field->shape == CAMIPC_SHAPE_OPTIONAL && !owner[field->aux_offset])
		return NULL;
	if (field->shape != CAMIPC_SHAPE_POINTER ||
	    field->kind == CAMIPC_KIND_STRING)
		return at;
	memcpy(&value, at, sizeof(value));
	return value;
}

static char *print_value(const struct camipc_field_info *field,
			 const uint8_t *at)
{
	const size_t size = camipc_item_size(field);
	char number[NUMBER_SIZE];
	uint64_t bits = 0;
	const char *text;
	size_t length;
	char *copy;

	if (field->kind != CAMIPC_KIND_STRING) {
		memcpy(&bits, at, size < sizeof(bits) ? size : sizeof(bits));
		snprintf(number, sizeof(number), "n%llx",
			 (unsigned long long)bits);
		return strdup(number);
	}
	memcpy(&text, at, sizeof(text));
	if (!text)
		return strdup(ABSENT);
	length = strlen(text);
	copy = malloc(length + 2);
	if (!copy)
		return NULL;
	copy[0] = 't';
	memcpy(copy + 1, text, length + 1);
	return copy;
}

/** The key in a value of @field at @at; @key are the numbers behind it. */
static char *print_key(const struct camipc_field_info *field,
		       const uint32_t *key, int depth, const uint8_t *at)
{
	for (int i = depth; i < CAMIPC_KEY_DEPTH && key[i]; i++) {
		field = camipc_key_field(field->type, key[i]);
		at = field ? find_value(field, at) : NULL;
		if (!at)
			return strdup(ABSENT);
	}
	return print_value(field, at);
}

char *camipc_key_of_element(const struct camipc_field_info *field,
			    const uint32_t *key, const uint8_t *element)
{
	return print_key(field, key, 1, element);
}

char *camipc_key_of_args(const struct camipc_method *method, const void *args)
{
	const struct camipc_field_info *field =
		camipc_key_field(method->args->info, method->key[0]);
	const uint8_t *at = field ? find_value(field, args) : NULL;

	return at ? print_key(field, method->key, 1, at) : strdup(ABSENT);
}
