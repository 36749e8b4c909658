/* SPDX-License-Identifier: MIT */
/* Receives in the closer's thread what may take long to receive. */
#include "late_receive.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <camipc/proxy.h>

#include "closer.h"
#include "fd_poll.h"
#include "socket_channel-internal.h"

/*
 * Nearly all datagrams are received in microseconds, and so long is waited for
 * the thread. A peer that once took longer is waited for no more.
 */
#define PATIENCE_NS 2000000

/* Numbers that are tried to find free ones, from the largest allowed down. */
#define MAX_TRIED 4096

enum late_phase {
	LATE_IDLE = 0,
	LATE_RUNNING, /* the thread's */
	LATE_DONE, /* received, and not taken */
};

struct camipc_late_receive {
	struct camipc_chore chore; /* first */
	struct camipc_late_receive *next; /* in the list of unused ones */
	pthread_mutex_t lock; /* for phase and is_abandoned */
	pthread_cond_t done;
	enum late_phase phase;
	bool is_abandoned; /* the thread frees it, and closes the socket */
	bool is_impatient;
	int fd;
	/* As recvmsg() returned it. */
	ssize_t size;
	int error;
	int flags;
	size_t control_size;
	_Alignas(struct cmsghdr) uint8_t control[sizeof(union control)];
	uint8_t bytes[CAMIPC_HEADER_SIZE + CAMIPC_MAX_INLINE_SIZE];
};

/* The closer's threads free no memory: they leave it to the next create(). */
static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static struct camipc_late_receive *left_ones;

static void free_late(struct camipc_late_receive *late)
{
	pthread_cond_destroy(&late->done);
	pthread_mutex_destroy(&late->lock);
	free(late);
}

static void free_left_ones(void)
{
	struct camipc_late_receive *late;

	pthread_mutex_lock(&left_lock);
	late = left_ones;
	left_ones = NULL;
	pthread_mutex_unlock(&left_lock);
	while (late) {
		struct camipc_late_receive *next = late->next;

		free_late(late);
		late = next;
	}
}

static void leave_to_others(struct camipc_late_receive *late)
{
	pthread_mutex_lock(&left_lock);
	late->next = left_ones;
	left_ones = late;
	pthread_mutex_unlock(&left_lock);
}

/* ---- in the thread ------------------------------------------------------ */

static void receive_one(struct camipc_late_receive *late)
{
	struct iovec iov = { late->bytes, sizeof(late->bytes) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = late->control };

	do {
		msg.msg_controllen = sizeof(late->control);
		late->size = recvmsg(late->fd, &msg,
				     MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (late->size < 0 && (errno == EINTR || errno == ECONNRESET));
	late->error = late->size < 0 ? errno : 0;
	late->flags = msg.msg_flags;
	late->control_size = late->size < 0 ? 0 : msg.msg_controllen;
}

/* What was received, and nobody will take. */
static void close_received(struct camipc_late_receive *late,
		      void (*close_one)(int fd))
{
	struct msghdr msg = { .msg_control = late->control,
			      .msg_controllen = late->control_size };

	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg); cmsg;
	     cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fd;

		for (size_t i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd),
			       sizeof(fd));
			close_one(fd);
		}
	}
}

static void close_here(int fd)
{
	close(fd);
}

static void run_late(struct camipc_chore *chore)
{
	struct camipc_late_receive *late =
		(struct camipc_late_receive *)(void *)chore;
	bool is_abandoned;

	receive_one(late);
	pthread_mutex_lock(&late->lock);
	late->phase = LATE_DONE;
	is_abandoned = late->is_abandoned;
	pthread_cond_signal(&late->done);
	pthread_mutex_unlock(&late->lock);
	if (!is_abandoned)
		return;
	close_received(late, close_here);
	close(late->fd);
	leave_to_others(late);
}

/* ---- in the channel's thread -------------------------------------------- */

struct camipc_late_receive *
camipc_late_receive_create(int fd, struct camipc_fd_source *source)
{
	struct camipc_late_receive *late;
	pthread_condattr_t attributes;

	free_left_ones();
	late = calloc(1, sizeof(*late));
	if (!late)
		return NULL;
	late->chore.source = source;
	late->chore.run = run_late;
	late->fd = fd;
	pthread_mutex_init(&late->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&late->done, &attributes);
	pthread_condattr_destroy(&attributes);
	return late;
}

/* Waits a moment, unless the peer has already shown that it is slow. */
static void wait_a_moment(struct camipc_late_receive *late)
{
	struct timespec until;
	int ret = 0;

	if (late->is_impatient)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PATIENCE_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&late->lock);
	while (late->phase == LATE_RUNNING && ret == 0)
		ret = pthread_cond_timedwait(&late->done, &late->lock, &until);
	late->is_impatient = late->phase == LATE_RUNNING;
	pthread_mutex_unlock(&late->lock);
}

static enum late_phase get_phase(struct camipc_late_receive *late)
{
	enum late_phase phase;

	pthread_mutex_lock(&late->lock);
	phase = late->phase;
	pthread_mutex_unlock(&late->lock);
	return phase;
}

static ssize_t take_received(struct camipc_late_receive *late, struct msghdr *msg)
{
	const uint8_t *bytes = late->bytes;
	size_t left = late->size > 0 ? (size_t)late->size : 0;

	late->phase = LATE_IDLE;
	for (size_t i = 0; i < msg->msg_iovlen && left; i++) {
		struct iovec *iov = &msg->msg_iov[i];
		size_t n = left < iov->iov_len ? left : iov->iov_len;

		memcpy(iov->iov_base, bytes, n);
		bytes += n;
		left -= n;
	}
	memcpy(msg->msg_control, late->control, late->control_size);
	msg->msg_controllen = late->control_size;
	msg->msg_flags = late->flags;
	errno = late->error;
	return late->size;
}

ssize_t camipc_late_receive_message(struct camipc_late_receive *late,
				    struct msghdr *msg)
{
	struct pollfd pfd = { .fd = late->fd, .events = POLLIN };

	if (get_phase(late) == LATE_IDLE) {
		if (camipc_poll(&pfd, 1, 0) == 0) {
			errno = EAGAIN;
			return -1;
		}
		late->phase = LATE_RUNNING;
		camipc_closer_run(&late->chore);
		wait_a_moment(late);
	}
	if (get_phase(late) == LATE_DONE)
		return take_received(late, msg);
	errno = EAGAIN;
	return -1;
}

bool camipc_late_receive_is_busy(struct camipc_late_receive *late)
{
	return get_phase(late) != LATE_IDLE;
}

/*
 * Whether a datagram with the most descriptors could be received. That one can
 * be opened does not mean it; and to open so many would be at the expense of
 * other threads.
 */
static bool has_room(int fd)
{
	struct rlimit limit;
	unsigned int n_free = 0;
	int top;
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return false;
	close(copy);
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return true;
	top = limit.rlim_cur > INT32_MAX ? INT32_MAX : (int)limit.rlim_cur;
	for (int i = 1; i <= MAX_TRIED && i <= top; i++) {
		if (fcntl(top - i, F_GETFD) < 0 &&
		    ++n_free == MAX_DATAGRAM_FDS)
			return true;
	}
	return false;
}

bool camipc_late_receive_is_over(struct camipc_late_receive *late)
{
	if (get_phase(late) != LATE_IDLE || !has_room(late->fd))
		return false;
	late->is_impatient = false;
	return true;
}

bool camipc_late_receive_destroy(struct camipc_late_receive *late)
{
	enum late_phase phase;

	if (!late)
		return false;
	pthread_mutex_lock(&late->lock);
	phase = late->phase;
	late->is_abandoned = true;
	pthread_mutex_unlock(&late->lock);
	if (phase == LATE_RUNNING)
		return true;
	if (phase == LATE_DONE)
		close_received(late, camipc_fd_close);
	free_late(late);
	return false;
}
