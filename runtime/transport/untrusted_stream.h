/* SPDX-License-Identifier: MIT */
/*
 * Bytes that an untrusted child prints.
 *
 * This is a socket rather than a pipe. A writer holds a pipe's lock while the
 * kernel copies its bytes, which takes as long as the writer likes when they are
 * in a file of its own FUSE server; reading from the pipe would wait for that. A
 * socket takes its lock when the bytes have been copied. Its price is that
 * descriptors can come along, whose close may take as long (closer.h).
 */
#ifndef CAMIPC_TRANSPORT_UNTRUSTED_STREAM_H
#define CAMIPC_TRANSPORT_UNTRUSTED_STREAM_H

#include <stddef.h>
#include <sys/types.h>

#include <camipc/base.h>

/**
 * camipc_untrusted_stream_open() - open a stream
 * @ret_read: this side's end
 * @ret_write: the child's end
 *
 * Neither end blocks, and the caller owns both. Returns 0, or -1 with errno.
 */
int camipc_untrusted_stream_open(int *ret_read,
				 int *ret_write) CAMIPC_MUST_CHECK;

/**
 * camipc_untrusted_stream_read() - read what has come
 * @bytes: room for @size bytes
 *
 * Returns how many were read; 0 at the end; -1 with errno: EAGAIN without
 * bytes, EBADMSG if descriptors came along, which a child has no reason for.
 * Nothing more should be read then.
 */
ssize_t camipc_untrusted_stream_read(int fd, char *bytes, size_t size);

/** Closes this side's end without blocking, whatever was not read. */
void camipc_untrusted_stream_close(int fd);

#endif /* CAMIPC_TRANSPORT_UNTRUSTED_STREAM_H */
