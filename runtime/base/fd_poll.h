/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors, also in a process that may open no more of them. */
#ifndef CAMIPC_BASE_FD_POLL_H
#define CAMIPC_BASE_FD_POLL_H

#include <poll.h>

/**
 * camipc_poll() - poll() that works whatever RLIMIT_NOFILE is
 *
 * The kernel refuses (EINVAL) to poll more descriptors than RLIMIT_NOFILE
 * allows to open, although they are open already. This function then asks
 * select(), which has no such limit; it reports what poll() reports, but
 * POLLHUP, POLLERR and POLLRDHUP as POLLIN.
 *
 * Returns as poll() does: -1 with EBADF, EINTR, EINVAL or ENOMEM in errno.
 * Async-signal-safe as long as the limit allows poll(). Thread word: reentrant.
 */
int camipc_poll(struct pollfd *pfds, nfds_t n, int timeout_ms);

#endif /* CAMIPC_BASE_FD_POLL_H */
