/* SPDX-License-Identifier: MIT */
/* Names of kinds of items, and times since the recording began. */
#ifndef TOOLS_RECORD_ITEM_TEXT_H
#define TOOLS_RECORD_ITEM_TEXT_H

#include "recording_reader.h"

/** Returns "call", "async", "reply", "event", "access", …: never NULL. */
const char *item_kind_name(const struct camipc_recorded *item);

/** Returns what becomes of a call that found no credit: never NULL. */
const char *item_stall_name(enum camipc_item_stall stall);

/** Seconds since the first recorded proxy began. */
double item_seconds(const struct camipc_recorded *item);

#endif /* TOOLS_RECORD_ITEM_TEXT_H */
