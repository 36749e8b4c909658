/* SPDX-License-Identifier: MIT */
/* File descriptors in messages: how to keep one, and what it refers to. */
#ifndef CAMIPC_FD_H
#define CAMIPC_FD_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/**
 * camipc_fd_dup() - duplicate a descriptor that a message lends
 * @fd: borrowed
 *
 * Descriptors that an op or a callback receives are closed when it returns; use
 * this to keep one. Returns a close-on-exec duplicate, which the caller closes,
 * -EBADF or -EMFILE. Thread word: safe.
 */
CAMIPC_API int camipc_fd_dup(int fd) CAMIPC_MUST_CHECK;

/** What a descriptor must refer to: the attribute [fd=] of the IDL. */
enum camipc_fd_kind {
	CAMIPC_FD_KIND_ANY = 0,
	CAMIPC_FD_KIND_MEMFD, /* or a file on tmpfs: both can be sealed */
	CAMIPC_FD_KIND_DMABUF,
	CAMIPC_FD_KIND_EVENTFD, /* needs /proc */
	CAMIPC_FD_KIND_PIPE,
	CAMIPC_FD_KIND_FILE, /* a regular one */
};

/** How a descriptor must be opened: the attribute [access=] of the IDL. */
enum camipc_fd_access {
	CAMIPC_FD_ACCESS_ANY = 0,
	CAMIPC_FD_ACCESS_RO, /* for reading only: its receiver cannot write */
	CAMIPC_FD_ACCESS_RW,
};

/**
 * camipc_fd_check_kind() - check that a descriptor is as the IDL demands
 * @fd: borrowed
 * @sealed: true if the file's size must be sealed (seals SHRINK, GROW and
 *          SEAL), so that access to a mapping of it cannot fault
 * @min_size: in bytes; 0: any
 *
 * The sender checks before it queues a message, the receiver while it decodes
 * one. A descriptor opened with O_PATH is never accepted. Returns 0, -EINVAL
 * (another kind, access, seal or size) or -EBADF. Keeps errno. Thread word:
 * safe.
 */
CAMIPC_API int
camipc_fd_check_kind(int fd, enum camipc_fd_kind kind,
		     enum camipc_fd_access access, bool sealed,
		     uint64_t min_size) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAMIPC_FD_H */
