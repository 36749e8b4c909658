/* SPDX-License-Identifier: MIT */
/*
 * The window of one direction: what may be sent and not yet consumed. Sender
 * and receiver count the same messages with the same functions, so that an
 * honest sender never goes past what its receiver accepts.
 */
#ifndef CAMIPC_COURIER_WINDOW_H
#define CAMIPC_COURIER_WINDOW_H

#include <camipc/limits.h>

#include "record.h"

/** A message that was sent and not consumed. */
struct camipc_in_flight {
	uint32_t weight; /* bytes */
	uint16_t row;
	uint16_t n_fds;
};

/** The sum of the messages in flight. */
struct camipc_load {
	uint32_t messages;
	uint32_t fds;
	uint64_t bytes;
};

/**
 * Returns true if @n_fds more descriptors may be in flight. A message with more
 * than the limit travels alone.
 */
static inline bool camipc_load_fits_fds(const struct camipc_load *load,
					uint32_t n_fds)
{
	return n_fds == 0 || load->fds == 0 ||
	       load->fds + n_fds <= CAMIPC_MAX_FDS_IN_FLIGHT;
}

/**
 * Returns true if a message may follow. Its own size does not matter: a sender
 * that waits would otherwise need to know when all others were consumed, which
 * the receiver reports only now and then.
 */
static inline bool camipc_load_fits_bytes(const struct camipc_load *load,
					  uint32_t window_bytes)
{
	return load->bytes < window_bytes;
}

static inline struct camipc_in_flight
camipc_in_flight_of(const struct camipc_record *record)
{
	return (struct camipc_in_flight){ .weight = record->weight,
					  .row = record->row,
					  .n_fds = record->n_fds };
}

#endif /* CAMIPC_COURIER_WINDOW_H */
