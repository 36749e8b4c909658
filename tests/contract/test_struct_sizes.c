/* SPDX-License-Identifier: MIT */
/*
 * Tests the structs that begin with their size and that a caller fills in: one
 * whose size was forgotten or is wrong is an error with a line in the log, and
 * never a struct without members. struct_sizes.py compares the table below with
 * the headers.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "echo_ipa_proxy.h"
#include "ipa_link.h"
#include "log_capture.h"
#include "tap.h"

/* Room behind each struct, for members of a later version. */
#define TAIL 16

static struct camipc_manager *manager;
static struct test_echo *ipa;

static void never_closed(const void *events, void *user,
			 const struct camipc_closed_info *info)
{
	(void)events;
	(void)user;
	(void)info;
}

/* ---- each struct, given to its function -------------------------------- */

static int give_options(const void *object)
{
	struct camipc_manager *made = NULL;
	int ret = camipc_manager_create(object, &made);

	if (ret == 0)
		camipc_manager_destroy(made);
	return ret;
}

static int create(const struct camipc_match *match,
		  const struct camipc_client *client, const void *events)
{
	struct camipc_proxy *proxy;
	int ret = camipc_proxy_create(manager, match, client, events, NULL,
				      &proxy);

	if (ret == 0)
		camipc_proxy_destroy(proxy);
	return ret;
}

static const struct camipc_match match = {
	.path = ECHO_MODULE,
	.isolation = "thread",
};

static int give_client(const void *object)
{
	return create(&match, object, NULL);
}

static int give_budget(const void *object)
{
	struct camipc_match with_budget = match;
	struct test_echo *made;
	int ret;

	with_budget.budget = object;
	ret = test_echo_create(manager, &with_budget, NULL, NULL, &made);
	if (ret == 0)
		test_echo_destroy(made);
	return ret;
}

static int give_events(const void *object)
{
	struct test_echo *made;
	int ret = test_echo_create(manager, &match, object, NULL, &made);

	if (ret == 0)
		test_echo_destroy(made);
	return ret;
}

static int give_stats(const void *object)
{
	return camipc_proxy_get_stats(test_echo_get_proxy(ipa),
				      (void *)(uintptr_t)object);
}

static int give_memory_stats(const void *object)
{
	return camipc_proxy_get_memory_stats(test_echo_get_proxy(ipa),
					     (void *)(uintptr_t)object);
}

static int give_method_stats(const void *object)
{
	return camipc_proxy_get_method_stats(test_echo_get_proxy(ipa), 0,
					     (void *)(uintptr_t)object);
}

static int give_closer_stats(const void *object)
{
	return camipc_get_closer_stats((void *)(uintptr_t)object);
}

static int give_interface(const void *object)
{
	int ret = camipc_interface_register(object);

	if (ret == 0)
		camipc_interface_unregister(object);
	return ret;
}

/** A factory cannot be taken back: only wrong ones are given. */
static int give_factory(const void *object)
{
	return camipc_proxy_factory_register(object);
}

static void release(struct camipc_observer *observer)
{
	(void)observer;
}

static int give_observer(const void *object)
{
	struct camipc_observer observer = { .ops = object };
	struct camipc_tap tap = { .first = NULL };

	return camipc_tap_add(&tap, &observer);
}

/* ---- the table --------------------------------------------------------- */

static const struct camipc_manager_options options = {
	.size = sizeof(options),
};
static const struct camipc_client client = {
	.size = sizeof(client),
	.descriptor = &test_echo_interface,
	.invoke_closed = never_closed,
};
static const struct camipc_budget budget = { .size = sizeof(budget) };
static const struct test_echo_events events = { .size = sizeof(events) };
static const struct camipc_proxy_stats stats = { .size = sizeof(stats) };
static const struct camipc_memory_stats memory = { .size = sizeof(memory) };
static const struct camipc_closer_stats closer = { .size = sizeof(closer) };
static const struct camipc_method_stats method = { .size = sizeof(method) };
static const struct camipc_interface interface = {
	.size = sizeof(interface),
	.name = "test.sizes",
};
static const struct camipc_proxy_factory factory = {
	.size = sizeof(factory),
};
static const struct camipc_observer_ops observer = {
	.size = sizeof(observer),
	.release = release,
};

static const struct row {
	const char *name; /* in the line of the log */
	int (*give)(const void *object);
	const void *right;
	size_t size;
	bool is_result; /* the library fills it in */
	bool only_wrong; /* the right one is not given */
} rows[] = {
	{ "struct camipc_manager_options", give_options, &options,
	  sizeof(options), false, false },
	{ "struct camipc_client", give_client, &client, sizeof(client), false,
	  false },
	{ "struct camipc_budget", give_budget, &budget, sizeof(budget), false,
	  false },
	{ "the table of events", give_events, &events, sizeof(events), false,
	  false },
	{ "struct camipc_proxy_stats", give_stats, &stats, sizeof(stats), true,
	  false },
	{ "struct camipc_memory_stats", give_memory_stats, &memory,
	  sizeof(memory), true, false },
	{ "struct camipc_method_stats", give_method_stats, &method,
	  sizeof(method), true, false },
	{ "struct camipc_closer_stats", give_closer_stats, &closer,
	  sizeof(closer), true, false },
	{ "struct camipc_interface", give_interface, &interface,
	  sizeof(interface), false, false },
	{ "struct camipc_proxy_factory", give_factory, &factory,
	  sizeof(factory), false, true },
	{ "struct camipc_observer_ops", give_observer, &observer,
	  sizeof(observer), false, false },
};

#define N_ROWS (sizeof(rows) / sizeof(*rows))

/** A copy of the right struct with room behind it, and another size. */
static void *copy_with_size(const struct row *row, size_t size)
{
	const uint32_t stored = (uint32_t)size;
	uint8_t *copy = calloc(1, row->size + TAIL);

	assert_non_null(copy);
	memcpy(copy, row->right, row->size);
	memcpy(copy, &stored, sizeof(stored));
	return copy;
}

static void expect(const struct row *row, size_t size, uint8_t tail, int ret,
		   unsigned int n_lines)
{
	uint8_t *copy = copy_with_size(row, size);
	int got;

	copy[row->size] = tail;
	log_capture_begin();
	got = row->give(copy);
	log_capture_end();
	if (got != ret)
		fail_msg("%s of %zu bytes: %d", row->name, size, got);
	log_capture_expect(n_lines, CAMIPC_LOG_ERROR, row->name);
	free(copy);
}

static void no_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++)
		expect(&rows[i], 0, 0, -EINVAL, 1);
}

/** A few bytes, as after a forgotten dereference. */
static void a_small_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++)
		expect(&rows[i], 4, 0, -EINVAL, 1);
}

static void the_right_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!rows[i].only_wrong)
			expect(&rows[i], rows[i].size, 0, 0, 0);
	}
}

/** A later version's struct, whose new members are as before. */
static void a_later_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!rows[i].only_wrong)
			expect(&rows[i], rows[i].size + TAIL, 0, 0, 0);
	}
}

/** A later version's struct that asks for something unknown. */
static void an_unknown_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!rows[i].is_result)
			expect(&rows[i], rows[i].size + TAIL, 1, -E2BIG, 1);
	}
}

/** A match has no size, but spare members. */
static void spare_members(void **state)
{
	const size_t n = sizeof(match.spare_pointers) /
			 sizeof(match.spare_pointers[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct camipc_match wrong = match;

		wrong.spare_pointers[i] = &wrong;
		log_capture_begin();
		assert_int_equal(create(&wrong, &client, NULL), -EINVAL);
		log_capture_end();
		log_capture_expect(1, CAMIPC_LOG_ERROR, "struct camipc_match");
	}
}

static int set_up(void **state)
{
	(void)state;
	assert_int_equal(camipc_manager_create(NULL, &manager), 0);
	assert_int_equal(test_echo_create(manager, &match, NULL, NULL, &ipa),
			 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_echo_destroy(ipa);
	camipc_manager_destroy(manager);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_size),
		cmocka_unit_test(a_small_size),
		cmocka_unit_test(the_right_size),
		cmocka_unit_test(a_later_version),
		cmocka_unit_test(an_unknown_member),
		cmocka_unit_test(spare_members),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
