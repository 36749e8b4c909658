/* SPDX-License-Identifier: MIT */
/* Copies bytes to the heap, so that ASan sees a read past their end. */
#ifndef CAMIPC_TEST_EXACT_COPY_H
#define CAMIPC_TEST_EXACT_COPY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** A copy that ends where its memory does, which the caller frees. */
static inline uint8_t *exact_copy(const void *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

#endif /* CAMIPC_TEST_EXACT_COPY_H */
