/* SPDX-License-Identifier: MIT */
/*
 * Runs the oracle of tests/oracle on a random interface, and checks that every
 * message keeps to the sizes that camipc-gen explain prints. -DROUNDS= sets the
 * number of rounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "property.h"
#include "trial.h"

static const struct property_size *find_size(const char *name)
{
	for (size_t i = 0; property_sizes[i].name; i++) {
		if (strcmp(property_sizes[i].name, name) == 0)
			return &property_sizes[i];
	}
	return NULL;
}

static void keep_to_size(struct trial *trial)
{
	const char *name = trial->type->info->name;
	const struct property_size *size = find_size(name);

	if (!size)
		return; /* of a map or an array: counted where they are used */
	trial_draw(trial);
	trial_encode(trial, trial->original);
	if (trial->size < size->least || trial->size > size->most)
		fail_msg("%s takes %zu bytes, not %zu to %zu", name,
			 trial->size, size->least, size->most);
}

static void test_sizes(void **state)
{
	(void)state;
	trial_for_each(keep_to_size, ROUNDS, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
	};
	int failed = cmocka_run_group_tests(tests, trial_open_fd,
					    trial_close_fd);

	return failed ? failed : oracle_main();
}
