/* SPDX-License-Identifier: MIT */
/*
 * Floors of what is not a round trip over one mechanism: a futex word there and a
 * descriptor in an event loop back, and messages in one direction.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <camipc/error.h>

#include "bench.h"
#include "fail.h"
#include "peer.h"

#define MESSAGE_SIZE 64

/* ---- a futex word there, a pipe in an epoll back -------------------------- */

enum { IDLE, ASKED, LAST };

/* The near side polls, as an event loop does that knows only a proxy's
 * descriptor. */
struct loop {
	atomic_uint word;
	int flags; /* FUTEX_PRIVATE_FLAG or 0 */
	int back[2];
	int epoll_fd;
	struct bench_peer peer;
};

static void set_word(struct loop *loop, unsigned int value)
{
	atomic_store_explicit(&loop->word, value, memory_order_release);
	syscall(SYS_futex, &loop->word, FUTEX_WAKE | loop->flags, 1, NULL, NULL,
		0);
}

static void serve_loop(void *state)
{
	struct loop *loop = state;
	const char byte = 0;
	unsigned int now;

	for (;;) {
		while ((now = atomic_load_explicit(&loop->word,
						   memory_order_acquire)) ==
		       IDLE)
			syscall(SYS_futex, &loop->word,
				FUTEX_WAIT | loop->flags, IDLE, NULL, NULL, 0);
		if (now == LAST)
			return;
		atomic_store_explicit(&loop->word, IDLE, memory_order_release);
		if (write(loop->back[1], &byte, 1) != 1)
			bench_fail("write: %s", camipc_errno_to_string(errno));
	}
}

static void run_loop(void *state, uint32_t n)
{
	struct loop *loop = state;
	struct pollfd polled = { .fd = loop->epoll_fd, .events = POLLIN };
	char byte;

	for (uint32_t i = 0; i < n; i++) {
		set_word(loop, ASKED);
		if (poll(&polled, 1, -1) < 0)
			bench_fail("poll: %s", camipc_errno_to_string(errno));
		if (read(loop->back[0], &byte, 1) != 1)
			bench_fail("read: %s", camipc_errno_to_string(errno));
	}
}

static struct loop *new_loop(int flags)
{
	struct loop *loop = mmap(NULL, sizeof(*loop), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct epoll_event event = { .events = EPOLLIN };

	if (loop == MAP_FAILED)
		bench_fail("mmap: %s", camipc_errno_to_string(errno));
	atomic_init(&loop->word, IDLE);
	loop->flags = flags;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0 || pipe2(loop->back, O_CLOEXEC) < 0 ||
	    epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->back[0], &event) < 0)
		bench_fail("epoll: %s", camipc_errno_to_string(errno));
	return loop;
}

static void *open_shm_loop(const struct bench_case *bench)
{
	struct loop *loop = new_loop(0);

	(void)bench;
	bench_peer_fork(&loop->peer, serve_loop, loop);
	return loop;
}

static void *open_thread_loop(const struct bench_case *bench)
{
	struct loop *loop = new_loop(FUTEX_PRIVATE_FLAG);

	(void)bench;
	bench_peer_thread(&loop->peer, serve_loop, loop);
	return loop;
}

static void close_loop(void *state)
{
	struct loop *loop = state;

	set_word(loop, LAST);
	bench_peer_join(&loop->peer);
	close(loop->back[0]);
	close(loop->back[1]);
	close(loop->epoll_fd);
	munmap(loop, sizeof(*loop));
}

/* ---- one way --------------------------------------------------------------- */

struct stream {
	int near;
	int far;
	struct bench_peer peer;
};

/* Reads; answers what begins with 1, and nothing else. */
static void serve_stream(void *state)
{
	struct stream *stream = state;
	uint8_t message[MESSAGE_SIZE];

	close(stream->near);
	while (read(stream->far, message, sizeof(message)) > 0) {
		if (message[0] == 1 &&
		    write(stream->far, message, sizeof(message)) < 0)
			bench_fail("write: %s", camipc_errno_to_string(errno));
	}
}

/* The last message waits for all of them, as it does in the rows oneway.*. */
static void run_stream(void *state, uint32_t n)
{
	struct stream *stream = state;
	uint8_t message[MESSAGE_SIZE] = { 0 };

	for (uint32_t i = 0; i <= n; i++) {
		message[0] = i == n;
		if (write(stream->near, message, sizeof(message)) < 0)
			bench_fail("write: %s", camipc_errno_to_string(errno));
	}
	if (read(stream->near, message, sizeof(message)) < 0)
		bench_fail("read: %s", camipc_errno_to_string(errno));
}

static void *open_stream(const struct bench_case *bench)
{
	static struct stream stream;
	int pair[2];

	(void)bench;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		bench_fail("socketpair: %s", camipc_errno_to_string(errno));
	stream.near = pair[0];
	stream.far = pair[1];
	bench_peer_fork(&stream.peer, serve_stream, &stream);
	close(stream.far);
	return &stream;
}

static void close_stream(void *state)
{
	struct stream *stream = state;

	close(stream->near);
	bench_peer_join(&stream->peer);
}

/* ---- the table ----------------------------------------------------------- */

#define FLOOR(what, where, enum_where, n, open_func, run_func, close_func) \
	{                                                                  \
		.name = "floor." what "." where,                           \
		.cores = enum_where,                                       \
		.batch = n,                                                \
		.samples = 4000 / n,                                       \
		.open = open_func,                                         \
		.run = run_func,                                           \
		.close = close_func,                                       \
	}

#define FLOOR_PAIR(what, n, open_func, run_func, close_func)          \
	FLOOR(what, "same_core", BENCH_SAME_CORE, n, open_func,       \
	      run_func, close_func),                                  \
	FLOOR(what, "cross_core", BENCH_CROSS_CORE, n, open_func,     \
	      run_func, close_func)

static const struct bench_case cases[] = {
	FLOOR_PAIR("shm_futex_epoll", 1, open_shm_loop, run_loop, close_loop),
	FLOOR_PAIR("thread_futex_epoll", 1, open_thread_loop, run_loop,
		   close_loop),
	FLOOR_PAIR("oneway_seqpacket", 200, open_stream, run_stream,
		   close_stream),
};

const struct bench_table bench_floors_mixed = {
	cases, sizeof(cases) / sizeof(*cases)
};
