/* SPDX-License-Identifier: MIT */
/*
 * Tests that no descriptor of an untrusted peer is closed in a thread that
 * somebody waits for (threats 28, 29): sockets that linger arrive where they
 * are welcome and where they are not, and stay unread.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/arena.h>
#include <camipc/proxy.h>

#include "alloc_fail.h"
#include "channel_fixture.h"
#include "child_process.h"
#include "closer.h"
#include "deadline.h"
#include "forked.h"
#include "slow_close.h"
#include "socket_channel-internal.h"
#include "under_valgrind.h"

#define LIMIT_NS (SLOW_CLOSE_LIMIT_MS * INT64_C(1000000))

#ifdef __SANITIZE_THREAD__
#define SKIP_WITHOUT_THREADS_IN_CHILDREN()                                   \
	do {                                                                 \
		print_message("TSan lets no child of a fork start a "        \
			      "thread\n");                                   \
		skip();                                                      \
	} while (0)
#else
#define SKIP_WITHOUT_THREADS_IN_CHILDREN() ((void)0)
#endif

struct bed {
	struct channel_fixture fixture;
	struct slow_close slow;
	int64_t began;
};

static int set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	channel_set_up_untrusted(&bed->fixture, CHANNEL_MAX_SIZE,
				 CHANNEL_MAX_FDS);
	slow_close_begin(&bed->slow);
	bed->began = camipc_now();
	*state = bed;
	return 0;
}

static struct camipc_closer_stats stats(void)
{
	struct camipc_closer_stats now = { .size = sizeof(now) };

	assert_int_equal(camipc_get_closer_stats(&now), 0);
	return now;
}

/** Waits until at least @n closes are under way or waiting. */
static void await_slow(unsigned int n)
{
	const int64_t end = camipc_now() + LIMIT_NS;

	while (stats().closing + stats().waiting < n) {
		if (camipc_now() > end)
			fail_msg("%u closes under way, not %u",
				 stats().closing + stats().waiting, n);
		poll(NULL, 0, 1);
	}
}

static void send_slow(struct bed *bed, struct camipc_header header,
		      uint16_t declared, size_t n)
{
	int fds[253];

	for (size_t i = 0; i < n; i++) {
		fds[i] = slow_close_open(bed->slow.port);
		assert_true(fds[i] >= 0);
	}
	header.n_fds = declared;
	peer_sends_frame(bed->fixture.peer, &header, 0, fds, n);
	/* The message has the last references. */
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
}

/** Nothing of all that took long; the closes themselves do. */
static int tear_down(void **state)
{
	struct bed *bed = *state;

	camipc_message_reset(&bed->fixture.message);
	camipc_channel_destroy(bed->fixture.channel);
	bed->fixture.channel = NULL;
	assert_true(camipc_now() - bed->began < LIMIT_NS);
	slow_close_end(&bed->slow);
	channel_tear_down(&bed->fixture);
	free(bed);
	return 0;
}

/* ---- where they arrive ------------------------------------------------- */

static void welcome_ones(void **state)
{
	struct bed *bed = *state;

	send_slow(bed, event_header, 2, 2);
	assert_int_equal(channel_receive(&bed->fixture), 0);
	assert_int_equal(bed->fixture.message.fds.n, 2);
	camipc_message_reset(&bed->fixture.message);
	/* One thread is enough until more is closed. */
	await_slow(2);
}

static void more_than_declared(void **state)
{
	struct bed *bed = *state;

	send_slow(bed, event_header, 0, 1);
	channel_expect_bad(&bed->fixture, CAMIPC_REASON_BAD_FD);
	await_slow(1);
}

static void more_than_allowed(void **state)
{
	struct bed *bed = *state;

	send_slow(bed, event_header, 100, 100);
	channel_expect_bad(&bed->fixture, CAMIPC_REASON_BAD_FD);
	await_slow(100);
}

static void in_kinds_that_have_none(void **state)
{
	static const uint8_t kinds[] = {
		CAMIPC_MESSAGE_HELLO,  CAMIPC_MESSAGE_LOADED,
		CAMIPC_MESSAGE_LOG,    CAMIPC_MESSAGE_CREDIT,
		CAMIPC_MESSAGE_BYE,    CAMIPC_MESSAGE_CRASH,
		CAMIPC_MESSAGE_TRACE,  CAMIPC_MESSAGE_BELL,
	};
	struct bed *bed = *state;

	for (size_t i = 0; i < sizeof(kinds); i++) {
		struct camipc_header header = { .kind = kinds[i] };

		send_slow(bed, header, 0, 1);
		channel_expect_bad(&bed->fixture, CAMIPC_REASON_BAD_FD);
		send_slow(bed, header, 1, 1);
		assert_int_equal(channel_receive(&bed->fixture), -EPROTO);
	}
	await_slow(2 * sizeof(kinds));
}

static void as_a_spilled_body(void **state)
{
	struct camipc_header header = event_header;
	struct bed *bed = *state;

	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = 100;
	send_slow(bed, header, 0, 1);
	channel_expect_bad(&bed->fixture, CAMIPC_REASON_BAD_FD);
	await_slow(1);
}

static void with_an_empty_datagram(void **state)
{
	struct bed *bed = *state;
	int fd = slow_close_open(bed->slow.port);

	peer_sends(bed->fixture.peer, "", 0, &fd, 1);
	close(fd);
	channel_expect_bad(&bed->fixture, CAMIPC_REASON_BAD_FRAMING);
	await_slow(1);
}

static void unread_ones(void **state)
{
	struct bed *bed = *state;

	/* Behind an empty datagram, which looks like the end. */
	peer_sends(bed->fixture.peer, "", 0, NULL, 0);
	send_slow(bed, event_header, 1, 1);
	close(bed->fixture.peer);
	bed->fixture.peer = -1;
	camipc_channel_destroy(bed->fixture.channel);
	bed->fixture.channel = NULL;
	await_slow(1);
}

/** What was read completely is closed at once, and needs no thread. */
static void nothing_unread(void **state)
{
	struct bed *bed = *state;
	const uint64_t closed = stats().closed;

	peer_sends_frame(bed->fixture.peer, &event_header, 0, NULL, 0);
	assert_int_equal(channel_receive(&bed->fixture), 0);
	camipc_channel_destroy(bed->fixture.channel);
	bed->fixture.channel = NULL;
	assert_int_equal(stats().closed, closed);
	assert_int_equal(stats().closing + stats().waiting, 0);
}

/** Receives what a thread of the closer may still be receiving. */
static int await_message(struct bed *bed)
{
	int ret;

	do {
		ret = channel_receive(&bed->fixture);
		if (ret == -EAGAIN)
			poll(NULL, 0, 1);
		assert_true(camipc_now() - bed->began < LIMIT_NS);
	} while (ret == -EAGAIN);
	return ret;
}

static struct rlimit limit_descriptors(rlim_t n)
{
	struct rlimit saved;
	struct rlimit now;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	now = saved;
	now.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	return saved;
}

static void send_null(struct bed *bed)
{
	struct camipc_header header = event_header;
	int null = channel_open_null();

	header.n_fds = 1;
	peer_sends_frame(bed->fixture.peer, &header, 0, &null, 1);
	close(null);
}

static void expect_lost_event(const struct bed *bed)
{
	const struct camipc_header *header = &bed->fixture.message.header;

	assert_int_equal(header->kind, CAMIPC_MESSAGE_EVENT);
	assert_true(header->flags & CAMIPC_MESSAGE_ERROR);
	assert_int_equal(header->status, -EMFILE);
	assert_int_equal(bed->fixture.message.fds.n, 0);
}

/** The kernel closes what it cannot install: in a thread, but for the first. */
static void without_descriptors(void **state)
{
	struct bed *bed = *state;
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct pollfd pfd = { .fd = epoll_fd, .events = POLLIN };
	struct epoll_event event;
	struct rlimit saved;

	SKIP_UNDER_VALGRIND();
	assert_int_equal(camipc_channel_watch(bed->fixture.channel, epoll_fd),
			 0);
	send_null(bed);
	send_slow(bed, event_header, 2, 2);
	send_slow(bed, event_header, 1, 1);
	saved = limit_descriptors(3);
	assert_int_equal(channel_receive(&bed->fixture), 0);
	expect_lost_event(bed);
	camipc_message_reset(&bed->fixture.message);
	for (int i = 0; i < 20; i++)
		assert_int_equal(channel_receive(&bed->fixture), -EAGAIN);
	/* There is more to read, but nobody is woken in vain. */
	assert_true(camipc_channel_is_busy(bed->fixture.channel));
	assert_int_equal(poll(&pfd, 1, 0), 0);
	/* Their peer resets them. */
	slow_close_end(&bed->slow);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(await_message(bed), 0);
		expect_lost_event(bed);
		camipc_message_reset(&bed->fixture.message);
	}
	assert_int_equal(channel_receive(&bed->fixture), -EAGAIN);
	assert_false(camipc_channel_is_busy(bed->fixture.channel));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	send_null(bed);
	assert_int_equal(epoll_wait(epoll_fd, &event, 1, 0), 1);
	assert_int_equal(channel_receive(&bed->fixture), 0);
	assert_int_equal(bed->fixture.message.fds.n, 1);
	camipc_channel_unwatch(bed->fixture.channel);
	close(epoll_fd);
	slow_close_begin(&bed->slow);
}

/** The thread has what a channel leaves behind, the socket included. */
static void destroyed_without_descriptors(void **state)
{
	struct bed *bed = *state;
	struct pollfd pfd = { .fd = bed->fixture.peer, .events = POLLIN };
	struct rlimit saved;

	SKIP_UNDER_VALGRIND();
	send_null(bed);
	send_slow(bed, event_header, 1, 1);
	send_slow(bed, event_header, 1, 1);
	saved = limit_descriptors(3);
	assert_int_equal(channel_receive(&bed->fixture), 0);
	assert_int_equal(channel_receive(&bed->fixture), -EAGAIN);
	camipc_channel_destroy(bed->fixture.channel);
	bed->fixture.channel = NULL;
	/* The peer sees the end at once. */
	assert_int_equal(poll(&pfd, 1, 0), 1);
	await_slow(1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
}

/* ---- what the closer does ---------------------------------------------- */

/** One that is stuck holds up neither others of its peer nor other peers. */
static void others_go_on(void **state)
{
	struct bed *bed = *state;
	int ends[2];
	char byte;

	send_slow(bed, event_header, 4, 4);
	assert_int_equal(channel_receive(&bed->fixture), 0);
	camipc_message_reset(&bed->fixture.message);
	await_slow(4);
	for (int i = 0; i < 50; i++) {
		struct pollfd pfd = { .events = POLLIN };

		assert_int_equal(pipe(ends), 0);
		camipc_fd_close(ends[1]);
		pfd.fd = ends[0];
		assert_int_equal(poll(&pfd, 1, SLOW_CLOSE_LIMIT_MS), 1);
		assert_int_equal(read(ends[0], &byte, 1), 0);
		close(ends[0]);
	}
}

/* The descriptor whose close waits for a child, or -1. */
static atomic_int delayed = -1;
static pid_t parent_thread;

int __real_close(int fd);
int __wrap_close(int fd);

/* Returns true once this process has a child, or false after a second. */
static bool sees_child(int children)
{
	const int64_t end = camipc_now() + INT64_C(1000000000);
	char first;

	while (pread(children, &first, 1, 0) != 1)
		if (camipc_now() > end)
			return false;
	return true;
}

int __wrap_close(int fd)
{
	int expected = fd;
	char path[64];
	int children;

	if (fd < 0 || !atomic_compare_exchange_strong(&delayed, &expected, -1))
		return __real_close(fd);
	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)parent_thread);
	children = open(path, O_RDONLY | O_CLOEXEC);
	(void)!sees_child(children);
	__real_close(children);
	return __real_close(fd);
}

/** Its own thread has begun to close it, when the kernel copies it to a child. */
static void copied_to_a_child(void **state)
{
	static char *const arguments[] = { "true", NULL };
	static const char *const nothing[] = { NULL };
	const struct camipc_child_options options = {
		.path = "/bin/true",
		.argv = arguments,
		.environment = nothing,
	};
	struct bed *bed = *state;

	parent_thread = (pid_t)syscall(SYS_gettid);
	for (int i = 0; i < 3; i++) {
		struct camipc_child *child;
		int fd = slow_close_open(bed->slow.port);

		assert_true(fd >= 0);
		atomic_store(&delayed, fd);
		camipc_fd_close(fd);
		while (stats().waiting)
			poll(NULL, 0, 1);
		camipc_closer_hold();
		assert_int_equal(camipc_child_spawn(&options, &child), 0);
		camipc_closer_release();
		camipc_child_destroy(child);
	}
}

/** A peer whose descriptors pile up is ended, before ours are used up. */
static void too_many_that_are_slow(void **state)
{
	struct bed *bed = *state;
	unsigned int n = 0;
	int ret;

	do {
		const int64_t end = camipc_now() + 100 * INT64_C(1000000);

		send_slow(bed, event_header, CHANNEL_MAX_FDS, CHANNEL_MAX_FDS);
		ret = channel_receive(&bed->fixture);
		n += CHANNEL_MAX_FDS;
		while (n > CAMIPC_MAX_FDS_CLOSING && camipc_now() < end)
			poll(NULL, 0, 1);
		assert_true(n < 2 * CAMIPC_MAX_FDS_CLOSING);
	} while (ret == 0);
	assert_int_equal(ret, -EPROTO);
	assert_int_equal(bed->fixture.reason, CAMIPC_REASON_BAD_FD);
	assert_true(stats().threads <= CAMIPC_MAX_CLOSERS);
}

/** A process that may make no thread; returns 0 if the peer is ended in time. */
static int play_without_threads(void *user)
{
	const struct rlimit none = { 0, 0 };
	const int64_t end = camipc_now() + LIMIT_NS;
	struct bed *bed = user;
	unsigned int n = 0;
	int ret;

	/* Root may make threads whatever the limit is. */
	if ((geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) ||
	    setrlimit(RLIMIT_NPROC, &none) < 0)
		return 1;
	do {
		struct camipc_header header = event_header;
		int fds[CHANNEL_MAX_FDS];

		for (size_t i = 0; i < CHANNEL_MAX_FDS; i++)
			fds[i] = bed->slow.listener;
		header.n_fds = CHANNEL_MAX_FDS;
		peer_sends_frame(bed->fixture.peer, &header, 0, fds,
				 CHANNEL_MAX_FDS);
		ret = channel_receive(&bed->fixture);
		camipc_message_reset(&bed->fixture.message);
		n += CHANNEL_MAX_FDS;
		while (n > CAMIPC_MAX_FDS_CLOSING && ret == 0 &&
		       !camipc_fd_source_is_clogged(
			       as_socket(bed->fixture.channel)->source) &&
		       camipc_now() < end)
			poll(NULL, 0, 1);
	} while (ret == 0 && n < 2 * CAMIPC_MAX_FDS_CLOSING);
	return ret == -EPROTO && stats().threads == 0 ? 0 : 2;
}

/** Nobody can close them: they do not pile up without end. */
static void without_threads(void **state)
{
	SKIP_WITHOUT_THREADS_IN_CHILDREN();
	assert_int_equal(forked_call(play_without_threads, *state), 0);
}

/** Memory is not needed. */
static void without_memory(void **state)
{
	struct bed *bed = *state;
	const uint64_t leaked = stats().leaked;
	int first = slow_close_open(bed->slow.port);
	int second = slow_close_open(bed->slow.port);

	for (unsigned int n = 1; n < 4; n++) {
		int fd = n == 1 ? first : n == 2 ? second : -1;

		alloc_fail_begin(1);
		camipc_fd_close(fd);
		alloc_fail_end();
	}
	assert_int_equal(stats().leaked, leaked);
	await_slow(2);
}

/** The duplicates that callers get of a peer's descriptors. */
static void cleared_outputs(void **state)
{
	struct bed *bed = *state;
	struct camipc_arena heap;
	int fd = slow_close_open(bed->slow.port);
	int copy;

	camipc_arena_init_heap(&heap, CAMIPC_FD_DUP_FOREIGN);
	copy = camipc_copy_fd(&heap, fd);
	assert_true(copy >= 0);
	camipc_fd_close(fd);
	camipc_clear_fd(copy);
	await_slow(1);
}

/** A child of a fork has no threads, and makes its own. */
static void forked_child(void **state)
{
	struct bed *bed = *state;
	int status = 0;
	pid_t pid;

	SKIP_UNDER_VALGRIND();
	SKIP_WITHOUT_THREADS_IN_CHILDREN();
	camipc_fd_close(slow_close_open(bed->slow.port));
	await_slow(1);
	pid = fork();
	if (pid == 0) {
		int fd = slow_close_open(bed->slow.port);

		/* The parent's are not the child's. */
		if (stats().closing || stats().waiting || fd < 0)
			_exit(1);
		camipc_fd_close(fd);
		await_slow(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/** The end of a small memfd that cannot grow is quick. */
static void harmless_ones_need_no_thread(void **state)
{
	struct bed *bed = *state;
	const uint64_t closed = stats().closed;
	int fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	(void)bed;
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	camipc_fd_close(fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(stats().closed, closed);
	camipc_fd_close(-1);
}

#define SLOW_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SLOW_TEST(welcome_ones),
		SLOW_TEST(more_than_declared),
		SLOW_TEST(more_than_allowed),
		SLOW_TEST(in_kinds_that_have_none),
		SLOW_TEST(as_a_spilled_body),
		SLOW_TEST(with_an_empty_datagram),
		SLOW_TEST(unread_ones),
		SLOW_TEST(nothing_unread),
		SLOW_TEST(without_descriptors),
		SLOW_TEST(destroyed_without_descriptors),
		SLOW_TEST(others_go_on),
		SLOW_TEST(copied_to_a_child),
		SLOW_TEST(too_many_that_are_slow),
		SLOW_TEST(without_threads),
		SLOW_TEST(without_memory),
		SLOW_TEST(cleared_outputs),
		SLOW_TEST(forked_child),
		SLOW_TEST(harmless_ones_need_no_thread),
	};

	/* A close() that takes long stops all threads of its process there. */
	if (under_valgrind()) {
		puts("skipped: not under valgrind");
		return 77;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("slow_close", tests, NULL, NULL);
}
