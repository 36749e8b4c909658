/* SPDX-License-Identifier: MIT */
/* Between reader.c, array.c and unknown.c. */
#ifndef CAMIPC_WIRE_READER_INTERNAL_H
#define CAMIPC_WIRE_READER_INTERNAL_H

#include <camipc/wire.h>

/** As camipc_extend(), but the new room is not cleared. */
void *camipc_extend_raw(struct camipc_reader *r, const void *array, size_t n,
			size_t *room, size_t extra, size_t size);

#endif /* CAMIPC_WIRE_READER_INTERNAL_H */
