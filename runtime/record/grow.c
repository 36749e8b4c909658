/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time. */
#include "grow.h"

#include <stdint.h>
#include <stdlib.h>

void *camipc_grow(void *array, size_t n, size_t *room, size_t size)
{
	const size_t more = *room ? *room * 2 : 64;
	void *bytes;

	if (n < *room)
		return array;
	if (more > SIZE_MAX / size)
		return NULL;
	bytes = realloc(array, more * size);
	if (bytes)
		*room = more;
	return bytes;
}
