/* SPDX-License-Identifier: MIT */
/* Tests scripts of the light in the virtual camera's scene, and its colours. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "light.h"

static void reads_steps_and_glides(void **state)
{
	struct virtual_light_script script;
	struct virtual_light light;

	(void)state;
	assert_int_equal(virtual_light_parse("0=1@5000,10=4@3000,20~0.25@6000",
					     &script, NULL),
			 0);
	assert_int_equal(script.n_points, 3);
	light = virtual_light_at(&script, 9);
	assert_true(light.brightness == 1 && light.kelvin == 5000);
	light = virtual_light_at(&script, 10);
	assert_true(light.brightness == 4 && light.kelvin == 3000);
	/* Half way: a stop is a factor, and colours go by 1 / kelvin. */
	light = virtual_light_at(&script, 15);
	assert_true(fabs(light.brightness - 1) < 1e-9);
	assert_true(fabs(light.kelvin - 4000) < 1e-9);
	light = virtual_light_at(&script, 1000000);
	assert_true(light.brightness == 0.25 && light.kelvin == 6000);
}

static void knows_where_it_went_wrong(void **state)
{
	static const struct {
		const char *text;
		int error;
		size_t position;
	} bad[] = {
		{ "", -EINVAL, 0 },
		{ "1=1@5000", -EINVAL, 0 }, /* does not begin with 0 */
		{ "0~1@5000", -EINVAL, 0 }, /* glides from nowhere */
		{ "0=1@5000,", -EINVAL, 9 },
		{ "0=1@5000,0=1@4000", -EINVAL, 9 },
		{ "0=1@5000,5=1", -EINVAL, 9 },
		{ "0=1@5000;", -EINVAL, 8 },
		{ "0=1@100", -ERANGE, 0 },
		{ "0=0@5000", -ERANGE, 0 },
		{ "0=-1@5000", -EINVAL, 0 },
		{ "0=1,5@5000", -EINVAL, 0 },
		{ "0=1e3@5000", -EINVAL, 0 },
		{ "0=99999999999999999999@5000", -EINVAL, 0 },
		{ "0.5=1@5000", -EINVAL, 0 },
		{ "99999999999=1@5000", -EINVAL, 0 },
	};
	struct virtual_light_script script = { .n_points = 7 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t position = 99;

		assert_int_equal(virtual_light_parse(bad[i].text, &script,
						     &position),
				 bad[i].error);
		assert_int_equal(position, bad[i].position);
		assert_int_equal(script.n_points, 7);
	}
}

static void refuses_endless_scripts(void **state)
{
	char text[2000] = "";
	struct virtual_light_script script;
	size_t n = 0;
	int i;

	(void)state;
	for (i = 0; i <= VIRTUAL_LIGHT_MAX_POINTS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d=1@5000",
				      i ? "," : "", i);
	assert_int_equal(virtual_light_parse(text, &script, NULL), -E2BIG);
}

static void default_script_is_fine(void **state)
{
	struct virtual_light_script script;

	(void)state;
	assert_int_equal(
		virtual_light_parse(virtual_light_default, &script, NULL), 0);
}

static void warm_light_is_red(void **state)
{
	double warm[3];
	double day[3];
	double cold[3];

	(void)state;
	virtual_light_colour(2800, warm);
	virtual_light_colour(6504, day);
	virtual_light_colour(10000, cold);
	assert_true(fabs(day[0] - 1) < 1e-12 && fabs(day[2] - 1) < 1e-12);
	assert_true(warm[0] > 1.4 && warm[2] < 0.5 && warm[1] == 1);
	assert_true(cold[0] < 1 && cold[2] > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_steps_and_glides),
		cmocka_unit_test(knows_where_it_went_wrong),
		cmocka_unit_test(refuses_endless_scripts),
		cmocka_unit_test(default_script_is_fine),
		cmocka_unit_test(warm_light_is_red),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
