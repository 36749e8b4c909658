/* SPDX-License-Identifier: MIT */
/*
 * The first messages between a camera process and a worker: everything that is
 * sent arrives, and values that nobody may send are refused on both sides
 * (threats 2 and 4).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control_message.h"
#include "handshake.h"
#include "socket_channel.h"

struct fixture {
	struct camipc_channel *from;
	struct camipc_channel *to;
	struct camipc_message message;
	struct camipc_parent_hello parent; /* as read */
};

static int set_up(void **state)
{
	static const struct camipc_channel_limits limits = { 1 << 20, 0 };
	struct fixture *f = calloc(1, sizeof(*f));
	int fds[2];

	assert_non_null(f);
	assert_int_equal(camipc_socket_channel_open_pair(fds), 0);
	assert_int_equal(camipc_socket_channel_create(fds[0], &limits,
						      &f->from),
			 0);
	assert_int_equal(camipc_socket_channel_create(fds[1], &limits, &f->to),
			 0);
	camipc_message_init(&f->message);
	*state = f;
	return 0;
}

static void forget(struct fixture *f)
{
	free(f->parent.events);
	free(f->parent.argument);
	memset(&f->parent, 0, sizeof(f->parent));
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	forget(f);
	camipc_message_fini(&f->message);
	camipc_channel_destroy(f->from);
	camipc_channel_destroy(f->to);
	free(f);
	return 0;
}

static void receive(struct fixture *f)
{
	enum camipc_reason reason;

	camipc_message_reset(&f->message);
	assert_int_equal(camipc_channel_receive(f->to, &f->message, false,
						&reason),
			 0);
	assert_int_equal(f->message.header.kind, CAMIPC_MESSAGE_HELLO);
}

static struct camipc_parent_hello good_parent(void)
{
	static uint16_t events[] = { 1, 2, 3, 9 };
	const struct camipc_parent_hello hello = {
		.nonce = { 1, 2, 3 },
		.max_message_size = 4711,
		.window = CAMIPC_WINDOW,
		.log_level = 2,
		.events = events,
		.n_events = 4,
		.argument = (char *)(uintptr_t) "/lib/x.so",
		.flags = 0x80000001,
	};

	return hello;
}

static void parent_hello_arrives(void **state)
{
	struct fixture *f = *state;
	const struct camipc_parent_hello sent = good_parent();

	assert_int_equal(camipc_parent_hello_write(f->from, &sent), 0);
	receive(f);
	assert_int_equal(camipc_parent_hello_read(&f->message, &f->parent), 0);
	assert_memory_equal(f->parent.nonce, sent.nonce, sizeof(sent.nonce));
	assert_int_equal(f->parent.max_message_size, 4711);
	assert_int_equal(f->parent.window, CAMIPC_WINDOW);
	assert_int_equal(f->parent.log_level, 2);
	assert_int_equal(f->parent.n_events, 4);
	assert_memory_equal(f->parent.events, sent.events,
			    4 * sizeof(*sent.events));
	assert_string_equal(f->parent.argument, "/lib/x.so");
	/* Bits that nobody knows are no error. */
	assert_int_equal(f->parent.flags, 0x80000001);
}

static void worker_hello_arrives(void **state)
{
	struct fixture *f = *state;
	const struct camipc_worker_hello sent = {
		.nonce = { 7 },
		.build_id = { 8, 9 },
		.build_id_size = 2,
		.thread = INT32_MAX,
		.flags = UINT32_MAX,
	};
	struct camipc_worker_hello got = { 0 };

	assert_int_equal(camipc_worker_hello_write(f->from, &sent), 0);
	receive(f);
	assert_int_equal(camipc_worker_hello_read(&f->message, &got), 0);
	assert_memory_equal(got.nonce, sent.nonce, sizeof(sent.nonce));
	assert_int_equal(got.build_id_size, 2);
	assert_memory_equal(got.build_id, sent.build_id, 2);
	assert_int_equal(got.thread, INT32_MAX);
	assert_int_equal(got.flags, UINT32_MAX);
}

/** No kernel has such a thread. */
static void impossible_threads_are_refused(void **state)
{
	struct fixture *f = *state;
	const struct camipc_worker_hello sent = {
		.thread = (uint32_t)INT32_MAX + 1,
	};
	struct camipc_worker_hello got = { 0 };

	assert_int_equal(camipc_worker_hello_write(f->from, &sent), 0);
	receive(f);
	assert_int_equal(camipc_worker_hello_read(&f->message, &got), -EPROTO);
}

/** What a peer could send that does not use our writer. */
static int read_raw(struct fixture *f, uint32_t window, const void *argument,
		    size_t size)
{
	Camipc__Control__ParentHello body = CAMIPC__CONTROL__PARENT_HELLO__INIT;
	uint8_t nonce[CAMIPC_NONCE_SIZE] = { 0 };
	int ret;

	body.nonce.data = nonce;
	body.nonce.len = sizeof(nonce);
	body.window = window;
	body.argument.data = (uint8_t *)(uintptr_t)argument;
	body.argument.len = size;
	assert_int_equal(camipc_message_reserve(&f->message,
						CAMIPC_MAX_CONTROL_SIZE),
			 0);
	ret = camipc_control_pack(&body.base, camipc_message_body(&f->message));
	assert_true(ret > 0);
	f->message.header.body_size = (uint32_t)ret;
	forget(f);
	return camipc_parent_hello_read(&f->message, &f->parent);
}

/** A window that does not divide 2^32 loses its place when counters wrap. */
static void windows_are_powers_of_two(void **state)
{
	static const uint32_t bad[] = { 0,
					3,
					48,
					CAMIPC_WINDOW - 1,
					CAMIPC_WINDOW + 1,
					CAMIPC_MAX_WINDOW - 1,
					2 * CAMIPC_MAX_WINDOW,
					UINT32_C(1) << 31,
					UINT32_MAX };
	struct fixture *f = *state;
	struct camipc_parent_hello sent = good_parent();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sent.window = bad[i];
		assert_int_equal(camipc_parent_hello_write(f->from, &sent),
				 -EINVAL);
		assert_int_equal(read_raw(f, bad[i], NULL, 0), -EPROTO);
	}
	for (uint32_t window = 1; window <= CAMIPC_MAX_WINDOW; window *= 2)
		assert_int_equal(read_raw(f, window, NULL, 0), 0);
}

static void arguments_are_bounded(void **state)
{
	static char text[CAMIPC_MAX_ARGUMENT_SIZE + 2];
	struct fixture *f = *state;
	struct camipc_parent_hello sent = good_parent();

	memset(text, '\xff', sizeof(text) - 1);
	sent.argument = text;
	assert_int_equal(camipc_parent_hello_write(f->from, &sent), -EINVAL);
	assert_int_equal(read_raw(f, 1, text, sizeof(text) - 1), -EPROTO);
	assert_int_equal(read_raw(f, 1, "a\0b", 3), -EPROTO);
	assert_int_equal(read_raw(f, 1, "a\0", 2), -EPROTO);
	assert_int_equal(read_raw(f, 1, "", 0), 0);
	assert_string_equal(f->parent.argument, "");

	text[CAMIPC_MAX_ARGUMENT_SIZE] = '\0';
	assert_int_equal(camipc_parent_hello_write(f->from, &sent), 0);
	receive(f);
	forget(f);
	assert_int_equal(camipc_parent_hello_read(&f->message, &f->parent), 0);
	assert_string_equal(f->parent.argument, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parent_hello_arrives),
		TEST(worker_hello_arrives),
		TEST(impossible_threads_are_refused),
		TEST(windows_are_powers_of_two),
		TEST(arguments_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
