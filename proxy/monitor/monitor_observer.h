/* SPDX-License-Identifier: MIT */
/* Shows the counters of proxies in this process's statistics page. */
#ifndef CAMIPC_MONITOR_MONITOR_OBSERVER_H
#define CAMIPC_MONITOR_MONITOR_OBSERVER_H

#include <camipc/proxy.h>

/**
 * Shows a new proxy, if the process has a page or CAMIPC_MONITOR=1 asks for one.
 * Thread word: bound.
 */
void camipc_monitor_new_proxy(struct camipc_proxy *proxy);

#endif /* CAMIPC_MONITOR_MONITOR_OBSERVER_H */
