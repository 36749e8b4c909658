/* SPDX-License-Identifier: MIT */
/* Reads values of generated structs from a script, by their type tables. */
#ifndef CAMIPC_MOCK_VALUE_H
#define CAMIPC_MOCK_VALUE_H

#include <camipc/arena.h>
#include <camipc/external.h>
#include <camipc/type_info.h>

#include "mock_text.h"

/** The arguments of the current call, for "$name". */
struct mock_arguments {
	const struct camipc_type_info *info; /* NULL: no arguments */
	const void *values; /* NULL: only check */
};

/**
 * mock_read_fields() - read fields like "a: 1, b: {c: [2, 3]}, d: $e"
 * @arena: memory of arrays and texts
 * @arguments: the values of "$name" are borrowed, not copied
 * @info: the type of a struct, or of a union, which has one field
 * @value: holds its defaults; fields that are not named keep them
 *
 * Stops before the first word that is not a field. Returns 0, -EINVAL (@text
 * has the line and the error text) or -ENOMEM.
 */
int mock_read_fields(struct mock_text *text, struct camipc_arena *arena,
		     const struct mock_arguments *arguments,
		     const struct camipc_type_info *info,
		     void *value) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MOCK_VALUE_H */
