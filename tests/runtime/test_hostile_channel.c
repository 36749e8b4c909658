/* SPDX-License-Identifier: MIT */
/* Tests the socket channel against threats 1 to 4, 28, 29 and 31 to 35. */
#include "socket_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "channel_fixture.h"
#include "test_files.h"
#include "under_valgrind.h"

/* ---- hostile peers ----------------------------------------------------- */

/* Threat 1: nothing is allocated for what is only claimed. */
static void claimed_sizes_are_limited(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	channel_set_up(&fixture);
	/* Once, so that the message has its first memory. */
	peer_sends_frame(fixture.peer, &header, 0, NULL, 0);
	assert_int_equal(channel_receive(&fixture), 0);
	header.body_size = UINT32_MAX;
	peer_sends_frame(fixture.peer, &header, 8, NULL, 0);
	alloc_fail_begin(0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_LIMIT);
	assert_int_equal(alloc_fail_end(), 0);

	header.body_size = CHANNEL_MAX_SIZE + 1;
	peer_sends_frame(fixture.peer, &header, 0, NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_LIMIT);
	channel_tear_down(&fixture);
}

/* Threat 1: the limit itself is fine, spilled as it is. */
static void the_largest_body_is_taken(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;
	int fd;

	(void)state;
	channel_set_up(&fixture);
	fd = test_memfd(CHANNEL_MAX_SIZE, CHANNEL_SEALS);
	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = CHANNEL_MAX_SIZE;
	peer_sends_frame(fixture.peer, &header, 0, &fd, 1);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(fixture.message.header.body_size, CHANNEL_MAX_SIZE);
	close(fd);
	fd = test_memfd(CHANNEL_MAX_SIZE + 1, CHANNEL_SEALS);
	header.body_size = CHANNEL_MAX_SIZE + 1;
	peer_sends_frame(fixture.peer, &header, 0, &fd, 1);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_LIMIT);
	close(fd);
	channel_tear_down(&fixture);
}

/* Threat 2. */
static void short_datagrams_are_refused(void **state)
{
	struct channel_fixture fixture;
	uint8_t bytes[CAMIPC_HEADER_SIZE];

	(void)state;
	channel_set_up(&fixture);
	camipc_header_encode(&event_header, bytes);
	for (size_t size = 0; size < sizeof(bytes); size++) {
		peer_sends(fixture.peer, bytes, size, NULL, 0);
		channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	}
	channel_tear_down(&fixture);
}

/* Threats 2 and 29: descriptors that came with nothing are closed. */
static void descriptors_without_bytes_are_closed(void **state)
{
	struct channel_fixture fixture;
	int fd;

	(void)state;
	channel_set_up(&fixture);
	fd = channel_open_null();
	peer_sends(fixture.peer, "", 0, &fd, 1);
	close(fd);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	channel_tear_down(&fixture);
}

/* Threat 3. */
static void datagram_and_header_have_to_agree(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	channel_set_up(&fixture);
	header.body_size = 100;
	peer_sends_frame(fixture.peer, &header, 99, NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	peer_sends_frame(fixture.peer, &header, 101, NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	peer_sends_frame(fixture.peer, &header, 100, NULL, 0);
	assert_int_equal(channel_receive(&fixture), 0);
	/* Cut exactly where the declared body ends: only MSG_TRUNC tells. */
	header.body_size = CAMIPC_MAX_INLINE_SIZE;
	peer_sends_frame(fixture.peer, &header, CAMIPC_MAX_INLINE_SIZE + 1,
			 NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	/* Larger than any datagram may be: MSG_TRUNC. */
	header.body_size = CAMIPC_MAX_INLINE_SIZE + 1;
	peer_sends_frame(fixture.peer, &header, CAMIPC_MAX_INLINE_SIZE + 1,
			 NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	/* A body in both places. */
	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = 8;
	peer_sends_frame(fixture.peer, &header, 8, NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	channel_tear_down(&fixture);
}

/* Threat 4. */
static void unknown_headers_are_refused(void **state)
{
	struct channel_fixture fixture;
	uint8_t bytes[CAMIPC_HEADER_SIZE];

	(void)state;
	channel_set_up(&fixture);
	camipc_header_encode(&event_header, bytes);
	bytes[0] ^= 1;
	peer_sends(fixture.peer, bytes, sizeof(bytes), NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_PROTOCOL);
	bytes[0] ^= 1;
	bytes[7] = 0x80;
	peer_sends(fixture.peer, bytes, sizeof(bytes), NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_PROTOCOL);
	bytes[7] = 0;
	bytes[4] = 9;
	peer_sends(fixture.peer, bytes, sizeof(bytes), NULL, 0);
	assert_int_equal(channel_receive(&fixture), -ESTALE);
	assert_int_equal(fixture.reason, CAMIPC_REASON_BAD_PROTOCOL);
	channel_tear_down(&fixture);
}

/* Threat 28: every pair of declared and sent; those received are closed. */
static void descriptors_have_to_be_declared(void **state)
{
	struct channel_fixture fixture;
	int fds[CHANNEL_MAX_FDS + 2];

	(void)state;
	channel_set_up(&fixture);
	for (int i = 0; i < CHANNEL_MAX_FDS + 2; i++)
		fds[i] = channel_open_null();
	for (uint16_t declared = 0; declared <= CHANNEL_MAX_FDS + 2;
	     declared++) {
		for (uint16_t sent = 0; sent <= CHANNEL_MAX_FDS + 2; sent++) {
			struct camipc_header header = event_header;

			header.n_fds = declared;
			peer_sends_frame(fixture.peer, &header, 0, fds, sent);
			if (declared != sent || declared > CHANNEL_MAX_FDS)
				channel_expect_bad(&fixture,
						   CAMIPC_REASON_BAD_FD);
			else
				assert_int_equal(channel_receive(&fixture), 0);
		}
	}
	for (int i = 0; i < CHANNEL_MAX_FDS + 2; i++)
		close(fds[i]);
	channel_tear_down(&fixture);
}

/* Threat 29: a flood to a channel that expects none. */
static void a_flood_of_descriptors_is_closed(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;
	int fds[253];

	(void)state;
	channel_set_up_with(&fixture, CHANNEL_MAX_SIZE, 0);
	for (int i = 0; i < 253; i++)
		fds[i] = 0;
	for (uint16_t declared = 0; declared < 254; declared++) {
		header.n_fds = declared;
		peer_sends_frame(fixture.peer, &header, 0, fds, 253);
		channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
	}
	/* Many control messages in one datagram are one list to the kernel. */
	channel_tear_down(&fixture);
}

/* Threat 29: what was sent without being declared is refused, also where our
 * own limit let only a part of it in. */
static void a_flood_that_our_limit_cuts(void **state)
{
	struct channel_fixture fixture;
	struct rlimit saved;
	struct rlimit tight;
	int fds[200];
	int next;

	(void)state;
	SKIP_UNDER_VALGRIND();
	next = channel_open_null();
	close(next);
	channel_set_up_with(&fixture, CHANNEL_MAX_SIZE, 0);
	memset(fds, 0, sizeof(fds));
	peer_sends_frame(fixture.peer, &event_header, 0, fds, 200);
	/* Two numbers are free. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	tight = saved;
	tight.rlim_cur = (rlim_t)next + 4;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	channel_tear_down(&fixture);
}

/* Threat 28: our own limit is not the peer's fault; that message fails, the
 * next one is fine. */
static void own_limit_fails_only_that_message(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;
	struct rlimit saved;
	struct rlimit tight;
	int fds[CHANNEL_MAX_FDS];

	(void)state;
	SKIP_UNDER_VALGRIND();
	channel_set_up(&fixture);
	for (int i = 0; i < CHANNEL_MAX_FDS; i++)
		fds[i] = channel_open_null();
	header.n_fds = CHANNEL_MAX_FDS;
	header.cookie = 99;
	header.body_size = 10;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	for (int room = 0; room < CHANNEL_MAX_FDS; room++) {
		tight = saved;
		tight.rlim_cur = (rlim_t)(fds[CHANNEL_MAX_FDS - 1] + 1 + room);
		peer_sends_frame(fixture.peer, &header, 10, fds,
				 CHANNEL_MAX_FDS);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
		assert_int_equal(channel_receive(&fixture), 0);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
		assert_int_equal(fixture.message.header.flags,
				 CAMIPC_MESSAGE_ERROR);
		assert_int_equal(fixture.message.header.status, -EMFILE);
		assert_int_equal(fixture.message.header.cookie, 99);
		assert_int_equal(fixture.message.header.body_size, 0);
		assert_int_equal(fixture.message.fds.n, 0);
	}
	peer_sends_frame(fixture.peer, &header, 10, fds, CHANNEL_MAX_FDS);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(fixture.message.fds.n, CHANNEL_MAX_FDS);
	for (int i = 0; i < CHANNEL_MAX_FDS; i++)
		close(fds[i]);
	channel_tear_down(&fixture);
}

static void missing_memory_fails_only_that_message(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	channel_set_up(&fixture);
	header.body_size = 3000;
	peer_sends_frame(fixture.peer, &header, 3000, NULL, 0);
	alloc_fail_begin(1);
	assert_int_equal(channel_receive(&fixture), -ENOMEM);
	alloc_fail_end();
	/* It is still there; and its body does not fit now. */
	alloc_fail_begin(2);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_true(alloc_fail_happened());
	alloc_fail_end();
	assert_int_equal(fixture.message.header.flags, CAMIPC_MESSAGE_ERROR);
	assert_int_equal(fixture.message.header.status, -ENOMEM);
	peer_sends_frame(fixture.peer, &header, 3000, NULL, 0);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(fixture.message.header.flags, 0);
	channel_tear_down(&fixture);
}

/* ---- spilled bodies ---------------------------------------------------- */

#define SPILLED 50000u

/* Sealed as it should be, but not to be read through this descriptor. */
static int make_write_only(void)
{
	char path[64];
	int memfd = test_memfd(SPILLED, 0);
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(memfd, F_ADD_SEALS, CHANNEL_SEALS), 0);
	close(memfd);
	return fd;
}

static int make_pipe_end(void)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	return fds[0];
}

/* Sends a body in @fd, closes that, and sees what becomes of the body. */
static void spill(struct channel_fixture *fixture, const char *name, int fd,
		  bool good)
{
	struct camipc_header header = event_header;

	print_message("%s\n", name);
	assert_true(fd >= 0);
	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = SPILLED;
	peer_sends_frame(fixture->peer, &header, 0, &fd, 1);
	close(fd);
	if (good)
		assert_int_equal(channel_receive(fixture), 0);
	else
		channel_expect_bad(fixture, CAMIPC_REASON_BAD_FD);
	assert_int_equal(fixture->message.fds.n, 0);
}

/* Threats 30 and 33 to 35: only what send makes is read. */
static void spilled_bodies_have_to_be_sealed_memfds(void **state)
{
	static const struct {
		const char *name;
		size_t size;
		unsigned int seals;
	} memfds[] = {
		{ "sealed memfd", SPILLED, CHANNEL_SEALS },
		{ "unsealed memfd", SPILLED, 0 },
		{ "memfd that shrinks", SPILLED, F_SEAL_GROW | F_SEAL_WRITE },
		{ "memfd that grows", SPILLED, F_SEAL_SHRINK | F_SEAL_WRITE },
		{ "memfd that is written", SPILLED,
		  F_SEAL_SHRINK | F_SEAL_GROW },
		{ "short memfd", SPILLED - 1, CHANNEL_SEALS },
		{ "long memfd", SPILLED + 1, CHANNEL_SEALS },
	};
	static const struct {
		const char *path;
		int flags;
	} files[] = {
		{ "/", O_RDONLY | O_DIRECTORY },
		{ "/proc/self/exe", O_PATH },
		{ "/proc/self/exe", O_RDONLY },
		{ "/dev/zero", O_RDONLY },
		{ "/proc/self/mem", O_RDONLY },
	};
	struct channel_fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	channel_set_up(&fixture);
	for (size_t i = 0; i < sizeof(memfds) / sizeof(memfds[0]); i++)
		spill(&fixture, memfds[i].name,
		      test_memfd(memfds[i].size, memfds[i].seals), i == 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		spill(&fixture, files[i].path,
		      open(files[i].path, files[i].flags), false);
	spill(&fixture, "pipe", make_pipe_end(), false);
	spill(&fixture, "write-only memfd", make_write_only(), false);
	/* And none at all. */
	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = SPILLED;
	peer_sends_frame(fixture.peer, &header, 0, NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
	channel_tear_down(&fixture);
}

/* ---- anything ---------------------------------------------------------- */

/* Whatever comes, it ends in a message or a reason, and nothing stays open. */
static void random_datagrams_do_no_harm(void **state)
{
	struct channel_fixture fixture;
	uint32_t random = 12345;
	int fds[8];
	unsigned int good = 0;

	(void)state;
	channel_set_up(&fixture);
	for (int i = 0; i < 8; i++)
		fds[i] = i < 6 ? channel_open_null() :
				 test_memfd(SPILLED, CHANNEL_SEALS);
	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[CAMIPC_HEADER_SIZE + 64];
		struct camipc_header header;
		size_t size;
		int ret;

		memset(&header, 0, sizeof(header));
		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(random >> 24);
		}
		header.kind = bytes[40] % 10;
		header.flags = bytes[41] % 2 ? 0 : bytes[41] / 2 % 8;
		header.n_fds = bytes[42] % 2 ? 0 : bytes[42] / 2 % 6;
		header.body_size = bytes[43] % 66;
		header.status = bytes[44] % 8 ? 0 : -1;
		if (bytes[45] % 8)
			camipc_header_encode(&header, bytes);
		size = bytes[46] % 4 ? CAMIPC_HEADER_SIZE +
					       header.body_size % 65 :
				       bytes[47] % sizeof(bytes);
		peer_sends(fixture.peer, bytes, size, fds,
			   bytes[48] % 4 ? header.n_fds : bytes[49] % 9);
		ret = channel_receive(&fixture);
		assert_true(ret == 0 || ret == -EPROTO || ret == -ESTALE);
		assert_true((ret == 0) ==
			    (fixture.reason == CAMIPC_REASON_NONE));
		good += ret == 0;
	}
	/* Else this would only test the first check. */
	assert_true(good > 2000);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	channel_tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claimed_sizes_are_limited),
		cmocka_unit_test(the_largest_body_is_taken),
		cmocka_unit_test(short_datagrams_are_refused),
		cmocka_unit_test(descriptors_without_bytes_are_closed),
		cmocka_unit_test(datagram_and_header_have_to_agree),
		cmocka_unit_test(unknown_headers_are_refused),
		cmocka_unit_test(descriptors_have_to_be_declared),
		cmocka_unit_test(a_flood_of_descriptors_is_closed),
		cmocka_unit_test(a_flood_that_our_limit_cuts),
		cmocka_unit_test(own_limit_fails_only_that_message),
		cmocka_unit_test(missing_memory_fails_only_that_message),
		cmocka_unit_test(spilled_bodies_have_to_be_sealed_memfds),
		cmocka_unit_test(random_datagrams_do_no_harm),
	};

	return cmocka_run_group_tests_name("hostile_channel", tests, NULL,
					   NULL);
}
