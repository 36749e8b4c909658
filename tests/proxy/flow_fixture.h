/* SPDX-License-Identifier: MIT */
/* A sender's outbox and a receiver's debt, for tests of flow control. */
#ifndef CAMIPC_TEST_FLOW_FIXTURE_H
#define CAMIPC_TEST_FLOW_FIXTURE_H

#include "debt.h"
#include "outbox.h"

/* What both ends begin with. */
#define FLOW_WINDOW 8u

/** Both ends; the sender's records come from @pool. */
struct flow {
	struct camipc_outbox outbox;
	struct camipc_debt debt;
	struct camipc_record_pool *pool;
	struct camipc_sender sender; /* where the outbox sends to */
	enum camipc_reason reason; /* of a receiver that refused */
};

/** Both ends of @n_rows methods, with a window of FLOW_WINDOW messages. */
void flow_init(struct flow *flow, const struct camipc_method *rows,
	       uint16_t n_rows, const struct camipc_sender *sender);
void flow_fini(struct flow *flow);

/** A record with the number @number in its cookie. The caller releases it. */
struct camipc_record *flow_make(struct flow *flow, uint16_t row,
				uint32_t number, uint32_t weight,
				uint16_t n_fds);

/** Sends what can be sent; returns 0 or the error of the sender. */
int flow_flush(struct flow *flow);

/** Judges and, if it may, adds a message; then sends what can be sent. */
enum camipc_admission flow_offer(struct flow *flow, uint16_t row,
				 uint32_t number, uint32_t weight,
				 uint16_t n_fds);

/** The receiver counts this record; returns 0 or what it answers. */
int flow_receive(struct flow *flow, struct camipc_record *record);

/** The next of the numbers that begin with @seed; 24 bits. */
uint32_t flow_random(uint32_t *seed);

#endif /* CAMIPC_TEST_FLOW_FIXTURE_H */
