/* SPDX-License-Identifier: MIT */
/* What array.c and unknown.c use of reader.c. */
#ifndef CAMIPC_WIRE_READER_INTERNAL_H
#define CAMIPC_WIRE_READER_INTERNAL_H

#include <camipc/wire.h>

/** Works as camipc_extend(), but leaves the new room uninitialised. Bound. */
void *camipc_extend_raw(struct camipc_reader *r, const void *array, size_t n,
			size_t *room, size_t extra, size_t size);

#endif /* CAMIPC_WIRE_READER_INTERNAL_H */
