/* SPDX-License-Identifier: MIT */
/*
 * Receives datagrams of an untrusted peer in a thread of the closer, while this
 * process has too few descriptors left.
 *
 * The kernel closes what it cannot install inside of recvmsg(), and waits there
 * for as long as the sender likes.
 */
#ifndef CAMIPC_TRANSPORT_LATE_RECEIVE_H
#define CAMIPC_TRANSPORT_LATE_RECEIVE_H

#include <stdbool.h>
#include <sys/socket.h>

struct camipc_fd_source;

/** Receives of one socket. Thread word: bound. */
struct camipc_late_receive;

/**
 * Returns one for the socket @fd, which is borrowed until
 * camipc_late_receive_destroy(), or NULL without memory. @source: of the socket.
 */
struct camipc_late_receive *
camipc_late_receive_create(int fd, struct camipc_fd_source *source);

/**
 * camipc_late_receive_message() - receive as recvmsg() does, without sleeping
 * @msg: room for the largest datagram and all of its descriptors
 *
 * Asks the closer's thread for the next datagram, or takes what it has received
 * since the last call. Returns the size, or -1 with errno: that of recvmsg(), and
 * EAGAIN also while the thread has not finished.
 */
ssize_t camipc_late_receive_message(struct camipc_late_receive *late,
				    struct msghdr *msg);

/**
 * Returns true while the thread has not finished, or what it received was not
 * taken: nothing polls readable for that.
 */
bool camipc_late_receive_is_busy(struct camipc_late_receive *late);

/**
 * Returns true if direct receives are fine again: no datagram is under way, and
 * so many descriptors can be opened as one datagram may have.
 */
bool camipc_late_receive_is_over(struct camipc_late_receive *late);

/**
 * Frees @late; NULL is fine. Returns true if the thread still uses the socket,
 * which then belongs to it: it will be closed there.
 */
bool camipc_late_receive_destroy(struct camipc_late_receive *late);

#endif /* CAMIPC_TRANSPORT_LATE_RECEIVE_H */
