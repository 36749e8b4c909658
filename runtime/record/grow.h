/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time. */
#ifndef CAMIPC_RECORD_GROW_H
#define CAMIPC_RECORD_GROW_H

#include <stddef.h>

/**
 * camipc_grow() - make room for one more element
 * @array: of @n elements of @size bytes each; NULL: none
 * @room: elements that fit into @array; updated
 *
 * Returns the array, which may have moved; or NULL without memory, and @array
 * is unchanged. Thread word: reentrant.
 */
void *camipc_grow(void *array, size_t n, size_t *room, size_t size);

#endif /* CAMIPC_RECORD_GROW_H */
