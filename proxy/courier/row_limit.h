/* SPDX-License-Identifier: MIT */
/* How many messages of one method or event may be unconsumed at once. */
#ifndef CAMIPC_COURIER_ROW_LIMIT_H
#define CAMIPC_COURIER_ROW_LIMIT_H

#include <camipc/interface.h>

/** Returns the IDL's [queue], or @window where that is smaller or absent. */
static inline uint32_t camipc_row_limit(const struct camipc_method *row,
					uint32_t window)
{
	return row->queue && row->queue < window ? row->queue : window;
}

#endif /* CAMIPC_COURIER_ROW_LIMIT_H */
