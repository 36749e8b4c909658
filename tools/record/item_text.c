/* SPDX-License-Identifier: MIT */
/* Names of kinds of items, and times since the recording began. */
#include "item_text.h"

#include "chunk_item.h"

const char *item_kind_name(const struct camipc_recorded *item)
{
	static const char *const names[] = {
		[CAMIPC_ITEM_ACCESS] = "access",
		[CAMIPC_ITEM_DROPPED] = "dropped",
		[CAMIPC_ITEM_CREDIT] = "credit",
		[CAMIPC_ITEM_STATE] = "state",
		[CAMIPC_ITEM_ENDED] = "ended",
		[CAMIPC_ITEM_CLOSED] = "closed",
		[CAMIPC_ITEM_LOST] = "lost",
		[CAMIPC_ITEM_LOG] = "log",
		[CAMIPC_ITEM_SPAN] = "span",
		[CAMIPC_ITEM_STALL] = "stall",
	};

	if (item->kind != CAMIPC_ITEM_MESSAGE)
		return names[item->kind];
	if (item->message_kind == CAMIPC_WIRE_REPLY)
		return "reply";
	if (item->message_kind == CAMIPC_WIRE_EVENT)
		return "event";
	return item->is_async ? "async" : "call";
}

const char *item_stall_name(enum camipc_item_stall stall)
{
	static const char *const names[] = {
		[CAMIPC_ITEM_STALL_WAITS] = "waits",
		[CAMIPC_ITEM_STALL_DROPPED] = "dropped",
		[CAMIPC_ITEM_STALL_REFUSED] = "refused",
	};

	return names[stall];
}

double item_seconds(const struct camipc_recorded *item)
{
	return (double)item->since / 1e9;
}
