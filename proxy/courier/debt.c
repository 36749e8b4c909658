/* SPDX-License-Identifier: MIT */
/* Counts consumed messages until their sender has been told. */
#include "debt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "row_limit.h"

int camipc_debt_init(struct camipc_debt *debt, const struct camipc_method *rows,
		     uint16_t n_rows, uint32_t window)
{
	memset(debt, 0, sizeof(*debt));
	debt->rows = rows;
	debt->n_rows = n_rows;
	debt->window = window;
	/* One more than needed: calloc(0) may return NULL. */
	debt->pending = calloc((size_t)n_rows + 1, sizeof(*debt->pending));
	return debt->pending ? 0 : -ENOMEM;
}

void camipc_debt_fini(struct camipc_debt *debt)
{
	free(debt->pending);
	memset(debt, 0, sizeof(*debt));
}

static void forget_pending(struct camipc_debt *debt)
{
	debt->bytes = 0;
	debt->due = false;
	memset(debt->pending, 0, debt->n_rows * sizeof(*debt->pending));
}

void camipc_debt_reset(struct camipc_debt *debt)
{
	debt->received = 0;
	debt->consumed = 0;
	debt->reported = 0;
	forget_pending(debt);
}

int camipc_debt_receive(struct camipc_debt *debt)
{
	debt->received++;
	return debt->received - debt->consumed > debt->window ? -EPROTO : 0;
}

void camipc_debt_consume(struct camipc_debt *debt,
			 const struct camipc_record *record)
{
	const struct camipc_header *header = &record->message.header;
	const uint32_t limit =
		camipc_row_limit(&debt->rows[record->row], debt->window);

	debt->consumed++;
	debt->bytes += header->body_size + CAMIPC_HEADER_SIZE;
	debt->pending[record->row]++;
	/* At half of what the sender may have outstanding, so that it never
	 * has to wait for a receiver that keeps up. */
	if (2u * debt->pending[record->row] >= limit ||
	    2u * (debt->consumed - debt->reported) >= debt->window ||
	    debt->bytes >= CAMIPC_CREDIT_BYTES || header->n_fds)
		debt->due = true;
}

void camipc_debt_report(struct camipc_debt *debt)
{
	if (debt->consumed == debt->reported)
		return;
	debt->reported = debt->consumed;
	forget_pending(debt);
}
