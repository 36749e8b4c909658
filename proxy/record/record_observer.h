/* SPDX-License-Identifier: MIT */
/* The observer that records a proxy, and the recorder of all new proxies. */
#ifndef CAMIPC_RECORD_RECORD_OBSERVER_H
#define CAMIPC_RECORD_RECORD_OBSERVER_H

#include <camipc/record.h>

/**
 * Returns true if camipc_record_new_proxy() would record a proxy now: its IPA is
 * asked for its own times then. Reads CAMIPC_RECORD the first time. Thread word:
 * safe.
 */
bool camipc_record_is_expected(void);

/**
 * Records a new proxy if there is a recorder for all: the host's, or that of
 * CAMIPC_RECORD. An error takes one line in the log. Thread word: bound.
 */
void camipc_record_new_proxy(struct camipc_proxy *proxy);

#endif /* CAMIPC_RECORD_RECORD_OBSERVER_H */
