/* SPDX-License-Identifier: MIT */
/*
 * Floors: the time that the kernel needs by itself for a round trip of 64 bytes,
 * or of a wake-up, over each mechanism. Each is as simple as possible, because a
 * slow floor flatters everything that is compared with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <camipc/error.h>

#include "bench.h"
#include "clock.h"
#include "fail.h"
#include "peer.h"

#define MESSAGE_SIZE 64

/* The descriptors of both sides, for reading and writing. */
struct link {
	int near_in;
	int near_out;
	int far_in;
	int far_out;
	size_t size; /* of a message, in bytes */
	bool is_socket;
	bool polls; /* the near side polls its end and the peer's pidfd */
	int fd; /* to send with each message, or -1 */
	struct bench_peer peer;
};

static void check_size(ssize_t n, size_t wanted, const char *what)
{
	if (n != (ssize_t)wanted)
		bench_fail("%s: %s", what,
			   n < 0 ? camipc_errno_to_string(errno)
				 : "too few bytes");
}

static void close_pair(int in, int out)
{
	close(in);
	if (out != in)
		close(out);
}

/* ---- sockets, pipes, eventfds -------------------------------------------- */

static void serve_link(void *state)
{
	struct link *link = state;
	uint8_t message[MESSAGE_SIZE];

	/* An eventfd is one descriptor for both sides. */
	if (link->near_in != link->far_out)
		close_pair(link->near_in, link->near_out);
	for (;;) {
		ssize_t n = read(link->far_in, message, link->size);

		/* An eventfd has no end of file: 2 ends the service. */
		if (n <= 0 || (link->size == 8 && message[0] == 2))
			return;
		check_size(write(link->far_out, message, link->size),
			   link->size, "write");
	}
}

static void serve_fds(void *state)
{
	struct link *link = state;
	uint8_t message[MESSAGE_SIZE];

	close_pair(link->near_in, link->near_out);
	for (;;) {
		union {
			struct cmsghdr align;
			char bytes[CMSG_SPACE(sizeof(int))];
		} control;
		struct iovec part = { message, sizeof(message) };
		struct msghdr header = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		struct cmsghdr *cmsg;
		int fd;

		if (recvmsg(link->far_in, &header, MSG_CMSG_CLOEXEC) <= 0)
			return;
		cmsg = CMSG_FIRSTHDR(&header);
		if (!cmsg)
			bench_fail("received no descriptor");
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
		close(fd);
		check_size(send(link->far_out, message, sizeof(message), 0),
			   sizeof(message), "send");
	}
}

static void send_fd(struct link *link, uint8_t *message)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec part = { message, MESSAGE_SIZE };
	struct msghdr header = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &link->fd, sizeof(int));
	check_size(sendmsg(link->near_out, &header, 0), MESSAGE_SIZE,
		   "sendmsg");
}

static void run_link(void *state, uint32_t n)
{
	struct link *link = state;
	struct pollfd polled[] = {
		{ .fd = link->near_in, .events = POLLIN },
		{ .fd = link->peer.pidfd, .events = POLLIN },
	};
	uint8_t message[MESSAGE_SIZE] = { 1 };

	for (uint32_t i = 0; i < n; i++) {
		if (link->fd >= 0)
			send_fd(link, message);
		else
			check_size(write(link->near_out, message, link->size),
				   link->size, "write");
		if (link->polls && poll(polled, 2, -1) < 0)
			bench_fail("poll: %s", camipc_errno_to_string(errno));
		check_size(read(link->near_in, message, link->size),
			   link->size, "read");
		message[0] = 1;
	}
}

static void close_link(void *state)
{
	struct link *link = state;
	uint64_t last = 2;

	if (link->size == sizeof(last))
		check_size(write(link->near_out, &last, sizeof(last)),
			   sizeof(last), "write");
	close_pair(link->near_in, link->near_out);
	bench_peer_join(&link->peer);
	if (link->fd >= 0)
		close(link->fd);
	free(link);
}

static struct link *new_link(void)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		bench_fail("out of memory");
	link->size = MESSAGE_SIZE;
	link->fd = -1;
	return link;
}

static struct link *start_link(struct link *link, bench_serve_fn serve)
{
	bench_peer_fork(&link->peer, serve, link);
	close_pair(link->far_in, link->far_out);
	return link;
}

static struct link *new_socket_link(void)
{
	struct link *link = new_link();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		bench_fail("socketpair: %s", camipc_errno_to_string(errno));
	link->near_in = link->near_out = pair[0];
	link->far_in = link->far_out = pair[1];
	return link;
}

static void *open_seqpacket(const struct bench_case *bench)
{
	(void)bench;
	return start_link(new_socket_link(), serve_link);
}

static void *open_seqpacket_poll(const struct bench_case *bench)
{
	struct link *link = new_socket_link();

	(void)bench;
	link->polls = true;
	return start_link(link, serve_link);
}

static void *open_seqpacket_fd(const struct bench_case *bench)
{
	struct link *link = new_socket_link();

	(void)bench;
	link->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return start_link(link, serve_fds);
}

static struct link *new_pipe_link(void)
{
	struct link *link = new_link();
	int there[2];
	int back[2];

	if (pipe2(there, O_CLOEXEC) < 0 || pipe2(back, O_CLOEXEC) < 0)
		bench_fail("pipe: %s", camipc_errno_to_string(errno));
	link->near_in = back[0];
	link->near_out = there[1];
	link->far_in = there[0];
	link->far_out = back[1];
	return link;
}

static void *open_pipe(const struct bench_case *bench)
{
	(void)bench;
	return start_link(new_pipe_link(), serve_link);
}

static void *open_pipe_poll(const struct bench_case *bench)
{
	struct link *link = new_pipe_link();

	(void)bench;
	link->polls = true;
	return start_link(link, serve_link);
}

static void *open_eventfd(const struct bench_case *bench)
{
	struct link *link = new_link();

	(void)bench;
	link->size = sizeof(uint64_t);
	link->near_in = link->far_out = eventfd(0, EFD_CLOEXEC);
	link->near_out = link->far_in = eventfd(0, EFD_CLOEXEC);
	if (link->near_in < 0 || link->near_out < 0)
		bench_fail("eventfd: %s", camipc_errno_to_string(errno));
	bench_peer_fork(&link->peer, serve_link, link);
	return link;
}

/* ---- futex --------------------------------------------------------------- */

enum { IDLE, ASKED, LAST };

struct shared {
	atomic_uint word;
	int flags; /* FUTEX_PRIVATE_FLAG or 0 */
	bool spins; /* nobody ever sleeps */
	struct bench_peer peer;
};

static void wake(struct shared *shared)
{
	if (shared->spins)
		return;
	syscall(SYS_futex, &shared->word, FUTEX_WAKE | shared->flags, 1, NULL,
		NULL, 0);
}

/* Waits until the word is not @value; returns the word. */
static unsigned int wait_while(struct shared *shared, unsigned int value)
{
	unsigned int looks = 0;
	unsigned int now;

	while (shared->spins &&
	       atomic_load_explicit(&shared->word, memory_order_acquire) ==
		       value) {
		if (++looks % 16 == 0)
			sched_yield();
	}
	while ((now = atomic_load_explicit(&shared->word,
					   memory_order_acquire)) == value)
		syscall(SYS_futex, &shared->word, FUTEX_WAIT | shared->flags,
			value, NULL, NULL, 0);
	return now;
}

static void serve_futex(void *state)
{
	struct shared *shared = state;

	while (wait_while(shared, IDLE) != LAST) {
		atomic_store_explicit(&shared->word, IDLE,
				      memory_order_release);
		wake(shared);
	}
}

static void run_futex(void *state, uint32_t n)
{
	struct shared *shared = state;

	for (uint32_t i = 0; i < n; i++) {
		atomic_store_explicit(&shared->word, ASKED,
				      memory_order_release);
		wake(shared);
		wait_while(shared, ASKED);
	}
}

static struct shared *new_shared(int flags)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		bench_fail("mmap: %s", camipc_errno_to_string(errno));
	atomic_init(&shared->word, IDLE);
	shared->flags = flags;
	return shared;
}

static void *open_shm_futex(const struct bench_case *bench)
{
	struct shared *shared = new_shared(0);

	(void)bench;
	bench_peer_fork(&shared->peer, serve_futex, shared);
	return shared;
}

static void *open_thread_futex(const struct bench_case *bench)
{
	struct shared *shared = new_shared(FUTEX_PRIVATE_FLAG);

	(void)bench;
	bench_peer_thread(&shared->peer, serve_futex, shared);
	return shared;
}

static void *open_shm_spin(const struct bench_case *bench)
{
	struct shared *shared = new_shared(0);

	(void)bench;
	shared->spins = true;
	bench_peer_fork(&shared->peer, serve_futex, shared);
	return shared;
}

static void *open_thread_spin(const struct bench_case *bench)
{
	struct shared *shared = new_shared(FUTEX_PRIVATE_FLAG);

	(void)bench;
	shared->spins = true;
	bench_peer_thread(&shared->peer, serve_futex, shared);
	return shared;
}

static void close_futex(void *state)
{
	struct shared *shared = state;

	atomic_store(&shared->word, LAST);
	wake(shared);
	bench_peer_join(&shared->peer);
	munmap(shared, sizeof(*shared));
}

/* ---- spawn --------------------------------------------------------------- */

extern char **environ;

static void *open_spawn(const struct bench_case *bench)
{
	(void)bench;
	return access("/bin/true", X_OK) == 0 ? environ : NULL;
}

static void run_spawn(void *state, uint32_t n)
{
	char *arguments[] = { (char[]){ "true" }, NULL };

	(void)state;
	for (uint32_t i = 0; i < n; i++) {
		pid_t pid;
		int ret = posix_spawn(&pid, "/bin/true", NULL, NULL, arguments,
				      environ);

		if (ret)
			bench_fail("posix_spawn: %s", camipc_errno_to_string(ret));
		if (waitpid(pid, NULL, 0) != pid)
			bench_fail("waitpid: %s", camipc_errno_to_string(errno));
	}
}

static void close_spawn(void *state)
{
	(void)state;
}

/* Returns the time from killing a sleeping process until it is reaped. */
static double time_kill(void *state)
{
	pid_t pid = fork();
	uint64_t begin;

	(void)state;
	if (pid == 0) {
		for (;;)
			pause();
	}
	if (pid < 0)
		bench_fail("fork: %s", camipc_errno_to_string(errno));
	begin = camipc_now_ns();
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid)
		bench_fail("waitpid: %s", camipc_errno_to_string(errno));
	return (double)(camipc_now_ns() - begin);
}

/* ---- the table ----------------------------------------------------------- */

#define FLOOR(what, where, enum_where, open_func, run_func, close_func) \
	{                                                               \
		.name = "floor." what "." where,                        \
		.cores = enum_where,                                    \
		.batch = 1,                                             \
		.samples = 4000,                                        \
		.open = open_func,                                      \
		.run = run_func,                                        \
		.close = close_func,                                    \
	}

#define FLOOR_PAIR(what, open_func, run_func, close_func)           \
	FLOOR(what, "same_core", BENCH_SAME_CORE, open_func,        \
	      run_func, close_func),                                \
	FLOOR(what, "cross_core", BENCH_CROSS_CORE, open_func,      \
	      run_func, close_func)

static const struct bench_case cases[] = {
	FLOOR_PAIR("seqpacket", open_seqpacket, run_link, close_link),
	FLOOR_PAIR("seqpacket_poll", open_seqpacket_poll, run_link,
		   close_link),
	FLOOR_PAIR("seqpacket_fd", open_seqpacket_fd, run_link, close_link),
	FLOOR_PAIR("eventfd", open_eventfd, run_link, close_link),
	FLOOR_PAIR("pipe", open_pipe, run_link, close_link),
	FLOOR_PAIR("pipe_poll", open_pipe_poll, run_link, close_link),
	FLOOR_PAIR("thread_futex", open_thread_futex, run_futex, close_futex),
	FLOOR_PAIR("shm_futex", open_shm_futex, run_futex, close_futex),
	FLOOR_PAIR("thread_spin", open_thread_spin, run_futex, close_futex),
	FLOOR_PAIR("shm_spin", open_shm_spin, run_futex, close_futex),
	{
		.name = "floor.spawn",
		.cores = BENCH_SAME_CORE,
		.batch = 1,
		.samples = 60,
		.open = open_spawn,
		.run = run_spawn,
		.close = close_spawn,
	},
	{
		.name = "floor.kill",
		.cores = BENCH_SAME_CORE,
		.batch = 1,
		.samples = 40,
		.open = open_spawn,
		.time = time_kill,
		.close = close_spawn,
	},
};

const struct bench_table bench_floors = { cases,
					  sizeof(cases) / sizeof(*cases) };
