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
	outbox->window_bytes = CAMIPC_KEPT_BYTES;
	/* One more than needed: calloc(0) may return NULL. */
	outbox->used = calloc((size_t)n_rows + 1, sizeof(*outbox->used));
	outbox->kept = calloc((size_t)n_rows + 1, sizeof(*outbox->kept));
	outbox->in_flight = calloc(window, sizeof(*outbox->in_flight));
	if (outbox->used && outbox->kept && outbox->in_flight)
		return 0;
	camipc_outbox_fini(outbox);
	return -ENOMEM;
}

/** Releases messages that were kept although they were sent. */
static void forget_unconsumed(struct camipc_outbox *outbox)
{
	struct camipc_record *record;

	while ((record = camipc_record_queue_pop(&outbox->unconsumed))) {
		record->lent = false;
		camipc_record_release(record);
	}
}

void camipc_outbox_fini(struct camipc_outbox *outbox)
{
	forget_unconsumed(outbox);
	camipc_record_queue_clear(&outbox->urgent);
	camipc_record_queue_clear(&outbox->queue);
	free(outbox->used);
	free(outbox->kept);
	free(outbox->in_flight);
	memset(outbox, 0, sizeof(*outbox));
}

/** A message that its sender sends again has only its header here. */
static bool is_hollow(const struct camipc_record *record)
{
	return record->message.header.kind == 0;
}

/** Moves the messages of @queue that need credit to @to. */
static void move_counted(struct camipc_record_queue *queue,
			 struct camipc_record_queue *to)
{
	struct camipc_record_queue rest = { .head = NULL };
	struct camipc_record *record;

	while ((record = camipc_record_queue_pop(queue)))
		camipc_record_queue_push(record->counted ? to : &rest, record);
	*queue = rest;
}

void camipc_outbox_take_unfinished(struct camipc_outbox *outbox,
				   struct camipc_record_queue *queue)
{
	struct camipc_record *record;

	while ((record = camipc_record_queue_pop(&outbox->unconsumed))) {
		record->lent = false;
		if (!is_hollow(record)) {
			camipc_record_queue_push(queue, record);
			continue;
		}
		outbox->load.messages--;
		camipc_record_release(record);
	}
	move_counted(&outbox->queue, queue);
}

void camipc_outbox_reset(struct camipc_outbox *outbox)
{
	forget_unconsumed(outbox);
	outbox->lost += outbox->load.messages + outbox->n_kept;
	camipc_record_queue_clear(&outbox->urgent);
	camipc_record_queue_clear(&outbox->queue);
	memset(outbox->used, 0, outbox->n_rows * sizeof(*outbox->used));
	memset(outbox->kept, 0, outbox->n_rows * sizeof(*outbox->kept));
	outbox->load = (struct camipc_load){ 0 };
	outbox->sent = 0;
	outbox->consumed = 0;
	outbox->n_ungranted = 0;
	outbox->n_kept = 0;
	outbox->kept_bytes = 0;
	outbox->held = false;
}

/* ---- credit ------------------------------------------------------------ */

static bool has_credit(const struct camipc_outbox *outbox, uint16_t row)
{
	return outbox->load.messages < outbox->window &&
	       outbox->used[row] < camipc_row_limit(&outbox->rows[row],
						    outbox->window) &&
	       camipc_load_fits_bytes(&outbox->load, outbox->window_bytes);
}

static void grant(struct camipc_outbox *outbox, struct camipc_record *record)
{
	record->granted = true;
	outbox->load.fds += record->n_fds;
	if (!record->counted)
		return;
	outbox->used[record->row]++;
	outbox->load.bytes += record->weight;
	outbox->load.messages++;
	if (outbox->load.messages > outbox->high_water)
		outbox->high_water = outbox->load.messages;
}

static void take_back(struct camipc_outbox *outbox,
		      const struct camipc_in_flight *message)
{
	outbox->used[message->row]--;
	outbox->load.messages--;
	outbox->load.fds -= message->n_fds;
	outbox->load.bytes -= message->weight;
}

void camipc_outbox_restart(struct camipc_outbox *outbox)
{
	const uint32_t n = outbox->sent - outbox->consumed;

	for (uint32_t i = 0; i < n; i++) {
		take_back(outbox,
			  &outbox->in_flight[outbox->consumed % outbox->window]);
		outbox->consumed++;
	}
	forget_unconsumed(outbox);
	outbox->sent = 0;
	outbox->consumed = 0;
}

static bool may_grant(const struct camipc_outbox *outbox,
		      const struct camipc_record *record)
{
	return camipc_load_fits_fds(&outbox->load, record->n_fds) &&
	       (!record->counted || has_credit(outbox, record->row));
}

/** Counts a record that waits for credit, and one that does so no longer. */
static void keep(struct camipc_outbox *outbox, struct camipc_record *record)
{
	outbox->n_ungranted++;
	if (!record->counted)
		return;
	camipc_record_trim(record);
	record->kept = camipc_record_memory(record);
	outbox->kept[record->row]++;
	outbox->n_kept++;
	outbox->kept_bytes += record->kept;
}

static void unkeep(struct camipc_outbox *outbox,
		   const struct camipc_record *record)
{
	outbox->n_ungranted--;
	if (!record->counted)
		return;
	outbox->kept[record->row]--;
	outbox->n_kept--;
	outbox->kept_bytes -= record->kept;
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
			unkeep(outbox, record);
			grant(outbox, record);
		}
		record = record->next;
	}
}

/** Judges a message that cannot be sent now. */
static enum camipc_admission judge_waiting(const struct camipc_outbox *outbox,
					   uint16_t row)
{
	const struct camipc_method *method = &outbox->rows[row];
	const bool fits = outbox->kept_bytes < outbox->window_bytes;

	switch (method->overflow) {
	case CAMIPC_OVERFLOW_KEEP:
		return fits && outbox->used[row] + outbox->kept[row] <
					camipc_row_queue(method, outbox->window)
			       ? CAMIPC_ADMIT_KEEP
			       : CAMIPC_ADMIT_REFUSE;
	case CAMIPC_OVERFLOW_DROP_OLDEST:
		return fits || outbox->kept[row] ? CAMIPC_ADMIT_KEEP
						 : CAMIPC_ADMIT_DROP;
	case CAMIPC_OVERFLOW_DROP_NEWEST:
		return CAMIPC_ADMIT_DROP;
	default:
		return CAMIPC_ADMIT_REFUSE;
	}
}

enum camipc_admission camipc_outbox_judge(const struct camipc_outbox *outbox,
					  uint16_t row, uint32_t n_fds)
{
	if (!outbox->n_ungranted && has_credit(outbox, row) &&
	    camipc_load_fits_fds(&outbox->load, n_fds))
		return CAMIPC_ADMIT;
	return judge_waiting(outbox, row);
}

/** The oldest message that was sent is known to be consumed. */
static void forget_oldest(struct camipc_outbox *outbox)
{
	struct camipc_record *record =
		camipc_record_queue_pop(&outbox->unconsumed);

	outbox->finished += !record || !is_hollow(record);
	if (!record)
		return;
	record->lent = false;
	camipc_record_release(record);
}

int camipc_outbox_consumed(struct camipc_outbox *outbox, uint32_t consumed)
{
	uint32_t n = consumed - outbox->consumed;

	if (n == 0)
		return 0;
	if (n > outbox->sent - outbox->consumed)
		return -EPROTO;
	for (; n > 0; n--) {
		take_back(outbox,
			  &outbox->in_flight[outbox->consumed % outbox->window]);
		outbox->consumed++;
		forget_oldest(outbox);
	}
	grant_waiting(outbox);
	return 0;
}

void camipc_outbox_answered(struct camipc_outbox *outbox, uint32_t n_fds)
{
	if (n_fds == 0)
		return;
	outbox->load.fds -= n_fds;
	grant_waiting(outbox);
}

uint64_t camipc_outbox_take_dropped(struct camipc_outbox *outbox)
{
	const uint64_t dropped = outbox->dropped;

	outbox->dropped = 0;
	return dropped;
}

uint64_t camipc_outbox_take_lost(struct camipc_outbox *outbox)
{
	const uint64_t lost = outbox->lost;

	outbox->lost = 0;
	return lost;
}

uint64_t camipc_outbox_take_finished(struct camipc_outbox *outbox)
{
	const uint64_t finished = outbox->finished;

	outbox->finished = 0;
	return finished;
}

/* ---- the queue --------------------------------------------------------- */

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
	camipc_record_queue_remove(&outbox->queue, before, record);
	unkeep(outbox, record);
	outbox->dropped++;
	camipc_record_release(record);
	grant_waiting(outbox);
}

/** Makes place for a message that may replace older ones of its row. */
static void make_place(struct camipc_outbox *outbox, uint16_t row)
{
	const struct camipc_method *method = &outbox->rows[row];

	if (method->overflow != CAMIPC_OVERFLOW_DROP_OLDEST)
		return;
	while (outbox->kept[row] &&
	       (outbox->kept[row] >= camipc_row_limit(method, outbox->window) ||
		outbox->kept_bytes >= outbox->window_bytes))
		drop_oldest(outbox, row);
}

void camipc_outbox_add(struct camipc_outbox *outbox,
		       struct camipc_record *record,
		       enum camipc_admission admission)
{
	record->counted = true;
	record->granted = false;
	if (admission == CAMIPC_ADMIT) {
		grant(outbox, record);
	} else {
		make_place(outbox, record->row);
		keep(outbox, record);
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
	    (!outbox->n_ungranted &&
	     camipc_load_fits_fds(&outbox->load, record->n_fds)))
		grant(outbox, record);
	else
		keep(outbox, record);
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

/** Sets *ret_before to the record before the one that is returned. */
static struct camipc_record *find(const struct camipc_outbox *outbox,
				  uint32_t cookie,
				  struct camipc_record **ret_before)
{
	struct camipc_record *record = outbox->queue.head;

	*ret_before = NULL;
	while (record &&
	       (record->counted || record->message.header.cookie != cookie)) {
		*ret_before = record;
		record = record->next;
	}
	return record;
}

struct camipc_record *camipc_outbox_find(const struct camipc_outbox *outbox,
					 uint32_t cookie)
{
	struct camipc_record *before;

	return find(outbox, cookie, &before);
}

struct camipc_record *camipc_outbox_remove(struct camipc_outbox *outbox,
					   uint32_t cookie)
{
	struct camipc_record *before;
	struct camipc_record *record = find(outbox, cookie, &before);

	if (!record)
		return NULL;
	camipc_record_queue_remove(&outbox->queue, before, record);
	if (record->granted)
		outbox->load.fds -= record->n_fds;
	else
		unkeep(outbox, record);
	grant_waiting(outbox);
	return record;
}

/* ---- sending ----------------------------------------------------------- */

bool camipc_outbox_has_sendable(const struct camipc_outbox *outbox)
{
	return outbox->urgent.head ||
	       (outbox->queue.head && outbox->queue.head->granted &&
		!outbox->held);
}

/** Called before sending: a record that was sent has another owner. */
static void note_sent(struct camipc_outbox *outbox,
		      const struct camipc_in_flight *message)
{
	outbox->in_flight[outbox->sent % outbox->window] = *message;
	outbox->sent++;
}

/** Forgets a record that was taken out of the queue and can never be sent. */
static void unsend(struct camipc_outbox *outbox, bool counted,
		   const struct camipc_in_flight *message)
{
	if (counted)
		take_back(outbox, message);
	else
		outbox->load.fds -= message->n_fds;
	grant_waiting(outbox);
}

bool camipc_outbox_has_credit(const struct camipc_outbox *outbox,
			      const struct camipc_record *record)
{
	return has_credit(outbox, record->row) &&
	       camipc_load_fits_fds(&outbox->load, record->n_fds);
}

void camipc_outbox_count_sent(struct camipc_outbox *outbox,
			      const struct camipc_record *record,
			      struct camipc_record *hollow)
{
	const struct camipc_in_flight message = camipc_in_flight_of(record);

	hollow->message.header.kind = 0;
	hollow->row = record->row;
	hollow->n_fds = record->n_fds;
	hollow->weight = record->weight;
	hollow->counted = true;
	grant(outbox, hollow);
	note_sent(outbox, &message);
	camipc_record_queue_push(&outbox->unconsumed, hollow);
}

void camipc_outbox_move(struct camipc_outbox *from, struct camipc_outbox *to)
{
	struct camipc_record *record;

	while ((record = camipc_record_queue_pop(&from->queue))) {
		record->granted = false;
		if (!to->n_ungranted && may_grant(to, record))
			grant(to, record);
		else
			keep(to, record);
		camipc_record_queue_push(&to->queue, record);
	}
	to->keeps = from->keeps;
	to->dropped = from->dropped;
	to->lost = from->lost;
	to->finished += from->finished;
	if (to->high_water < from->high_water)
		to->high_water = from->high_water;
}

static bool is_barrier(const struct camipc_record *record)
{
	return record->message.header.kind == CAMIPC_MESSAGE_CALL &&
	       record->message.header.id == CAMIPC_BARRIER_ID;
}

int camipc_outbox_flush(struct camipc_outbox *outbox,
			const struct camipc_sender *sender)
{
	while (camipc_outbox_has_sendable(outbox)) {
		struct camipc_record_queue *queue =
			outbox->urgent.head ? &outbox->urgent : &outbox->queue;
		struct camipc_record *record = camipc_record_queue_pop(queue);
		const struct camipc_in_flight message =
			camipc_in_flight_of(record);
		const bool holds = is_barrier(record);
		bool counted = record->counted;
		int ret;

		if (counted)
			note_sent(outbox, &message);
		record->lent = counted && outbox->keeps;
		ret = sender->send(sender->user, record);
		if (ret == 0) {
			outbox->held = outbox->held || holds;
			if (counted && outbox->keeps)
				camipc_record_queue_push(&outbox->unconsumed,
							 record);
			continue;
		}
		record->lent = false;
		if (counted)
			outbox->sent--;
		if (ret == -EAGAIN || ret == -EPIPE) {
			camipc_record_queue_push_front(queue, record);
			return ret;
		}
		unsend(outbox, counted, &message);
		sender->lost(sender->user, record, ret);
	}
	return 0;
}
