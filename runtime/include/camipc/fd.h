/* SPDX-License-Identifier: MIT */
/* File descriptors in messages. */
#ifndef CAMIPC_FD_H
#define CAMIPC_FD_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/**
 * camipc_fd_dup() - keep a descriptor that a message only lends
 * @fd: borrowed
 *
 * Descriptors received in an op or a callback are closed when it returns.
 * Returns a close-on-exec duplicate, which the caller closes, or -EBADF or
 * -EMFILE. Thread word: safe.
 */
CAMIPC_API int camipc_fd_dup(int fd) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAMIPC_FD_H */
