/* SPDX-License-Identifier: MIT */
/* How many messages of one method or event may be on their way at once. */
#ifndef CAMIPC_COURIER_ROW_LIMIT_H
#define CAMIPC_COURIER_ROW_LIMIT_H

#include <camipc/interface.h>

/**
 * Returns how many may be unconsumed: the IDL's [queue], or @window where that
 * is smaller or absent.
 */
static inline uint32_t camipc_row_limit(const struct camipc_method *row,
					uint32_t window)
{
	return row->queue && row->queue < window ? row->queue : window;
}

/**
 * Returns how many may be unconsumed or wait for credit, with [overflow=keep]:
 * the IDL's [queue], which may be larger than @window.
 */
static inline uint32_t camipc_row_queue(const struct camipc_method *row,
					uint32_t window)
{
	return row->queue ? row->queue : window;
}

#endif /* CAMIPC_COURIER_ROW_LIMIT_H */
