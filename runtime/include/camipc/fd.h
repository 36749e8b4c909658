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

/** The IDL's [fd=]: what a descriptor refers to. */
enum camipc_fd_kind {
	CAMIPC_FD_KIND_ANY = 0,
	CAMIPC_FD_KIND_MEMFD, /* or a file on tmpfs: both can be sealed */
	CAMIPC_FD_KIND_DMABUF,
	CAMIPC_FD_KIND_EVENTFD, /* needs /proc */
	CAMIPC_FD_KIND_PIPE,
	CAMIPC_FD_KIND_FILE, /* a regular one */
};

/** The IDL's [access=]: how it was opened. */
enum camipc_fd_access {
	CAMIPC_FD_ACCESS_ANY = 0,
	CAMIPC_FD_ACCESS_RO, /* for reading only: its receiver cannot write */
	CAMIPC_FD_ACCESS_RW,
};

/**
 * camipc_fd_check_kind() - is a descriptor what the IDL asks for?
 * @fd: borrowed
 * @sealed: its size must not be able to change any more (seals SHRINK, GROW
 *          and SEAL), so that a mapping of it cannot fault
 * @min_size: in bytes; 0: any
 *
 * Both sides use it: a sender before it queues, a receiver while it decodes.
 * One opened with O_PATH never fits. Returns 0, -EINVAL if it is of another
 * kind, or -EBADF. Keeps errno. Thread word: safe.
 */
CAMIPC_API int
camipc_fd_check_kind(int fd, enum camipc_fd_kind kind,
		     enum camipc_fd_access access, bool sealed,
		     uint64_t min_size) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAMIPC_FD_H */
