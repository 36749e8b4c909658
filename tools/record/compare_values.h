/* SPDX-License-Identifier: MIT */
/* Compares two messages of one type, value by value. */
#ifndef TOOLS_RECORD_COMPARE_VALUES_H
#define TOOLS_RECORD_COMPARE_VALUES_H

#include "record_options.h"
#include "value_tree.h"

#define DIFFERENCE_SIZE 400

/** A body, and how it is read. */
struct compared_body {
	const uint8_t *bytes;
	size_t size;
};

/**
 * Compares two bodies. Returns 0; 1 if they differ, and then @ret_text names
 * the field and both values; or an error of reading, also with a text.
 */
int compare_bodies(const struct camipc_schema_type *type,
		   const struct compared_body *recorded,
		   const struct compared_body *now,
		   const struct record_options *options,
		   char ret_text[DIFFERENCE_SIZE]) CAMIPC_MUST_CHECK;

#endif /* TOOLS_RECORD_COMPARE_VALUES_H */
