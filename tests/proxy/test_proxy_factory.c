/* SPDX-License-Identifier: MIT */
/*
 * Tests the registries of proxy factories and interfaces: requirements 2 to 8.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ipa_link.h"
#include "log_capture.h"

static int create_nothing(const struct camipc_link_params *params,
			  struct camipc_link **ret_link)
{
	(void)params;
	(void)ret_link;
	return -ENOSYS;
}

#define FACTORY(text)                          \
	{                                      \
		.size = sizeof(struct camipc_proxy_factory), \
		.name = (text),                \
		.create = create_nothing,      \
	}

/* Requirement 3: one macro, and no list to edit. */
static const struct camipc_proxy_factory beta = FACTORY("beta");
static const struct camipc_proxy_factory alpha = FACTORY("alpha");
static const struct camipc_proxy_factory beta_again = FACTORY("beta");
static const struct camipc_proxy_factory nameless = FACTORY("");

CAMIPC_REGISTER_PROXY_FACTORY(beta)
CAMIPC_REGISTER_PROXY_FACTORY(alpha)
CAMIPC_REGISTER_PROXY_FACTORY(beta_again)
CAMIPC_REGISTER_PROXY_FACTORY(nameless)

static const struct camipc_interface ipa_x = {
	.size = sizeof(ipa_x),
	.name = "ipa.x",
};
static const struct camipc_interface ipa_a = {
	.size = sizeof(ipa_a),
	.name = "ipa.a",
};

CAMIPC_REGISTER_INTERFACE(ipa_x)
CAMIPC_REGISTER_INTERFACE(ipa_a)

static size_t found_before_main;
static size_t listed_before_main;

/* Requirement 5: usable on first use, even by another constructor. */
__attribute__((constructor)) static void use_early(void)
{
	const char *names[4];

	listed_before_main = camipc_proxy_factory_list(names, 4);
	found_before_main = camipc_proxy_factory_find("no such") == NULL;
}

static int begin_log(void **state)
{
	(void)state;
	log_capture_begin();
	return 0;
}

static int end_log(void **state)
{
	(void)state;
	log_capture_end();
	return 0;
}

static void test_use_before_main(void **state)
{
	(void)state;
	assert_int_equal(found_before_main, 1);
	/* How many were there by then is the linker's choice. */
	assert_true(listed_before_main <= 2);
}

/* Requirement 7: found by name, and listed; link order does not show. */
static void test_find_and_list(void **state)
{
	const char *names[8] = { 0 };

	(void)state;
	assert_ptr_equal(camipc_proxy_factory_find("alpha"), &alpha);
	assert_null(camipc_proxy_factory_find("gamma"));
	assert_null(camipc_proxy_factory_find(""));
	assert_null(camipc_proxy_factory_find(NULL));
	assert_int_equal(camipc_proxy_factory_list(names, 8), 2);
	assert_string_equal(names[0], "alpha");
	assert_string_equal(names[1], "beta");
	assert_null(names[2]);
}

static void test_list_with_little_room(void **state)
{
	const char *names[2] = { NULL, "untouched" };

	(void)state;
	assert_int_equal(camipc_proxy_factory_list(names, 1), 2);
	assert_string_equal(names[0], "alpha");
	assert_string_equal(names[1], "untouched");
	assert_int_equal(camipc_proxy_factory_list(NULL, 0), 2);
}

/* Requirement 4: a duplicate is refused, and the first one stays. */
static void test_early_duplicate(void **state)
{
	const struct camipc_proxy_factory *found =
		camipc_proxy_factory_find("beta");

	(void)state;
	/* Either may have come first, but it is one of them. */
	assert_true(found == &beta || found == &beta_again);
}

static void test_late_duplicate(void **state)
{
	static const struct camipc_proxy_factory again = FACTORY("alpha");

	(void)state;
	assert_int_equal(camipc_proxy_factory_register(&again), -EEXIST);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "cannot register proxy factory \"alpha\"");
	assert_ptr_equal(camipc_proxy_factory_find("alpha"), &alpha);
	/* Logged once. */
	log_capture_expect(1, CAMIPC_LOG_ERROR, "cannot register");
}

/* Requirement 6: at debug level, with the name. */
static void test_registration_is_logged(void **state)
{
	static const struct camipc_proxy_factory zeta = FACTORY("zeta");

	(void)state;
	assert_int_equal(camipc_proxy_factory_register(&zeta), 0);
	log_capture_expect(1, CAMIPC_LOG_DEBUG,
			   "proxy factory \"zeta\" registered");
	assert_ptr_equal(camipc_proxy_factory_find("zeta"), &zeta);
	log_capture_expect(1, CAMIPC_LOG_DEBUG, "registered");
}

static void test_bad_factories(void **state)
{
	struct camipc_proxy_factory bad = FACTORY("bad");

	(void)state;
	bad.size--;
	assert_int_equal(camipc_proxy_factory_register(&bad), -EINVAL);
	bad.size++;
	bad.name = NULL;
	assert_int_equal(camipc_proxy_factory_register(&bad), -EINVAL);
	bad.name = "";
	assert_int_equal(camipc_proxy_factory_register(&bad), -EINVAL);
	bad.name = "bad";
	bad.create = NULL;
	assert_int_equal(camipc_proxy_factory_register(&bad), -EINVAL);
	assert_int_equal(camipc_proxy_factory_register(NULL), -EINVAL);
	log_capture_expect(5, CAMIPC_LOG_ERROR, "cannot register");
	assert_null(camipc_proxy_factory_find("bad"));
}

/* Interfaces are registered by the same mechanism. */
static void test_interfaces(void **state)
{
	static const struct camipc_interface again = {
		.size = sizeof(again),
		.name = "ipa.a",
	};
	const struct camipc_interface *found[4] = { 0 };

	(void)state;
	assert_ptr_equal(camipc_interface_find("ipa.x"), &ipa_x);
	assert_null(camipc_interface_find("alpha"));
	assert_int_equal(camipc_interface_list(found, 4), 2);
	assert_ptr_equal(found[0], &ipa_a);
	assert_ptr_equal(found[1], &ipa_x);
	assert_int_equal(camipc_interface_register(&again), -EEXIST);
	/* What was refused cannot take the other one out. */
	camipc_interface_unregister(&again);
	assert_ptr_equal(camipc_interface_find("ipa.a"), &ipa_a);
	camipc_interface_unregister(&ipa_a);
	assert_null(camipc_interface_find("ipa.a"));
	assert_int_equal(camipc_interface_register(&again), 0);
	assert_ptr_equal(camipc_interface_find("ipa.a"), &again);
}

static void *register_same(void *user)
{
	static const struct camipc_proxy_factory raced = FACTORY("raced");
	int *ret = user;

	*ret = camipc_proxy_factory_register(&raced);
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[8];
	int rets[8];
	int won = 0;

	(void)state;
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						register_same, &rets[i]),
				 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		won += rets[i] == 0;
		assert_true(rets[i] == 0 || rets[i] == -EEXIST);
	}
	assert_int_equal(won, 1);
}

/* Last: nothing of it can be taken back. */
static void test_full_table(void **state)
{
	static struct camipc_proxy_factory many[100];
	static char names[100][16];
	int ret = 0;
	int n = 0;

	(void)state;
	for (; n < 100 && ret == 0; n++) {
		snprintf(names[n], sizeof(names[n]), "n%03d", n);
		many[n] = (struct camipc_proxy_factory)FACTORY(names[n]);
		ret = camipc_proxy_factory_register(&many[n]);
	}
	assert_int_equal(ret, -ENOSPC);
	assert_ptr_equal(camipc_proxy_factory_find("n000"), &many[0]);
	assert_ptr_equal(camipc_proxy_factory_find("zeta")->name,
			 camipc_proxy_factory_find("zeta")->name);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin_log, end_log)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_use_before_main),
		T(test_find_and_list),
		T(test_list_with_little_room),
		T(test_early_duplicate),
		T(test_late_duplicate),
		T(test_registration_is_logged),
		T(test_bad_factories),
		T(test_interfaces),
		T(test_threads),
		T(test_full_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
