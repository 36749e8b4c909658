/* SPDX-License-Identifier: MIT */
/*
 * Tests that failures before main() are logged at first use: requirements 4 and
 * 6.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

static const struct camipc_proxy_factory once = {
	.size = sizeof(once),
	.name = "once",
	.create = create_nothing,
};
static const struct camipc_proxy_factory twice = {
	.size = sizeof(twice),
	.name = "once",
	.create = create_nothing,
};

CAMIPC_REGISTER_PROXY_FACTORY(once)
CAMIPC_REGISTER_PROXY_FACTORY(twice)

static const struct camipc_interface described = {
	.size = sizeof(described),
	.name = "ipa.described",
};

CAMIPC_REGISTER_INTERFACE(described)

static void test_first_use_tells(void **state)
{
	(void)state;
	log_capture_begin();
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_DEBUG), 0);
	assert_non_null(camipc_proxy_factory_find("once"));
	log_capture_expect(1, CAMIPC_LOG_DEBUG,
			   "proxy factory \"once\" registered");
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "cannot register proxy factory \"once\": the "
			   "name is taken");
	assert_non_null(camipc_proxy_factory_find("once"));
	log_capture_expect(1, CAMIPC_LOG_ERROR, "cannot register");
	log_capture_expect(0, CAMIPC_LOG_DEBUG, "ipa.described");
	assert_non_null(camipc_interface_find("ipa.described"));
	log_capture_expect(1, CAMIPC_LOG_DEBUG,
			   "interface \"ipa.described\" registered");
	log_capture_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_use_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
