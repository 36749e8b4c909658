/* SPDX-License-Identifier: MIT */
/*
 * Tests values of half a mebibyte in a thread whose stack is smaller, and in a
 * worker whose stack is: in arguments, outputs, events and completions.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "backend.h"
#include "big_ipa_proxy.h"
#include "fd_leak.h"
#include "log_capture.h"

/* Of the host's thread, in bytes. Sanitizers make frames larger. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK_SIZE (400u * 1024)
#else
#define STACK_SIZE (128u * 1024)
#endif

/* Of the worker's main thread: loading libraries takes some. */
#define WORKER_STACK_SIZE (400u * 1024)

#define PATIENCE_MS 20000

static const char *backend = "thread";
static struct camipc_manager *manager;
static struct test_big *ipa;

/* On no stack. */
static struct test_big_big big;
static struct test_big_big big_back;
static struct test_big_owning owning;
static struct test_big_owning owning_back;
static struct test_big_choice choice;
static struct test_big_choice choice_back;
static struct test_big_places places;
static struct test_big_places places_back;
static struct test_big_tree trees[30];
static uint8_t table[65536];
static uint8_t table_back[65536];
static int n_pushed;
static int n_done;

static bool is_big(const struct test_big_big *value)
{
	return memcmp(value, &big, sizeof(big)) == 0;
}

static void on_pushed(void *user, const struct test_big_big *value)
{
	(void)user;
	n_pushed += is_big(value);
}

static void on_pushed_two(void *user, const struct test_big_big *value,
			  const struct test_big_owning *other)
{
	(void)user;
	n_pushed += is_big(value) && strcmp(other->text, "owned") == 0;
}

static const struct test_big_events events = {
	.size = sizeof(events),
	.pushed = on_pushed,
	.pushed_two = on_pushed_two,
};

static void on_two(void *user, int ret, const struct test_big_two_outs *outs)
{
	(void)user;
	n_done += ret == 7 && is_big(&outs->same);
}

static void dispatch_until(const int *counter, int wanted)
{
	struct pollfd pfd = { .fd = test_big_get_fd(ipa), .events = POLLIN };

	while (*counter < wanted) {
		assert_int_equal(poll(&pfd, 1, PATIENCE_MS), 1);
		assert_true(test_big_dispatch(ipa) >= 0);
	}
}

static void make_values(void)
{
	for (uint32_t i = 0; i < 65536; i += 4096) {
		big.words[i] = i;
		owning.words[i] = i;
		table[i] = (uint8_t)(i >> 12);
	}
	owning.text = "owned";
	choice.tag = TEST_BIG_CHOICE_OWNING;
	choice.owning = owning;
	for (size_t i = 0; i < 29; i++) {
		trees[i].children = &trees[i + 1];
		trees[i].n_children = 1;
	}
	places.maybe = &big;
	places.list = &owning;
	places.n_list = 1;
	places.choice = choice;
	places.tree = trees[0];
}

static void create(void)
{
	static const char *const workers[] = { ECHO_WORKER, NULL };
	static const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct camipc_match match = {
		.path = MODULE,
		.isolation = test_backend_isolation(backend),
		.transport = test_backend_transport(backend),
	};

	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	assert_int_equal(test_big_create(manager, &match, &events, NULL, &ipa),
			 0);
}

static void call(void)
{
	int32_t number;

	assert_int_equal(test_big_one(ipa, &big, &big_back), 0);
	assert_true(is_big(&big_back));
	assert_int_equal(test_big_two(ipa, &big, &owning, &big_back,
				      &owning_back),
			 7);
	assert_true(is_big(&big_back));
	assert_string_equal(owning_back.text, "owned");
	test_big_owning_clear(&owning_back);
	assert_int_equal(test_big_two(ipa, &big, &owning, NULL, NULL), 7);
	assert_int_equal(test_big_table(ipa, table, table_back), 0);
	assert_memory_equal(table_back, table, sizeof(table));
	assert_int_equal(test_big_choose(ipa, &choice, &choice_back), 0);
	assert_string_equal(choice_back.owning.text, "owned");
	test_big_choice_clear(&choice_back);
	assert_int_equal(test_big_place(ipa, &places, &places_back, &number),
			 0);
	assert_int_equal(number, 8);
	assert_int_equal(places_back.n_list, 1);
	test_big_places_clear(&places_back);
}

/** NULL is refused as before, whether a struct is passed on or filled in. */
static void refuse(void)
{
	assert_int_equal(test_big_one(ipa, NULL, &big_back), -EINVAL);
	assert_int_equal(test_big_two(ipa, &big, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(test_big_table(ipa, NULL, NULL), -EINVAL);
	assert_int_equal(test_big_push(ipa, NULL), -EINVAL);
	assert_int_equal(camipc_proxy_last_reason(test_big_get_proxy(ipa),
						  NULL),
			 CAMIPC_REASON_BAD_ARGUMENT);
}

static void raise_events(void)
{
	n_pushed = 0;
	assert_int_equal(test_big_push(ipa, &big), 0);
	assert_int_equal(test_big_push_two(ipa, &big, &owning), 0);
	dispatch_until(&n_pushed, 2);
	n_done = 0;
	assert_int_equal(test_big_two_begin(ipa, &big, &owning, on_two, NULL),
			 0);
	dispatch_until(&n_done, 1);
}

static void copy(void)
{
	assert_int_equal(test_big_big_copy(&big_back, &big), 0);
	test_big_big_clear(&big_back);
	assert_int_equal(test_big_places_copy(&places_back, &places), 0);
	test_big_places_clear(&places_back);
}

static void *live(void *user)
{
	create();
	assert_int_equal(test_big_init(ipa), 0);
	call();
	assert_int_equal(test_big_start(ipa), 0);
	call();
	refuse();
	raise_events();
	copy();
	assert_int_equal(test_big_stop(ipa), 0);
	test_big_destroy(ipa);
	camipc_manager_destroy(manager);
	return user;
}

static void small_stacks(void **state)
{
	struct rlimit limit = { .rlim_cur = WORKER_STACK_SIZE };
	pthread_attr_t attributes;
	struct fd_leak before;
	struct rlimit old;
	pthread_t thread;
	void *result;

	make_values();
	log_capture_begin();
	fd_leak_take(&before);
	assert_int_equal(getrlimit(RLIMIT_STACK, &old), 0);
	limit.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_STACK, &limit), 0);
	pthread_attr_init(&attributes);
	assert_int_equal(pthread_attr_setstacksize(&attributes, STACK_SIZE), 0);
	assert_int_equal(pthread_create(&thread, &attributes, live, state), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, state);
	pthread_attr_destroy(&attributes);
	setrlimit(RLIMIT_STACK, &old);
	log_capture_end();
	fd_leak_assert_none(&before);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_stacks),
	};

	if (argc > 1)
		backend = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
