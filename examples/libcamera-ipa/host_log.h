/* SPDX-License-Identifier: MIT */
/* Sends libcamera's log, which a process has once, to the hosts of adapters. */
#ifndef LIBCAMERA_IPA_HOST_LOG_H
#define LIBCAMERA_IPA_HOST_LOG_H

#include <camipc/module.h>

namespace adapter {

/**
 * Adds a host, which must be valid until removeLogHost(). Lines that an op logs go to the
 * host of the op; lines of other threads to the host that came last. Thread
 * word: safe.
 */
void addLogHost(camipc_host *host);

/** Without any host, libcamera's log is off. Thread word: safe. */
void removeLogHost(camipc_host *host);

/** Makes @host the one of this thread, and returns the one before it. */
camipc_host *setThreadLogHost(camipc_host *host);

} // namespace adapter

#endif /* LIBCAMERA_IPA_HOST_LOG_H */
