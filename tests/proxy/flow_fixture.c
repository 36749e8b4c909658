/* SPDX-License-Identifier: MIT */
/* A sender's outbox and a receiver's debt, for tests of flow control. */
#include "flow_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

void flow_init(struct flow *flow, const struct camipc_method *rows,
	       uint16_t n_rows, const struct camipc_sender *sender)
{
	memset(flow, 0, sizeof(*flow));
	flow->sender = *sender;
	assert_int_equal(camipc_record_pool_create(4, 1024, &flow->pool), 0);
	assert_int_equal(camipc_outbox_init(&flow->outbox, rows, n_rows,
					    FLOW_WINDOW),
			 0);
	assert_int_equal(camipc_debt_init(&flow->debt, rows, n_rows,
					  FLOW_WINDOW),
			 0);
}

void flow_fini(struct flow *flow)
{
	camipc_outbox_fini(&flow->outbox);
	camipc_debt_fini(&flow->debt);
	camipc_record_pool_unref(flow->pool);
}

struct camipc_record *flow_make(struct flow *flow, uint16_t row,
				uint32_t number, uint32_t weight,
				uint16_t n_fds)
{
	struct camipc_record *record = camipc_record_get(flow->pool);

	assert_non_null(record);
	record->row = row;
	record->n_fds = n_fds;
	record->weight = weight;
	record->message.header.cookie = number;
	return record;
}

int flow_flush(struct flow *flow)
{
	return camipc_outbox_flush(&flow->outbox, &flow->sender);
}

enum camipc_admission flow_offer(struct flow *flow, uint16_t row,
				 uint32_t number, uint32_t weight,
				 uint16_t n_fds)
{
	enum camipc_admission admission =
		camipc_outbox_judge(&flow->outbox, row, n_fds);

	if (admission == CAMIPC_ADMIT || admission == CAMIPC_ADMIT_KEEP)
		camipc_outbox_add(&flow->outbox,
				  flow_make(flow, row, number, weight, n_fds),
				  admission);
	(void)!flow_flush(flow);
	return admission;
}

int flow_receive(struct flow *flow, struct camipc_record *record)
{
	return camipc_debt_receive(&flow->debt, record, &flow->reason);
}

uint32_t flow_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}
