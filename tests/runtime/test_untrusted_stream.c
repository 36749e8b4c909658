/* SPDX-License-Identifier: MIT */
/*
 * Tests that reading what a child prints, and closing it, waits for nobody
 * (threats 29 and 50): neither for a writer whose memory does not come nor for
 * descriptors whose close is slow.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include <cmocka.h>

#include "deadline.h"
#include "slow_close.h"
#include "under_valgrind.h"
#include "untrusted_stream.h"

#define LIMIT_NS (SLOW_CLOSE_LIMIT_MS * INT64_C(1000000))

/* Since Linux 6.16. */
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

#define LINE 5 /* bytes */

struct stream {
	int reader;
	int writer;
};

static struct stream open_stream(void)
{
	struct stream stream;

	assert_int_equal(camipc_untrusted_stream_open(&stream.reader,
						      &stream.writer),
			 0);
	return stream;
}

/** As on a kernel that cannot refuse descriptors. */
static void let_descriptors_through(const struct stream *stream)
{
	const int on = 1;

	(void)setsockopt(stream->reader, SOL_SOCKET, SO_PASSRIGHTS, &on,
			 sizeof(on));
}

/** Prints @size bytes of a line with a descriptor beside them; returns as sendmsg()
 *  does. */
static ssize_t print_with_fd(int writer, int fd, size_t size, int flags)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	char line[] = "line\n";
	struct iovec iov = { line, size };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *cmsg;

	memset(&control, 0, sizeof(control));
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(writer, &msg, flags | MSG_NOSIGNAL);
}

static void expect_nothing(int reader)
{
	char bytes[16];

	assert_int_equal(camipc_untrusted_stream_read(reader, bytes,
						      sizeof(bytes)),
			 -1);
	assert_int_equal(errno, EAGAIN);
}

static void bytes_come_through(void **state)
{
	struct stream stream = open_stream();
	char bytes[16];

	(void)state;
	expect_nothing(stream.reader);
	assert_int_equal(write(stream.writer, "a\nb", 3), 3);
	assert_int_equal(camipc_untrusted_stream_read(stream.reader, bytes,
						      sizeof(bytes)),
			 3);
	assert_memory_equal(bytes, "a\nb", 3);
	assert_int_equal(fcntl(stream.writer, F_GETFL) & O_NONBLOCK,
			 O_NONBLOCK);
	close(stream.writer);
	assert_int_equal(camipc_untrusted_stream_read(stream.reader, bytes,
						      sizeof(bytes)),
			 0);
	camipc_untrusted_stream_close(stream.reader);
}

static void descriptors_are_refused(void **state)
{
	struct stream stream = open_stream();
	char bytes[16];

	(void)state;
	if (print_with_fd(stream.writer, 0, LINE, 0) < 0) {
		assert_int_equal(errno, EPERM);
		expect_nothing(stream.reader);
	} else {
		assert_int_equal(camipc_untrusted_stream_read(
					 stream.reader, bytes, sizeof(bytes)),
				 -1);
		assert_int_equal(errno, EBADMSG);
	}
	camipc_untrusted_stream_close(stream.reader);
	close(stream.writer);
}

/** One descriptor whose close is slow, read or left unread. */
static void print_slow_one(const struct slow_close *slow, size_t size, int flags,
			   bool is_read)
{
	struct stream stream = open_stream();
	int fd = slow_close_open(slow->port);
	char bytes[16];

	assert_true(fd >= 0);
	let_descriptors_through(&stream);
	/* Before Linux 5.15 nothing could be sent out of band. */
	if (print_with_fd(stream.writer, fd, size, flags) < 0) {
		assert_true(flags & MSG_OOB);
		assert_int_equal(errno, EOPNOTSUPP);
		is_read = false;
	}
	close(fd);
	if (is_read) {
		assert_int_equal(camipc_untrusted_stream_read(stream.reader,
							      bytes,
							      sizeof(bytes)),
				 -1);
		assert_int_equal(errno, EBADMSG);
	}
	close(stream.writer);
	camipc_untrusted_stream_close(stream.reader);
}

/* In order, and out of band. */
static void slow_closes(void **state)
{
	const int64_t began = camipc_now();
	struct slow_close slow;

	(void)state;
	/* A close() that takes long stops all threads of its process there. */
	SKIP_UNDER_VALGRIND();
	slow_close_begin(&slow);
	for (int is_read = 0; is_read < 2; is_read++) {
		print_slow_one(&slow, LINE, 0, is_read);
		print_slow_one(&slow, 1, MSG_OOB, is_read);
	}
	assert_true(camipc_now() - began < LIMIT_NS);
	slow_close_end(&slow);
}

/* ---- memory that does not come ------------------------------------------ */

/** A page that the kernel cannot read until somebody fills it. */
struct absent_page {
	int fault_fd;
	void *page;
	size_t size;
	int writer;
};

static bool make_absent_page(struct absent_page *absent)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range;

	absent->size = (size_t)sysconf(_SC_PAGESIZE);
	absent->fault_fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (absent->fault_fd < 0)
		return false;
	absent->page = mmap(NULL, absent->size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(absent->page != MAP_FAILED);
	memset(&range, 0, sizeof(range));
	range.range.start = (uintptr_t)absent->page;
	range.range.len = absent->size;
	range.mode = UFFDIO_REGISTER_MODE_MISSING;
	assert_int_equal(ioctl(absent->fault_fd, UFFDIO_API, &api), 0);
	assert_int_equal(ioctl(absent->fault_fd, UFFDIO_REGISTER, &range), 0);
	return true;
}

static void fill_absent_page(struct absent_page *absent)
{
	struct uffdio_zeropage zero;

	memset(&zero, 0, sizeof(zero));
	zero.range.start = (uintptr_t)absent->page;
	zero.range.len = absent->size;
	assert_int_equal(ioctl(absent->fault_fd, UFFDIO_ZEROPAGE, &zero), 0);
}

static void *print_absent_page(void *user)
{
	struct absent_page *absent = user;

	(void)!write(absent->writer, absent->page, absent->size);
	return NULL;
}

static void a_writer_in_the_middle(void **state)
{
	struct absent_page absent;
	struct pollfd fault = { .events = POLLIN };
	struct stream stream;
	pthread_t thread;
	char bytes[16];

	(void)state;
	SKIP_UNDER_VALGRIND();
	if (!make_absent_page(&absent))
		skip(); /* not root: userfaultfd() serves no kernel then */
	stream = open_stream();
	absent.writer = stream.writer;
	assert_int_equal(pthread_create(&thread, NULL, print_absent_page,
					&absent),
			 0);
	fault.fd = absent.fault_fd;
	assert_int_equal(poll(&fault, 1, SLOW_CLOSE_LIMIT_MS), 1);
	/* A test that hangs here is killed by the alarm. */
	alarm(SLOW_CLOSE_S);
	expect_nothing(stream.reader);
	fill_absent_page(&absent);
	pthread_join(thread, NULL);
	alarm(0);
	assert_int_equal(camipc_untrusted_stream_read(stream.reader, bytes,
						      sizeof(bytes)),
			 sizeof(bytes));
	camipc_untrusted_stream_close(stream.reader);
	close(stream.writer);
	munmap(absent.page, absent.size);
	close(absent.fault_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_through),
		cmocka_unit_test(descriptors_are_refused),
		cmocka_unit_test(slow_closes),
		cmocka_unit_test(a_writer_in_the_middle),
	};

	return cmocka_run_group_tests_name("untrusted_stream", tests, NULL,
					   NULL);
}
