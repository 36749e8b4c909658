/* SPDX-License-Identifier: MIT */
/* The error text of a virtual camera: one line, the first cause kept. */
#ifndef VIRTUAL_ERROR_H
#define VIRTUAL_ERROR_H

#include <stdbool.h>

#include <camipc/base.h>

/** All zero is "no error". Thread word: bound. */
struct virtual_error {
	char text[1024];
	bool is_final; /* reset() keeps the text: the camera cannot recover */
};

/** Forgets the text, unless it is final. */
void virtual_error_reset(struct virtual_error *error);

/**
 * virtual_error_set() - write the text, unless there is one already
 * @code: a negative errno
 *
 * The first text is kept because it is nearest to the cause. Returns @code.
 */
int virtual_error_set(struct virtual_error *error, int code, const char *format,
		      ...) CAMIPC_PRINTF(3, 4);

#endif /* VIRTUAL_ERROR_H */
