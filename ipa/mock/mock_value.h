/* SPDX-License-Identifier: MIT */
/* Values of generated structs, read from a script by their tables. */
#ifndef CAMIPC_MOCK_VALUE_H
#define CAMIPC_MOCK_VALUE_H

#include <camipc/arena.h>
#include <camipc/type_info.h>

#include "mock_text.h"

/** What "$name" stands for. */
struct mock_arguments {
	const struct camipc_type_info *info; /* NULL: a call without any */
	const void *values; /* NULL: only checking */
};

/**
 * mock_read_fields() - "a: 1, b: {c: [2, 3]}, d: $e", up to what is no field
 * @arena: where arrays and texts go
 * @arguments: a value that it lends stays the caller's
 * @info: of a struct, or of a union, which has one field
 * @value: has its defaults; what is not named keeps them
 *
 * Returns 0, -EINVAL (@text has the reason and the line) or -ENOMEM.
 */
int mock_read_fields(struct mock_text *text, struct camipc_arena *arena,
		     const struct mock_arguments *arguments,
		     const struct camipc_type_info *info,
		     void *value) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MOCK_VALUE_H */
