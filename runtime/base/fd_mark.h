/* SPDX-License-Identifier: MIT */
/*
 * Remembers which descriptors of this process are duplicates of an untrusted
 * peer's: closing one may block, so that another function must do it.
 */
#ifndef CAMIPC_BASE_FD_MARK_H
#define CAMIPC_BASE_FD_MARK_H

#include <stdbool.h>

/** Sets what closes marked descriptors, for the whole process. Safe. */
void camipc_fd_mark_set_closer(void (*close_later)(int fd));

/** Marks @fd, which the caller hands out. Thread word: safe. */
void camipc_fd_mark(int fd);

/**
 * Hands @fd to the closer if it is marked, and unmarks it. Returns false if it
 * is not marked: the caller closes it. The mark of a descriptor that is closed
 * otherwise stays for the next one of that number; the closer then closes that
 * one, too, which does no harm. Thread word: safe.
 */
bool camipc_fd_mark_close(int fd);

#endif /* CAMIPC_BASE_FD_MARK_H */
