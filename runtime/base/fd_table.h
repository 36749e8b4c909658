/* SPDX-License-Identifier: MIT */
/* The descriptors of one message; see camipc/arena.h. */
#ifndef CAMIPC_BASE_FD_TABLE_H
#define CAMIPC_BASE_FD_TABLE_H

#include <camipc/arena.h>

/**
 * Enters @fd, which the table owns from then on; on failure it stays the
 * caller's. Returns 0, -EMSGSIZE (CAMIPC_MAX_FDS are in it) or -ENOMEM.
 */
CAMIPC_API int camipc_fd_table_add(struct camipc_fd_table *table,
				   int fd) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_BASE_FD_TABLE_H */
