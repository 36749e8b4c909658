/* SPDX-License-Identifier: MIT */
/* Sends messages in the order of acceptance, as credit and room allow. */
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "row_limit.h"

int camipc_outbox_init(struct camipc_outbox *outbox,
		       const struct camipc_method *rows, uint16_t n_rows,
		       uint32_t window)
{
	memset(outbox, 0, sizeof(*outbox));
	outbox->rows = rows;
	outbox->n_rows = n_rows;
	outbox->window = window;
	/* One more than needed: calloc(0) may return NULL. */
	outbox->used = calloc((size_t)n_rows + 1, sizeof(*outbox->used));
	outbox->kept = calloc((size_t)n_rows + 1, sizeof(*outbox->kept));
	outbox->in_flight = calloc(window, sizeof(*outbox->in_flight));
	if (outbox->used && outbox->kept && outbox->in_flight)
		return 0;
	camipc_outbox_fini(outbox);
	return -ENOMEM;
}

void camipc_outbox_fini(struct camipc_outbox *outbox)
{
	camipc_record_queue_clear(&outbox->urgent);
	camipc_record_queue_clear(&outbox->queue);
	free(outbox->used);
	free(outbox->kept);
	free(outbox->in_flight);
	memset(outbox, 0, sizeof(*outbox));
}

void camipc_outbox_reset(struct camipc_outbox *outbox)
{
	camipc_record_queue_clear(&outbox->urgent);
	camipc_record_queue_clear(&outbox->queue);
	memset(outbox->used, 0, outbox->n_rows * sizeof(*outbox->used));
	memset(outbox->kept, 0, outbox->n_rows * sizeof(*outbox->kept));
	outbox->unconsumed = 0;
	outbox->sent = 0;
	outbox->consumed = 0;
	outbox->fds = 0;
	outbox->n_ungranted = 0;
}

/* ---- credit ------------------------------------------------------------ */

/** A single message with more descriptors than the limit travels alone. */
static bool fds_fit(const struct camipc_outbox *outbox, uint32_t n_fds)
{
	return n_fds == 0 || outbox->fds == 0 ||
	       outbox->fds + n_fds <= CAMIPC_MAX_FDS_IN_FLIGHT;
}

static bool has_credit(const struct camipc_outbox *outbox, uint16_t row)
{
	return outbox->unconsumed < outbox->window &&
	       outbox->used[row] < camipc_row_limit(&outbox->rows[row], outbox->window);
}

static void grant(struct camipc_outbox *outbox, struct camipc_record *record)
{
	record->granted = true;
	outbox->fds += record->n_fds;
	if (!record->counted)
		return;
	outbox->used[record->row]++;
	outbox->unconsumed++;
	if (outbox->unconsumed > outbox->high_water)
		outbox->high_water = outbox->unconsumed;
}

static void take_back(struct camipc_outbox *outbox, uint16_t row,
		      uint32_t n_fds)
{
	outbox->used[row]--;
	outbox->unconsumed--;
	outbox->fds -= n_fds;
}

static bool may_grant(const struct camipc_outbox *outbox,
		      const struct camipc_record *record)
{
	return fds_fit(outbox, record->n_fds) &&
	       (!record->counted || has_credit(outbox, record->row));
}

/**
 * Gives credit to the messages that wait for it, strictly in order: otherwise
 * later messages could overtake a waiting one again and again.
 */
static void grant_waiting(struct camipc_outbox *outbox)
{
	struct camipc_record *record = outbox->queue.head;

	while (record && outbox->n_ungranted) {
		if (!record->granted) {
			if (!may_grant(outbox, record))
				return;
			grant(outbox, record);
			outbox->n_ungranted--;
			if (record->counted)
				outbox->kept[record->row]--;
		}
		record = record->next;
	}
}

enum camipc_admission camipc_outbox_judge(const struct camipc_outbox *outbox,
					  uint16_t row, uint32_t n_fds)
{
	/* A message ahead may be waiting for the free descriptors. */
	if (has_credit(outbox, row) && !outbox->kept[row] &&
	    (n_fds == 0 || !outbox->n_ungranted) && fds_fit(outbox, n_fds))
		return CAMIPC_ADMIT;
	switch (outbox->rows[row].overflow) {
	case CAMIPC_OVERFLOW_DROP_OLDEST:
		return CAMIPC_ADMIT_KEEP;
	case CAMIPC_OVERFLOW_DROP_NEWEST:
		return CAMIPC_ADMIT_DROP;
	default:
		return CAMIPC_ADMIT_REFUSE;
	}
}

int camipc_outbox_consumed(struct camipc_outbox *outbox, uint32_t consumed)
{
	uint32_t n = consumed - outbox->consumed;

	if (n == 0)
		return 0;
	if (n > outbox->sent - outbox->consumed)
		return -EPROTO;
	for (; n > 0; n--) {
		const struct camipc_in_flight *oldest =
			&outbox->in_flight[outbox->consumed % outbox->window];

		take_back(outbox, oldest->row, oldest->n_fds);
		outbox->consumed++;
	}
	grant_waiting(outbox);
	return 0;
}

void camipc_outbox_answered(struct camipc_outbox *outbox, uint32_t n_fds)
{
	if (n_fds == 0)
		return;
	outbox->fds -= n_fds;
	grant_waiting(outbox);
}

uint64_t camipc_outbox_take_dropped(struct camipc_outbox *outbox)
{
	const uint64_t dropped = outbox->dropped;

	outbox->dropped = 0;
	return dropped;
}

/* ---- the queue --------------------------------------------------------- */

/** Removes @record, which follows @before (NULL: is the first). */
static void unlink_record(struct camipc_record_queue *queue,
			  struct camipc_record *before,
			  struct camipc_record *record)
{
	if (before)
		before->next = record->next;
	else
		queue->head = record->next;
	if (queue->tail == record)
		queue->tail = before;
	queue->n--;
	record->next = NULL;
}

/** Drops the oldest message of @row that waits for credit. */
static void drop_oldest(struct camipc_outbox *outbox, uint16_t row)
{
	struct camipc_record *before = NULL;
	struct camipc_record *record = outbox->queue.head;

	while (record &&
	       (record->granted || !record->counted || record->row != row)) {
		before = record;
		record = record->next;
	}
	if (!record)
		return;
	unlink_record(&outbox->queue, before, record);
	outbox->kept[row]--;
	outbox->n_ungranted--;
	outbox->dropped++;
	camipc_record_release(record);
	grant_waiting(outbox);
}

void camipc_outbox_add(struct camipc_outbox *outbox,
		       struct camipc_record *record,
		       enum camipc_admission admission)
{
	uint16_t row = record->row;

	record->counted = true;
	record->granted = false;
	if (admission == CAMIPC_ADMIT) {
		grant(outbox, record);
	} else {
		if (outbox->kept[row] >=
		    camipc_row_limit(&outbox->rows[row], outbox->window))
			drop_oldest(outbox, row);
		outbox->kept[row]++;
		outbox->n_ungranted++;
	}
	camipc_record_queue_push(&outbox->queue, record);
	grant_waiting(outbox);
}

void camipc_outbox_add_free(struct camipc_outbox *outbox,
			    struct camipc_record *record)
{
	record->counted = false;
	record->granted = false;
	if (record->n_fds == 0 ||
	    (!outbox->n_ungranted && fds_fit(outbox, record->n_fds)))
		grant(outbox, record);
	else
		outbox->n_ungranted++;
	camipc_record_queue_push(&outbox->queue, record);
}

void camipc_outbox_add_urgent(struct camipc_outbox *outbox,
			      struct camipc_record *record)
{
	record->counted = false;
	record->granted = true;
	record->n_fds = 0;
	camipc_record_queue_push(&outbox->urgent, record);
}

struct camipc_record *camipc_outbox_remove(struct camipc_outbox *outbox,
					   uint32_t cookie)
{
	struct camipc_record *before = NULL;
	struct camipc_record *record = outbox->queue.head;

	while (record &&
	       (record->counted || record->message.header.cookie != cookie)) {
		before = record;
		record = record->next;
	}
	if (!record)
		return NULL;
	unlink_record(&outbox->queue, before, record);
	if (record->granted)
		outbox->fds -= record->n_fds;
	else
		outbox->n_ungranted--;
	grant_waiting(outbox);
	return record;
}

/* ---- sending ----------------------------------------------------------- */

bool camipc_outbox_has_sendable(const struct camipc_outbox *outbox)
{
	return outbox->urgent.head ||
	       (outbox->queue.head && outbox->queue.head->granted);
}

/** Called before sending: a record that was sent has another owner. */
static void note_sent(struct camipc_outbox *outbox, uint16_t row,
		      uint16_t n_fds)
{
	outbox->in_flight[outbox->sent % outbox->window] =
		(struct camipc_in_flight){ .row = row, .n_fds = n_fds };
	outbox->sent++;
}

int camipc_outbox_flush(struct camipc_outbox *outbox,
			const struct camipc_sender *sender)
{
	while (camipc_outbox_has_sendable(outbox)) {
		struct camipc_record_queue *queue =
			outbox->urgent.head ? &outbox->urgent : &outbox->queue;
		struct camipc_record *record = camipc_record_queue_pop(queue);
		bool counted = record->counted;
		uint16_t row = record->row;
		uint16_t n_fds = record->n_fds;
		int ret;

		if (counted)
			note_sent(outbox, row, n_fds);
		ret = sender->send(sender->user, record);
		if (ret == 0)
			continue;
		if (counted)
			outbox->sent--;
		if (ret == -EAGAIN || ret == -EPIPE) {
			record->next = queue->head;
			queue->head = record;
			if (!queue->tail)
				queue->tail = record;
			queue->n++;
			return ret;
		}
		if (counted)
			take_back(outbox, row, n_fds);
		else
			outbox->fds -= n_fds;
		grant_waiting(outbox);
		sender->lost(sender->user, record, ret);
	}
	return 0;
}
