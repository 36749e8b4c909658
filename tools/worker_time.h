/* SPDX-License-Identifier: MIT */
/* The processor time of a worker while it runs. */
#ifndef TOOLS_WORKER_TIME_H
#define TOOLS_WORKER_TIME_H

#include <stdint.h>

#include <camipc/proxy.h>

/** Returns how long the main thread of a proxy's worker has run on processors, in
 *  nanoseconds; 0 if there is no worker, or if the kernel does not tell. Thread
 *  word: bound. */
uint64_t worker_time_ns(const struct camipc_proxy *proxy);

#endif /* TOOLS_WORKER_TIME_H */
