/* SPDX-License-Identifier: MIT */
/* Joins an outbox and a debt: whatever is sent carries what was consumed. */
#include "courier.h"

int camipc_courier_init(struct camipc_courier *courier,
			const struct camipc_courier_rows *sent,
			const struct camipc_courier_rows *received,
			uint32_t window, struct camipc_record_pool *pool,
			const struct camipc_sender *sender)
{
	int ret;

	courier->pool = pool;
	courier->sender = *sender;
	ret = camipc_outbox_init(&courier->outbox, sent->rows, sent->n_rows,
				 window);
	if (ret < 0)
		return ret;
	ret = camipc_debt_init(&courier->debt, received->rows,
			       received->n_rows, window);
	if (ret < 0)
		camipc_outbox_fini(&courier->outbox);
	return ret;
}

void camipc_courier_limit_bytes(struct camipc_courier *courier, uint32_t bytes)
{
	courier->outbox.window_bytes = bytes;
	courier->debt.window_bytes = bytes;
}

void camipc_courier_fini(struct camipc_courier *courier)
{
	camipc_outbox_fini(&courier->outbox);
	camipc_debt_fini(&courier->debt);
}

void camipc_courier_reset(struct camipc_courier *courier)
{
	camipc_outbox_reset(&courier->outbox);
	camipc_debt_reset(&courier->debt);
}

static int send_record(void *user, struct camipc_record *record)
{
	struct camipc_courier *courier = user;
	int ret;

	record->message.header.consumed = courier->debt.consumed;
	ret = courier->sender.send(courier->sender.user, record);
	if (ret == 0)
		camipc_debt_report(&courier->debt);
	return ret;
}

static void lose_record(void *user, struct camipc_record *record, int error)
{
	struct camipc_courier *courier = user;

	courier->sender.lost(courier->sender.user, record, error);
}

/** Without memory for the credit it stays due. */
static void add_credit(struct camipc_courier *courier)
{
	struct camipc_record *record = camipc_record_get(courier->pool);

	if (!record)
		return;
	record->message.header.kind = CAMIPC_MESSAGE_CREDIT;
	courier->debt.due = false;
	camipc_outbox_add_urgent(&courier->outbox, record);
}

int camipc_courier_flush(struct camipc_courier *courier)
{
	const struct camipc_sender sender = {
		.send = send_record,
		.lost = lose_record,
		.user = courier,
	};

	if (courier->debt.due)
		add_credit(courier);
	return camipc_outbox_flush(&courier->outbox, &sender);
}
