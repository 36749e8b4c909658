/* SPDX-License-Identifier: MIT */
/* Tests lens shading: which tables are used, and what it makes of statistics. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lens_shading.h"

#define NODES IPA_SOFTISP_SHADING_NODES

static struct softisp_tuning tuning;
static struct softisp_lens_shading shading;

/* Tables whose factors are all the same: 1, 2, 4, ... for red, and a half more
 * for each further plane. */
static void make_tables(size_t n, const double *kelvins)
{
	softisp_tuning_init(&tuning);
	tuning.n_shadings = n;
	for (size_t i = 0; i < n; i++) {
		tuning.shadings[i].kelvin = kelvins[i];
		for (uint32_t k = 0; k < 4 * NODES; k++)
			tuning.shadings[i].factors[k / NODES][k % NODES] =
				(uint16_t)((1024u << i) + 512 * (k / NODES));
	}
}

static void expect_tables(int32_t first, int32_t second, int32_t part)
{
	int32_t tables[3];

	softisp_lens_shading_tables(&shading, tables);
	assert_int_equal(tables[0], first);
	assert_int_equal(tables[1], second);
	assert_int_equal(tables[2], part);
}

static void interpolates_between_temperatures(void **state)
{
	static const double kelvins[] = { 3000, 4000, 6000 };

	(void)state;
	make_tables(3, kelvins);
	softisp_lens_shading_init(&shading, &tuning, 2000);
	expect_tables(3000, 3000, 0);
	assert_int_equal(shading.factors[0][0], 1024);
	softisp_lens_shading_update(&shading, 20000);
	expect_tables(6000, 6000, 0);
	assert_int_equal(shading.factors[3][NODES - 1], 4096 + 1536);
	/* In 1 / kelvin, 4800 K is half of the way. */
	softisp_lens_shading_update(&shading, 4800);
	expect_tables(4000, 6000, 500);
	assert_int_equal(shading.factors[0][7], 3072);
	assert_int_equal(shading.factors[2][7], 3072 + 1024);
	softisp_lens_shading_update(&shading, 4000);
	expect_tables(4000, 4000, 0);
	assert_int_equal(shading.factors[0][7], 2048);
}

/* Each change costs the developer of pictures the work for each pixel. */
static void small_changes_change_nothing(void **state)
{
	static const double kelvins[] = { 3000, 6000 };
	struct softisp_lens_shading before;

	(void)state;
	make_tables(2, kelvins);
	softisp_lens_shading_init(&shading, &tuning, 4000);
	expect_tables(3000, 6000, 500);
	before = shading;
	for (int i = 0; i < 10; i++) {
		/* Half of a step is 1 / 384000 in 1 / kelvin. */
		softisp_lens_shading_update(
			&shading, 1 / (1 / 4000.0 - 1 / 384000.0 *
						    (i & 1 ? 1.4 : -1.4)));
		assert_memory_equal(&before, &shading, sizeof(before));
	}
	softisp_lens_shading_update(&shading,
				    1 / (1 / 4000.0 - 1.6 / 384000.0));
	expect_tables(3000, 6000, 531);
}

static void no_table_is_no_shading(void **state)
{
	static struct ipa_softisp_parameters parameters;
	static struct ipa_softisp_statistics s;
	const double black[3] = { 64, 64, 64 };

	(void)state;
	make_tables(0, NULL);
	softisp_lens_shading_init(&shading, &tuning, 4000);
	softisp_lens_shading_update(&shading, 5000);
	s.zones[3] = (struct ipa_softisp_zone){ 500, 600, 700, 1, 0 };
	assert_true(softisp_lens_shading_correct(&shading, black, &s) == 1);
	assert_int_equal(s.zones[3].green, 600);
	parameters.has_shading = 1;
	softisp_lens_shading_prepare(&shading, &parameters);
	assert_int_equal(parameters.has_shading, 0);
}

/* A grey wall behind the lens: each zone has what is left of 400 values. */
static void zones_are_measured_without_the_lens(void **state)
{
	static const double kelvin[] = { 5000 };
	static struct ipa_softisp_parameters parameters;
	static struct ipa_softisp_statistics s;
	const double black[3] = { 64, 60, 56 };
	uint16_t(*factors)[NODES];

	(void)state;
	make_tables(1, kelvin);
	factors = tuning.shadings[0].factors;
	for (int plane = 0; plane < 4; plane++)
		for (uint32_t i = 0; i < NODES; i++) {
			double x = i % IPA_SOFTISP_SHADING_COLUMNS / 8.0 - 1;
			double y = i / IPA_SOFTISP_SHADING_COLUMNS / 6.0 - 1;

			factors[plane][i] = (uint16_t)(
				1024 * (1 + (1 + plane) * (x * x + y * y) / 4));
		}
	softisp_lens_shading_init(&shading, &tuning, 4000);
	for (uint32_t i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++) {
		double x = (i % IPA_SOFTISP_ZONE_COLUMNS + 0.5) / 8.0 - 1;
		double y = (i / IPA_SOFTISP_ZONE_COLUMNS + 0.5) / 6.0 - 1;
		double far = (x * x + y * y) / 4;
		const uint32_t n = 1000;

		s.zones[i].count = n;
		s.zones[i].red = (uint32_t)(n * (64 + 400 / (1 + far)));
		s.zones[i].green = (uint32_t)(n * (60 + 400 / (1 + 2.5 * far)));
		s.zones[i].blue = (uint32_t)(n * (56 + 400 / (1 + 4 * far)));
	}
	assert_true(softisp_lens_shading_correct(&shading, black, &s) > 1.2);
	for (uint32_t i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++) {
		const struct ipa_softisp_zone *z = &s.zones[i];

		assert_true(fabs(z->red / 1000.0 - 464) < 3);
		assert_true(fabs(z->green / 1000.0 - 460) < 4);
		assert_true(fabs(z->blue / 1000.0 - 456) < 6);
	}
	softisp_lens_shading_prepare(&shading, &parameters);
	assert_int_equal(parameters.has_shading, 1);
	assert_memory_equal(parameters.shading, factors, sizeof(*factors) * 4);
}

/* The camera process may write anything: nothing overflows. */
static void extreme_statistics_are_bounded(void **state)
{
	static const double kelvin[] = { 5000 };
	static struct ipa_softisp_statistics s;
	const double black[3] = { 64, 64, 64 };

	(void)state;
	make_tables(1, kelvin);
	memset(tuning.shadings[0].factors, 0xff,
	       sizeof(tuning.shadings[0].factors));
	softisp_lens_shading_init(&shading, &tuning, 4000);
	s.zones[0] = (struct ipa_softisp_zone){ UINT32_MAX, UINT32_MAX,
						UINT32_MAX, 0, 0 };
	s.zones[1] = (struct ipa_softisp_zone){ 0, 0, 0, UINT32_MAX, 0 };
	assert_true(softisp_lens_shading_correct(&shading, black, &s) >= 1);
	assert_int_equal(s.zones[0].green, UINT32_MAX);
	assert_int_equal(s.zones[1].green, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interpolates_between_temperatures),
		cmocka_unit_test(small_changes_change_nothing),
		cmocka_unit_test(no_table_is_no_shading),
		cmocka_unit_test(zones_are_measured_without_the_lens),
		cmocka_unit_test(extreme_statistics_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
