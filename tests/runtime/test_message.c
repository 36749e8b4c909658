/* SPDX-License-Identifier: MIT */
/* Tests messages: their headers, their memory and their descriptors. */
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/wire_format.h>

#include "alloc_fail.h"
#include "fd_leak.h"

static const struct camipc_header example = {
	.kind = CAMIPC_MESSAGE_REPLY,
	.flags = CAMIPC_MESSAGE_ERROR,
	.id = 0x01020304,
	.cookie = 0x05060708,
	.body_size = 0x090a0b0c,
	.consumed = 0x0d0e0f10,
	.n_fds = 0x1112,
	.status = -ETIMEDOUT,
	.epoch = 0x13141516,
};

/* The bytes of idl/README.md, whatever this machine's byte order is. */
static void header_is_little_endian(void **state)
{
	static const uint8_t expected[CAMIPC_HEADER_SIZE] = {
		'C',  'I',  'P',  'C',  1,    4,    2,    0,
		0x04, 0x03, 0x02, 0x01, 0x08, 0x07, 0x06, 0x05,
		0x0c, 0x0b, 0x0a, 0x09, 0x10, 0x0f, 0x0e, 0x0d,
		0x12, 0x11, 0x92, 0xff, 0x16, 0x15, 0x14, 0x13,
	};
	uint8_t bytes[CAMIPC_HEADER_SIZE];

	(void)state;
	assert_int_equal(ETIMEDOUT, 110);
	camipc_header_encode(&example, bytes);
	assert_memory_equal(bytes, expected, sizeof(expected));
}

static void header_survives_a_round_trip(void **state)
{
	uint8_t bytes[CAMIPC_HEADER_SIZE];
	struct camipc_header header;

	(void)state;
	memset(&header, 0, sizeof(header));
	camipc_header_encode(&example, bytes);
	assert_int_equal(camipc_header_decode(bytes, &header), 0);
	assert_int_equal(header.kind, example.kind);
	assert_int_equal(header.flags, example.flags);
	assert_int_equal(header.id, example.id);
	assert_int_equal(header.cookie, example.cookie);
	assert_int_equal(header.body_size, example.body_size);
	assert_int_equal(header.consumed, example.consumed);
	assert_int_equal(header.n_fds, example.n_fds);
	assert_int_equal(header.status, example.status);
	assert_int_equal(header.epoch, example.epoch);
}

static void spans_are_little_endian(void **state)
{
	static const uint8_t expected[CAMIPC_TRACE_SPAN_SIZE] = {
		4, 3, 2, 1, 8, 7, 6, 5, 16, 15, 14, 13, 12, 11, 10, 9,
		24, 23, 22, 21, 20, 19, 18, 17,
	};
	const struct camipc_span span = {
		.cookie = 0x01020304,
		.id = 0x05060708,
		.begin = UINT64_C(0x090a0b0c0d0e0f10),
		.end = UINT64_C(0x1112131415161718),
	};
	struct camipc_span read = { .cookie = 1 };
	uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE];

	(void)state;
	camipc_span_encode(&span, bytes);
	assert_memory_equal(bytes, expected, sizeof(expected));
	assert_int_equal(camipc_span_decode(bytes, &read), 0);
	assert_int_equal(read.cookie, span.cookie);
	assert_int_equal(read.id, span.id);
	assert_true(read.begin == span.begin && read.end == span.end);
	/* An end before the begin; an end at the begin is fine. */
	memcpy(bytes + 8, bytes + 16, 8);
	assert_int_equal(camipc_span_decode(bytes, &read), 0);
	bytes[8]++;
	assert_int_equal(camipc_span_decode(bytes, &read), -EPROTO);
	assert_true(read.begin == read.end);
}

static int decode(const struct camipc_header *header, size_t at, uint8_t value)
{
	uint8_t bytes[CAMIPC_HEADER_SIZE];
	struct camipc_header decoded;

	camipc_header_encode(header, bytes);
	if (at < sizeof(bytes))
		bytes[at] = value;
	return camipc_header_decode(bytes, &decoded);
}

#define UNCHANGED CAMIPC_HEADER_SIZE

/* Threat 4. */
static void bad_magic_and_version_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(decode(&example, i, 'x'), -EPROTO);
	assert_int_equal(decode(&example, 4, 0), -ESTALE);
	assert_int_equal(decode(&example, 4, 2), -ESTALE);
}

/* Threat 4: all kinds and all flags, of which few are legal together. */
static void flags_have_to_fit_the_kind(void **state)
{
	static const uint16_t legal[] = {
		[CAMIPC_MESSAGE_HELLO] = 0,
		[CAMIPC_MESSAGE_LOADED] = 0,
		[CAMIPC_MESSAGE_CALL] =
			CAMIPC_MESSAGE_SPILLED | CAMIPC_MESSAGE_ONEWAY,
		[CAMIPC_MESSAGE_REPLY] =
			CAMIPC_MESSAGE_SPILLED | CAMIPC_MESSAGE_ERROR,
		[CAMIPC_MESSAGE_EVENT] = CAMIPC_MESSAGE_SPILLED,
		[CAMIPC_MESSAGE_LOG] = 0,
		[CAMIPC_MESSAGE_CREDIT] = 0,
		[CAMIPC_MESSAGE_BYE] = 0,
		[CAMIPC_MESSAGE_CRASH] = 0,
		[CAMIPC_MESSAGE_TRACE] = 0,
		[CAMIPC_MESSAGE_BELL] = 0,
	};

	(void)state;
	for (unsigned int kind = 0; kind <= UINT8_MAX; kind++) {
		for (uint32_t flags = 0; flags <= UINT16_MAX;
		     flags += flags < 64 ? 1 : 61) {
			struct camipc_header header = {
				.kind = (uint8_t)kind,
				.flags = (uint16_t)flags,
				.status = flags & CAMIPC_MESSAGE_ERROR ? -1 : 0,
			};
			bool good = kind >= CAMIPC_MESSAGE_HELLO &&
				    kind <= CAMIPC_MESSAGE_BELL &&
				    !(flags & ~(uint32_t)legal[kind]);

			assert_int_equal(decode(&header, UNCHANGED, 0),
					 good ? 0 : -EPROTO);
		}
	}
}

static void status_is_for_error_replies_only(void **state)
{
	struct camipc_header header = { .kind = CAMIPC_MESSAGE_REPLY };

	(void)state;
	assert_int_equal(decode(&header, UNCHANGED, 0), 0);
	header.status = -1;
	assert_int_equal(decode(&header, UNCHANGED, 0), -EPROTO);
	header.flags = CAMIPC_MESSAGE_ERROR;
	assert_int_equal(decode(&header, UNCHANGED, 0), 0);
	header.status = 0;
	assert_int_equal(decode(&header, UNCHANGED, 0), -EPROTO);
	header.status = 1;
	assert_int_equal(decode(&header, UNCHANGED, 0), -EPROTO);
}

/* Threat 29: what cannot carry descriptors may not declare any. */
static void control_messages_have_no_descriptors(void **state)
{
	struct camipc_header header = { .kind = CAMIPC_MESSAGE_LOG,
					.n_fds = 1 };

	(void)state;
	assert_int_equal(decode(&header, UNCHANGED, 0), -EPROTO);
	header.kind = CAMIPC_MESSAGE_CREDIT;
	assert_int_equal(decode(&header, UNCHANGED, 0), -EPROTO);
	header.kind = CAMIPC_MESSAGE_LOADED;
	assert_int_equal(decode(&header, UNCHANGED, 0), -EPROTO);
	header.kind = CAMIPC_MESSAGE_EVENT;
	assert_int_equal(decode(&header, UNCHANGED, 0), 0);
	/* Of the camera process: the files that a module loads. */
	header.kind = CAMIPC_MESSAGE_HELLO;
	assert_int_equal(decode(&header, UNCHANGED, 0), 0);
}

static void reserve_keeps_what_was_there(void **state)
{
	struct camipc_message message;

	(void)state;
	camipc_message_init(&message);
	assert_int_equal(camipc_message_reserve(&message, 100), 0);
	memset(message.bytes, 'a', CAMIPC_HEADER_SIZE + 100);
	assert_int_equal(camipc_message_reserve(&message, 100000), 0);
	assert_true(message.room >= 100000);
	/* The slack is there, too: ASan would tell. */
	memset(camipc_message_body(&message) + 100000, 0,
	       CAMIPC_MESSAGE_SLACK);
	for (size_t i = 0; i < CAMIPC_HEADER_SIZE + 100; i++)
		assert_int_equal(message.bytes[i], 'a');
	camipc_message_fini(&message);
	camipc_message_fini(&message);
}

static void no_size_is_above_the_ceiling(void **state)
{
	/* What the encoder of the largest body asks for. */
	const size_t most = CAMIPC_MAX_MESSAGE_SIZE_CEILING + CAMIPC_WRITE_ROOM;
	struct camipc_message message;

	(void)state;
	camipc_message_init(&message);
	assert_int_equal(camipc_message_reserve(&message, most + 1), -ENOMEM);
	assert_int_equal(camipc_message_reserve(&message, most), 0);
	camipc_message_fini(&message);
}

static void reset_closes_descriptors_and_keeps_memory(void **state)
{
	struct camipc_message message;
	struct fd_leak before;
	const uint8_t *bytes;

	(void)state;
	fd_leak_take(&before);
	camipc_message_init(&message);
	assert_int_equal(camipc_message_reserve(&message, 0), 0);
	bytes = message.bytes;
	for (int i = 0; i < 9; i++)
		assert_int_equal(
			camipc_message_take_fd(&message,
					       open("/dev/null",
						    O_RDONLY | O_CLOEXEC)),
			0);
	assert_int_equal(message.fds.n, 9);
	message.header.kind = CAMIPC_MESSAGE_CALL;
	errno = EXDEV;
	camipc_message_reset(&message);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(message.fds.n, 0);
	assert_int_equal(message.header.kind, 0);
	assert_ptr_equal(message.bytes, bytes);
	fd_leak_assert_none(&before);
	camipc_message_fini(&message);
}

static int take_two(void *user)
{
	struct camipc_message message;
	int ret;

	(void)user;
	camipc_message_init(&message);
	ret = camipc_message_take_fd(&message, dup(0));
	if (ret == 0)
		ret = camipc_message_reserve(&message, 5000);
	camipc_message_fini(&message);
	return ret;
}

static void failing_allocations_lose_no_descriptor(void **state)
{
	struct fd_leak before;

	(void)state;
	fd_leak_take(&before);
	alloc_fail_each(take_two, NULL, 0);
	fd_leak_assert_none(&before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_is_little_endian),
		cmocka_unit_test(spans_are_little_endian),
		cmocka_unit_test(header_survives_a_round_trip),
		cmocka_unit_test(bad_magic_and_version_are_refused),
		cmocka_unit_test(flags_have_to_fit_the_kind),
		cmocka_unit_test(status_is_for_error_replies_only),
		cmocka_unit_test(control_messages_have_no_descriptors),
		cmocka_unit_test(reserve_keeps_what_was_there),
		cmocka_unit_test(no_size_is_above_the_ceiling),
		cmocka_unit_test(reset_closes_descriptors_and_keeps_memory),
		cmocka_unit_test(failing_allocations_lose_no_descriptor),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
