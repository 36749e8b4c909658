/* SPDX-License-Identifier: MIT */
/* The recorders that are shown accesses to shared buffers, and lines of the log. */
#ifndef CAMIPC_RECORD_ACCESS_LIST_H
#define CAMIPC_RECORD_ACCESS_LIST_H

#include "recorder.h"

/** Adds or removes a recorder; the first one begins to watch. Both: safe. */
void camipc_access_list_add(struct camipc_recorder *recorder);
void camipc_access_list_remove(struct camipc_recorder *recorder);

#endif /* CAMIPC_RECORD_ACCESS_LIST_H */
