/* SPDX-License-Identifier: MIT */
/* Appends to tables of descriptors; camipc/arena.h has the struct. */
#ifndef CAMIPC_BASE_FD_TABLE_H
#define CAMIPC_BASE_FD_TABLE_H

#include <camipc/arena.h>

/**
 * Appends @fd, which the table owns then; on failure the caller keeps it.
 * Returns 0, -EMSGSIZE (the table has CAMIPC_MAX_FDS) or -ENOMEM. Thread word:
 * bound.
 */
CAMIPC_API int camipc_fd_table_add(struct camipc_fd_table *table,
				   int fd) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_BASE_FD_TABLE_H */
