/* SPDX-License-Identifier: MIT */
/* Sends calls of a journal again, and compares what they return. */
#include "replay.h"

#include <errno.h>

#include "result.h"

/** Hands a record of the journal to the link, which does not get to own it. */
static int lend_to_link(const struct camipc_replay_path *path,
		struct camipc_record *record)
{
	struct camipc_debt *debt = &path->courier->debt;
	int ret;

	record->message.header.consumed = debt->consumed;
	record->lent = true;
	ret = path->link->ops->push(path->link, record);
	record->lent = false;
	if (ret == 0)
		camipc_debt_report(debt);
	return ret;
}

static int send_unanswered(const struct camipc_replay_path *path,
		      struct camipc_record *record)
{
	struct camipc_outbox *outbox = &path->courier->outbox;
	struct camipc_record *hollow;
	int ret;

	record->message.header.flags = CAMIPC_MESSAGE_ONEWAY;
	record->message.header.cookie = 0;
	if (!camipc_outbox_has_credit(outbox, record))
		return -EAGAIN;
	hollow = camipc_record_get(path->courier->pool);
	if (!hollow)
		return -ENOMEM;
	ret = lend_to_link(path, record);
	if (ret < 0)
		camipc_record_release(hollow);
	else
		camipc_outbox_count_sent(outbox, record, hollow);
	return ret;
}

int camipc_replay_send(const struct camipc_replay_path *path,
		       const struct camipc_journal_entry *entry,
		       uint32_t epoch, uint32_t cookie)
{
	const struct camipc_method *method = entry->method;
	struct camipc_record *record = entry->call;

	record->row = (uint16_t)(method - path->interface->methods);
	record->message.header.epoch = epoch;
	camipc_journal_rewind(entry);
	if (method->role == CAMIPC_ROLE_ASYNC)
		return send_unanswered(path, record);
	record->message.header.flags = 0;
	record->message.header.cookie = cookie;
	return lend_to_link(path, record);
}

const char *camipc_replay_compare(const struct camipc_journal_entry *entry,
				  const struct camipc_record *reply)
{
	const struct camipc_method *method = entry->method;
	const int32_t result = camipc_result_of(method, reply->data);

	if (result < 0 || (!(method->flags & CAMIPC_METHOD_IGNORE_RESULT) &&
			   result != entry->ret))
		return "result";
	if (!camipc_journal_compares(method))
		return NULL;
	return camipc_journal_compare(entry, reply);
}

void camipc_replay_keep_results(const struct camipc_journal_entry *entry,
				struct camipc_record *reply,
				struct camipc_notice *notice)
{
	if (entry->method->role != CAMIPC_ROLE_START ||
	    !camipc_journal_compare(entry, reply)) {
		camipc_record_release(reply);
		return;
	}
	camipc_record_release(notice->results);
	notice->start = entry->method;
	notice->results = reply;
}
