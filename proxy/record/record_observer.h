/* SPDX-License-Identifier: MIT */
/* The observer that records a proxy, and the recorder of all new proxies. */
#ifndef CAMIPC_RECORD_RECORD_OBSERVER_H
#define CAMIPC_RECORD_RECORD_OBSERVER_H

#include <camipc/record.h>

/**
 * Records a new proxy if there is a recorder for all: the host's, or that of
 * CAMIPC_RECORD. An error takes one line in the log. Thread word: bound.
 */
void camipc_record_new_proxy(struct camipc_proxy *proxy);

#endif /* CAMIPC_RECORD_RECORD_OBSERVER_H */
