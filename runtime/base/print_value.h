/* SPDX-License-Identifier: MIT */
/*
 * Values of generated structs as text, by their tables: for people who trace
 * and debug. Bounded: long arrays, texts and deep structs are cut, with what
 * was left out said.
 */
#ifndef CAMIPC_PRINT_VALUE_H
#define CAMIPC_PRINT_VALUE_H

#include <camipc/type_info.h>

/** Elements, bytes of a text, and levels of structs that are shown. */
#define CAMIPC_PRINT_ELEMENTS 8
#define CAMIPC_PRINT_BYTES 16
#define CAMIPC_PRINT_TEXT 64
#define CAMIPC_PRINT_DEPTH 8

/** Arrays of bytes within an array: each is in a struct of its own. */
bool camipc_is_bytes_box(const struct camipc_field_info *field);

/** Bytes of one value of @field, or of one of its elements. */
size_t camipc_item_size(const struct camipc_field_info *field);

/** Text that grows; what does not fit is cut. Thread word: bound. */
struct camipc_printer {
	char *text; /* always NUL-terminated */
	size_t size;
	size_t used; /* without the NUL */
	bool cut; /* ends in "..." for good */
};

/** @size: of @text, at least 4. */
void camipc_printer_init(struct camipc_printer *printer, char *text,
			 size_t size);

/** Appends, printf style. */
void camipc_print(struct camipc_printer *printer, const char *format, ...)
	CAMIPC_PRINTF(2, 3);

/** "a: 1, b: {x: 2}": the fields of @value, a struct or union of @info. */
void camipc_print_fields(struct camipc_printer *printer,
			 const struct camipc_type_info *info,
			 const void *value);

#endif /* CAMIPC_PRINT_VALUE_H */
