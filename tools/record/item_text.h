/* SPDX-License-Identifier: MIT */
/* Names of kinds of items, and times since the recording began. */
#ifndef TOOLS_RECORD_ITEM_TEXT_H
#define TOOLS_RECORD_ITEM_TEXT_H

#include "recording_reader.h"

/** Returns "call", "async", "reply", "event", "access", …: never NULL. */
const char *item_kind_name(const struct camipc_recorded *item);

/** Seconds since the first recorded proxy began. */
double item_seconds(const struct camipc_recorded *item);

#endif /* TOOLS_RECORD_ITEM_TEXT_H */
