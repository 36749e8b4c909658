/* SPDX-License-Identifier: MIT */
/*
 * The first messages between a camera process and a worker: everything that is
 * sent arrives, and values that nobody may send are refused on both sides
 * (threats 2 and 4).
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control_message.h"
#include "fd_leak.h"
#include "fd_table.h"
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
	static const struct camipc_channel_limits limits = {
		.max_message_size = 1 << 20,
		.max_fds = CAMIPC_MAX_LOADS + 1,
	};
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
	free(f->parent.paths);
	camipc_load_files_close(&f->parent.loads);
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
		.flags = 0x80000000,
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
	assert_int_equal(f->parent.flags, 0x80000000);
}

/** Makes a message of a hello, as no writer of ours would. */
static void pack(struct fixture *f, Camipc__Control__ParentHello *body)
{
	uint8_t nonce[CAMIPC_NONCE_SIZE] = { 0 };
	int ret;

	body->nonce.data = nonce;
	body->nonce.len = sizeof(nonce);
	assert_int_equal(camipc_message_reserve(&f->message,
						CAMIPC_MAX_CONTROL_SIZE),
			 0);
	ret = camipc_control_pack(&body->base,
				  camipc_message_body(&f->message));
	assert_true(ret > 0);
	f->message.header.body_size = (uint32_t)ret;
}

/** What a peer could send that does not use our writer. */
static int read_raw(struct fixture *f, uint32_t window, const void *argument,
		    size_t size)
{
	Camipc__Control__ParentHello body = CAMIPC__CONTROL__PARENT_HELLO__INIT;

	body.window = window;
	body.argument.data = (uint8_t *)(uintptr_t)argument;
	body.argument.len = size;
	pack(f, &body);
	forget(f);
	return camipc_parent_hello_read(&f->message, &f->parent);
}

/** A hello with this text of loads, and as many descriptors. */
static int read_loads(struct fixture *f, const char *loads, size_t size,
		      unsigned int n_fds)
{
	Camipc__Control__ParentHello body = CAMIPC__CONTROL__PARENT_HELLO__INIT;

	body.window = CAMIPC_WINDOW;
	body.loads.data = (uint8_t *)(uintptr_t)loads;
	body.loads.len = size;
	pack(f, &body);
	while (n_fds--)
		assert_int_equal(camipc_fd_table_add(
					 &f->message.fds,
					 open("/dev/null", O_RDONLY)),
				 0);
	forget(f);
	return camipc_parent_hello_read(&f->message, &f->parent);
}

static void add_load(struct camipc_load_files *loads, const char *path,
		     bool is_pinned)
{
	assert_int_equal(camipc_load_files_add(loads,
					       open(path, O_RDONLY | O_CLOEXEC),
					       path, is_pinned),
			 0);
}

/* With their descriptors, which the message no longer has. */
static void files_to_load_arrive(void **state)
{
	struct fixture *f = *state;
	struct camipc_parent_hello sent = good_parent();
	struct fd_leak before;
	char name[CAMIPC_HOST_LOAD_PATH_SIZE];

	fd_leak_take(&before);
	add_load(&sent.loads, "/dev/null", true);
	add_load(&sent.loads, "/dev/zero", false);
	assert_int_equal(camipc_parent_hello_write(f->from, &sent), 0);
	receive(f);
	assert_int_equal(camipc_parent_hello_read(&f->message, &f->parent), 0);
	assert_int_equal(f->message.fds.n, 0);
	assert_int_equal(f->parent.loads.n, 2);
	assert_int_equal(camipc_load_files_path(&f->parent.loads, 0, name), 0);
	assert_string_equal(name, "/dev/null");
	assert_int_equal(camipc_load_files_path(&f->parent.loads, 1, name), 0);
	assert_int_equal(strncmp(name, "/proc/self/fd/", 14), 0);
	assert_string_equal(f->parent.loads.files[1].path, "/dev/zero");
	assert_int_equal(f->parent.loads.files[1].inode,
			 sent.loads.files[1].inode);
	assert_int_equal(camipc_load_files_path(&f->parent.loads, 2, name),
			 -ENOENT);
	camipc_load_files_close(&sent.loads);
	forget(f);
	fd_leak_assert_none(&before);
}

/* As many paths as descriptors, each of a known kind; no descriptor is lost. */
static void files_without_a_pair_are_refused(void **state)
{
	static const struct {
		const char *loads;
		size_t size;
		unsigned int n_fds;
	} bad[] = {
		{ "", 0, 1 },		   { "p/a", 4, 0 },
		{ "p/a", 4, 2 },	   { "p/a\0o/b", 8, 1 },
		{ "x/a", 4, 1 },	   { "p/a", 3, 1 },
		{ "p/a\0o/b", 7, 2 },	   { "", 1, 1 },
		{ "p\0p\0p\0p\0p\0p\0p\0p\0p\0", 18, 9 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fd_leak before;

		fd_leak_take(&before);
		assert_int_equal(read_loads(f, bad[i].loads, bad[i].size,
					    bad[i].n_fds),
				 i == 8 ? -EMSGSIZE : -EPROTO);
		camipc_message_reset(&f->message);
		forget(f);
		fd_leak_assert_none(&before);
	}
}

/** The camera process takes no files from a worker. */
static void a_workers_hello_has_no_files(void **state)
{
	struct fixture *f = *state;
	const struct camipc_worker_hello sent = { .build_id_size = 0 };
	struct camipc_worker_hello got = { 0 };

	assert_int_equal(camipc_worker_hello_write(f->from, &sent), 0);
	receive(f);
	f->message.header.n_fds = 1;
	assert_int_equal(camipc_worker_hello_read(&f->message, &got), -EPROTO);
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
		TEST(files_to_load_arrive),
		TEST(files_without_a_pair_are_refused),
		TEST(a_workers_hello_has_no_files),
		TEST(worker_hello_arrives),
		TEST(impossible_threads_are_refused),
		TEST(windows_are_powers_of_two),
		TEST(arguments_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
