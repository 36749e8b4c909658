/* SPDX-License-Identifier: MIT */
/*
 * Prints values of generated structs as text, for traces and mocks. The output
 * is bounded: long arrays, long texts and deep structs are cut, and the output
 * says how much is missing.
 */
#ifndef CAMIPC_PRINT_VALUE_H
#define CAMIPC_PRINT_VALUE_H

#include <camipc/type_info.h>

/**
 * How many elements, bytes, bytes of a text, and nested structs are printed.
 */
#define CAMIPC_PRINT_ELEMENTS 8
#define CAMIPC_PRINT_BYTES 16
#define CAMIPC_PRINT_TEXT 64
#define CAMIPC_PRINT_DEPTH 8

/**
 * Returns true for arrays of arrays of bytes, in which each inner array is in a
 * struct of its own. Thread word: reentrant.
 */
bool camipc_is_bytes_box(const struct camipc_field_info *field);

/**
 * Returns the size of one value of @field, or of one of its elements, in bytes.
 * Thread word: reentrant.
 */
size_t camipc_item_size(const struct camipc_field_info *field);

/** A text to append to; cut when it is full. Thread word: bound. */
struct camipc_printer {
	char *text; /* always NUL-terminated */
	size_t size;
	size_t used; /* without the NUL */
	bool cut; /* full: ends in "...", and nothing is appended */
};

/** Begins an empty text of @size bytes, at least 4, borrowed. Bound. */
void camipc_printer_init(struct camipc_printer *printer, char *text,
			 size_t size);

/** Appends text, formatted as by printf(). Thread word: bound. */
void camipc_print(struct camipc_printer *printer, const char *format, ...)
	CAMIPC_PRINTF(2, 3);

/**
 * Appends the fields of @value, a struct or union of type @info: "a: 1, b: {x:
 * 2}". Thread word: bound.
 */
void camipc_print_fields(struct camipc_printer *printer,
			 const struct camipc_type_info *info,
			 const void *value);

#endif /* CAMIPC_PRINT_VALUE_H */
