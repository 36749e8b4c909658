/* SPDX-License-Identifier: MIT */
/* Tests that every reason has a name and a text of its own. */
#include <camipc/reason.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A reason that is missing here is an error of the compiler (-Wswitch), so
 * that CAMIPC_N_REASONS cannot be forgotten when one is added. */
static bool is_known(enum camipc_reason reason)
{
	switch (reason) {
	case CAMIPC_REASON_NONE:
	case CAMIPC_REASON_EXITED:
	case CAMIPC_REASON_SIGNALED:
	case CAMIPC_REASON_DISCONNECTED:
	case CAMIPC_REASON_BAD_FRAMING:
	case CAMIPC_REASON_BAD_PROTOCOL:
	case CAMIPC_REASON_BAD_MESSAGE:
	case CAMIPC_REASON_BAD_FD:
	case CAMIPC_REASON_BAD_LIMIT:
	case CAMIPC_REASON_TIMEOUT:
	case CAMIPC_REASON_UNRESPONSIVE:
	case CAMIPC_REASON_HUNG_THREAD:
	case CAMIPC_REASON_BAD_ARGUMENT:
	case CAMIPC_REASON_BAD_STATE:
	case CAMIPC_REASON_NO_CREDIT:
	case CAMIPC_REASON_NO_MEMORY:
	case CAMIPC_REASON_NO_FDS:
	case CAMIPC_REASON_WATCHDOG:
	case CAMIPC_REASON_WRONG_THREAD:
	case CAMIPC_REASON_UNWOUND:
	case CAMIPC_REASON_BAD_RANGE:
	case CAMIPC_REASON_BAD_DEPTH:
	case CAMIPC_REASON_BYE:
	case CAMIPC_REASON_REFUSED:
	case CAMIPC_REASON_TOO_LARGE:
	case CAMIPC_REASON_SANDBOX:
	case CAMIPC_REASON_BAD_RING:
	case CAMIPC_REASON_EXCEPTION:
	case CAMIPC_REASON_WORKER_RESTARTED:
	case CAMIPC_REASON_RESTORE_MISMATCH:
	case CAMIPC_REASON_JOURNAL_FULL:
	case CAMIPC_REASON_RESTART_FAILED:
	case CAMIPC_REASON_RELOADED:
		return true;
	}
	return false;
}

static void the_number_of_reasons_is_right(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 256; i++)
		assert_int_equal(is_known((enum camipc_reason)i),
				 i < CAMIPC_N_REASONS);
}

static void every_reason_has_a_name_and_a_text_of_its_own(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < CAMIPC_N_REASONS; i++) {
		enum camipc_reason reason = (enum camipc_reason)i;
		const char *name = camipc_reason_to_name(reason);
		const char *text = camipc_reason_to_string(reason);

		assert_non_null(name);
		assert_true(strncmp(text, "reason ", 7) != 0);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"),
				 strlen(name));
		for (unsigned int j = 0; j < i; j++) {
			enum camipc_reason other = (enum camipc_reason)j;

			assert_string_not_equal(name,
						camipc_reason_to_name(other));
			assert_string_not_equal(text,
						camipc_reason_to_string(other));
		}
	}
}

static void unknown_reasons_show_their_number(void **state)
{
	(void)state;
	assert_string_equal(camipc_reason_to_string((enum camipc_reason)77),
			    "reason 77");
	assert_string_equal(
		camipc_reason_to_string((enum camipc_reason)UINT32_MAX),
		"reason 4294967295");
	assert_null(camipc_reason_to_name((enum camipc_reason)77));
	assert_null(camipc_reason_to_name((enum camipc_reason)
						  CAMIPC_N_REASONS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_number_of_reasons_is_right),
		cmocka_unit_test(every_reason_has_a_name_and_a_text_of_its_own),
		cmocka_unit_test(unknown_reasons_show_their_number),
	};

	return cmocka_run_group_tests_name("reason_text", tests, NULL, NULL);
}
