/* SPDX-License-Identifier: MIT */
/*
 * A courier is one end's flow control in both directions: an outbox for what
 * this end sends and a debt for what it receives. It stamps the debt on every
 * message that leaves and sends a bare CREDIT when no other message will carry
 * it in time. The proxy has one, and so has the servant at the other end.
 */
#ifndef CAMIPC_COURIER_COURIER_H
#define CAMIPC_COURIER_COURIER_H

#include "debt.h"
#include "outbox.h"

/** Rows of the messages that need credit in one direction; borrowed. */
struct camipc_courier_rows {
	const struct camipc_method *rows;
	uint16_t n_rows;
};

/** Thread word: bound, or under its owner's lock. */
struct camipc_courier {
	struct camipc_outbox outbox;
	struct camipc_debt debt;
	struct camipc_record_pool *pool; /* borrowed: for credits */
	struct camipc_sender sender; /* of the owner */
};

/**
 * camipc_courier_init() - set up both directions
 * @sent: rows of the messages that this end sends
 * @received: rows of the messages that the other end sends
 * @window: messages that may be unconsumed at once, in each direction
 * @pool: borrowed until fini()
 * @sender: copied; gets each record with its header complete
 *
 * Returns 0, or -ENOMEM and an empty courier.
 */
int camipc_courier_init(struct camipc_courier *courier,
			const struct camipc_courier_rows *sent,
			const struct camipc_courier_rows *received,
			uint32_t window, struct camipc_record_pool *pool,
			const struct camipc_sender *sender) CAMIPC_MUST_CHECK;

/**
 * Limits the bytes that may be unconsumed at once, in each direction, and those
 * that wait for credit; CAMIPC_KEPT_BYTES by default. Both ends must agree.
 */
void camipc_courier_limit_bytes(struct camipc_courier *courier, uint32_t bytes);

/** Releases everything; accepts zeroed memory. */
void camipc_courier_fini(struct camipc_courier *courier);

/** Forgets everything that is on its way: the other end is a new one. */
void camipc_courier_reset(struct camipc_courier *courier);

/**
 * Sends what can be sent, a credit that is due first. Returns 0 (the rest, if
 * any, waits for credit), -EAGAIN (the rest waits for room) or -EPIPE.
 */
int camipc_courier_flush(struct camipc_courier *courier);

/** Returns true if flush would try to send something. */
static inline bool camipc_courier_has_sendable(const struct camipc_courier *courier)
{
	return courier->debt.due ||
	       camipc_outbox_has_sendable(&courier->outbox);
}

#endif /* CAMIPC_COURIER_COURIER_H */
