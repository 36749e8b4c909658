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
	debt->window_bytes = CAMIPC_KEPT_BYTES;
	/* One more than needed: calloc(0) may return NULL. */
	debt->pending = calloc((size_t)n_rows + 1, sizeof(*debt->pending));
	debt->in_flight = calloc(window, sizeof(*debt->in_flight));
	if (debt->pending && debt->in_flight)
		return 0;
	camipc_debt_fini(debt);
	return -ENOMEM;
}

void camipc_debt_fini(struct camipc_debt *debt)
{
	free(debt->pending);
	free(debt->in_flight);
	memset(debt, 0, sizeof(*debt));
}

static void forget_pending(struct camipc_debt *debt)
{
	debt->bytes = 0;
	debt->weight = 0;
	debt->due = false;
	memset(debt->pending, 0, debt->n_rows * sizeof(*debt->pending));
}

void camipc_debt_reset(struct camipc_debt *debt)
{
	debt->received = 0;
	debt->consumed = 0;
	debt->reported = 0;
	debt->load = (struct camipc_load){ 0 };
	forget_pending(debt);
}

int camipc_debt_receive(struct camipc_debt *debt,
			const struct camipc_record *record,
			enum camipc_reason *ret_reason)
{
	struct camipc_load *load = &debt->load;

	*ret_reason = CAMIPC_REASON_BAD_LIMIT;
	if (load->messages == debt->window ||
	    !camipc_load_fits_bytes(load, debt->window_bytes))
		return -EPROTO;
	*ret_reason = CAMIPC_REASON_BAD_FD;
	if (!camipc_load_fits_fds(load, record->n_fds))
		return -EPROTO;
	debt->in_flight[debt->received % debt->window] =
		camipc_in_flight_of(record);
	debt->received++;
	load->messages++;
	load->fds += record->n_fds;
	load->bytes += record->weight;
	return 0;
}

void camipc_debt_consume(struct camipc_debt *debt,
			 const struct camipc_record *record)
{
	const struct camipc_in_flight *oldest =
		&debt->in_flight[debt->consumed % debt->window];
	const uint32_t limit =
		camipc_row_limit(&debt->rows[record->row], debt->window);

	debt->consumed++;
	debt->load.messages--;
	debt->load.fds -= oldest->n_fds;
	debt->load.bytes -= oldest->weight;
	debt->bytes += record->message.header.body_size + CAMIPC_HEADER_SIZE;
	debt->weight += oldest->weight;
	debt->pending[record->row]++;
	/* At half of what the sender may have outstanding, so that it never
	 * has to wait for a receiver that keeps up. */
	if (2u * debt->pending[record->row] >= limit ||
	    2u * (debt->consumed - debt->reported) >= debt->window ||
	    debt->bytes >= CAMIPC_CREDIT_BYTES ||
	    2u * debt->weight >= debt->window_bytes || oldest->n_fds)
		debt->due = true;
}

void camipc_debt_report(struct camipc_debt *debt)
{
	if (debt->consumed == debt->reported)
		return;
	debt->reported = debt->consumed;
	forget_pending(debt);
}
