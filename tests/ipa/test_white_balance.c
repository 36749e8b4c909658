/* SPDX-License-Identifier: MIT */
/*
 * Tests white balance, black level, metering, matrices and tone on made-up
 * measurements.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "black_level.h"
#include "colour_matrix.h"
#include "tone.h"
#include "white_balance.h"

static struct softisp_tuning tuning;
static struct softisp_measure measure;

static int setup(void **state)
{
	(void)state;
	softisp_tuning_init(&tuning);
	return 0;
}

/* @neutral zones of grey and the others of one colour, under a light. */
static void make_scene(size_t neutral, size_t coloured, double red, double blue,
		       double colour_red, double colour_blue)
{
	size_t i;

	measure.n_zones = neutral + coloured;
	for (i = 0; i < measure.n_zones; i++) {
		struct softisp_zone_mean *zone = &measure.zones[i];
		bool grey = i < neutral;

		zone->green = 0.2;
		zone->red = 0.2 * red * (grey ? 1 : colour_red);
		zone->blue = 0.2 * blue * (grey ? 1 : colour_blue);
	}
}

static void expect_balanced(size_t point, double tolerance)
{
	const struct softisp_curve_point *light = &tuning.curve[point];
	struct softisp_white_balance balance;
	int i;

	softisp_white_balance_init(&balance, &tuning);
	for (i = 0; i < 30; i++)
		softisp_white_balance_update(&balance, &measure);
	assert_true(fabs(balance.red * light->red - 1) < tolerance);
	assert_true(fabs(balance.blue * light->blue - 1) < tolerance);
	assert_true(fabs(balance.kelvin / light->kelvin - 1) < 4 * tolerance);
}

static void finds_each_light(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < tuning.n_curve; i++) {
		make_scene(192, 0, tuning.curve[i].red, tuning.curve[i].blue, 1,
			   1);
		expect_balanced(i, 0.005);
	}
}

/* A meadow is no green light, and a brick wall no candle. */
static void colours_have_no_say(void **state)
{
	size_t i;

	(void)state;
	for (i = 1; i < 7; i++) {
		make_scene(60, 132, tuning.curve[i].red, tuning.curve[i].blue,
			   0.5, 0.4);
		expect_balanced(i, 0.02);
		make_scene(110, 82, tuning.curve[i].red, tuning.curve[i].blue,
			   2.5, 0.5);
		expect_balanced(i, 0.02);
	}
}

/* Light that no lamp has: pulled back to where lamps are. */
static void stays_near_the_curve(void **state)
{
	struct softisp_white_balance balance;
	int i;

	(void)state;
	make_scene(192, 0, 0.1, 3, 1, 1);
	softisp_white_balance_init(&balance, &tuning);
	for (i = 0; i < 50; i++)
		softisp_white_balance_update(&balance, &measure);
	assert_true(balance.red < 1.2 / tuning.curve[8].red);
	assert_true(balance.blue > 0.8 / tuning.curve[8].blue);
}

/* Colours that no light gives to grey. So no light is likely, least of all an
 * uncommon one. */
static void one_colour_is_no_candle(void **state)
{
	static const double colours[][2] = {
		{ 1.6, 1.2 }, { 2, 2 },	  { 3, 0.9 }, { 1.2, 1.8 },
		{ 0.4, 0.5 }, { 0.9, 3 }, { 0.6, 0.8 }, { 2.5, 0.6 },
	};

	(void)state;
	for (size_t i = 1; i < 7; i++) {
		for (size_t k = 0; k < 8; k++) {
			struct softisp_white_balance balance;

			make_scene(0, 192, tuning.curve[i].red,
				   tuning.curve[i].blue, colours[k][0],
				   colours[k][1]);
			softisp_white_balance_init(&balance, &tuning);
			for (int n = 0; n < 100; n++)
				softisp_white_balance_update(&balance,
							     &measure);
			assert_true(balance.kelvin > 2700 &&
				    balance.kelvin < 6600);
		}
	}
}

/* After a step of light most zones are clipped, or dark, for some frames. */
static void few_zones_move_little(void **state)
{
	struct softisp_white_balance balance;
	double blue;
	int i;

	(void)state;
	softisp_white_balance_init(&balance, &tuning);
	make_scene(192, 0, tuning.curve[5].red, tuning.curve[5].blue, 1, 1);
	for (i = 0; i < 30; i++)
		softisp_white_balance_update(&balance, &measure);
	blue = balance.blue;
	make_scene(4, 0, tuning.curve[1].red, tuning.curve[1].blue, 1, 1);
	for (i = 0; i < 5; i++)
		softisp_white_balance_update(&balance, &measure);
	assert_true(fabs(balance.blue / blue - 1) < 0.05);
	/* Many dark ones tell as little: a raw value is a tenth of their blue. */
	make_scene(192, 0, tuning.curve[1].red, tuning.curve[1].blue, 1, 1);
	for (i = 0; i < 192; i++) {
		measure.zones[i].red *= 0.05;
		measure.zones[i].green *= 0.05;
		measure.zones[i].blue *= 0.05;
	}
	for (i = 0; i < 2; i++)
		softisp_white_balance_update(&balance, &measure);
	assert_true(fabs(balance.blue / blue - 1) < 0.1);
	/* But if nothing else is ever seen, they are believed. */
	for (i = 0; i < 500; i++)
		softisp_white_balance_update(&balance, &measure);
	assert_true(fabs(balance.kelvin / tuning.curve[1].kelvin - 1) < 0.02);
}

/* Grey zones decide, however few they are, if the others are of many colours. */
static void few_grey_zones_are_found(void **state)
{
	(void)state;
	for (size_t i = 1; i < 7; i++) {
		const struct softisp_curve_point *light = &tuning.curve[i];

		make_scene(30, 162, light->red, light->blue, 1, 1);
		for (size_t k = 30; k < 192; k++) {
			double angle = (double)k * 2.4;

			measure.zones[k].red *= exp(0.5 * cos(angle));
			measure.zones[k].blue *= exp(0.5 * sin(angle));
		}
		expect_balanced(i, 0.02);
	}
}

static void moves_gently(void **state)
{
	struct softisp_white_balance balance;
	double before;
	double change;

	(void)state;
	softisp_white_balance_init(&balance, &tuning);
	make_scene(192, 0, tuning.curve[6].red, tuning.curve[6].blue, 1, 1);
	softisp_white_balance_update(&balance, &measure);
	/* The first frame is believed at once. */
	assert_true(fabs(balance.red * tuning.curve[6].red - 1) < 0.005);
	make_scene(192, 0, tuning.curve[1].red, tuning.curve[1].blue, 1, 1);
	before = balance.red;
	softisp_white_balance_update(&balance, &measure);
	change = log(before / balance.red) / log(before * tuning.curve[1].red);
	assert_true(change > 0.2 && change < 0.4);
}

static void holds_still_without_zones(void **state)
{
	struct softisp_white_balance balance;
	double red;

	(void)state;
	softisp_white_balance_init(&balance, &tuning);
	red = balance.red;
	measure.n_zones = 0;
	softisp_white_balance_update(&balance, &measure);
	assert_true(balance.red == red);
}

static void obeys_manual_gains(void **state)
{
	struct softisp_white_balance balance;
	struct ipa_softisp_parameters parameters;

	(void)state;
	softisp_white_balance_init(&balance, &tuning);
	softisp_white_balance_set_gains(&balance, 3, 3);
	assert_true(balance.red != 3);
	balance.enabled = false;
	softisp_white_balance_set_gains(&balance, 2, 0.5);
	make_scene(192, 0, 1, 1, 1, 1);
	softisp_white_balance_update(&balance, &measure);
	assert_true(balance.red == 2 && balance.blue == 0.5);
	/* The least gain is 1: what is clipped has to come out white. */
	softisp_white_balance_prepare(&balance, 1, &parameters);
	assert_int_equal(parameters.gain[0], 4 * 4096);
	assert_int_equal(parameters.gain[1], 2 * 4096);
	assert_int_equal(parameters.gain[2], 4096);
	softisp_white_balance_set_gains(&balance, NAN, 1e9);
	assert_true(balance.red == 0.25 && balance.blue == 8);
}

static void black_follows_dark_pixels(void **state)
{
	static struct ipa_softisp_statistics s;
	struct softisp_black_level black;
	double level[3];
	int i;

	(void)state;
	softisp_black_level_init(&black, &tuning);
	softisp_black_level_get(&black, level);
	assert_true(level[1] == tuning.black_level);
	for (i = 0; i < 4; i++)
		s.dark[i] = (60 + (uint32_t)i) * 256;
	softisp_black_level_update(&black, &s);
	softisp_black_level_get(&black, level);
	assert_true(level[0] == 60 && level[1] == 61.5 && level[2] == 63);
	/* Slowly from then on, and not to where no black level is. */
	for (i = 0; i < 4; i++)
		s.dark[i] = 70 * 256;
	softisp_black_level_update(&black, &s);
	assert_true(fabs(black.level[0] - 61) < 1e-9);
	s.dark[2] = 900 * 256;
	softisp_black_level_update(&black, &s);
	s.dark[2] = 0;
	softisp_black_level_update(&black, &s);
	assert_true(fabs(black.level[0] - 61) < 1e-9);
}

static void matrices_keep_grey_grey(void **state)
{
	static const double lights[] = { 1500, 2800, 3300, 4000,
					 5700, 9000, 20000 };
	double m[9];
	size_t i;
	int row;

	(void)state;
	for (i = 0; i < 7; i++) {
		softisp_colour_matrix(&tuning, lights[i], m);
		for (row = 0; row < 3; row++)
			assert_true(fabs(m[3 * row] + m[3 * row + 1] +
					 m[3 * row + 2] - 1) < 1e-3);
	}
	softisp_colour_matrix(&tuning, 1500, m);
	assert_memory_equal(m, tuning.matrices[0].m, sizeof(m));
	softisp_colour_matrix(&tuning, 99999, m);
	assert_memory_equal(m, tuning.matrices[4].m, sizeof(m));
}

static void tone_of_24_is_srgb(void **state)
{
	struct softisp_tone tone;
	uint32_t i;

	(void)state;
	softisp_tone_set(&tone, 2.4, 1, 0);
	for (i = 0; i < IPA_SOFTISP_GAMMA_STEPS; i++) {
		double x = i / 256.0;
		double y = x <= 0.0031308 ? 12.92 * x
					  : 1.055 * pow(x, 1 / 2.4) - 0.055;

		assert_true(fabs(tone.curve[i] / 65535.0 - y) < 0.0005);
		assert_true(!i || tone.curve[i] > tone.curve[i - 1]);
	}
	softisp_tone_set(&tone, 1, 1, 0);
	assert_int_equal(tone.curve[128], 32768);
	softisp_tone_set(&tone, NAN, NAN, NAN);
	assert_true(tone.gamma >= SOFTISP_MIN_GAMMA &&
		    tone.gamma <= SOFTISP_MAX_GAMMA);
}

static void contrast_and_brightness_bend_the_curve(void **state)
{
	struct softisp_tone plain;
	struct softisp_tone tone;
	uint32_t i;

	(void)state;
	softisp_tone_set(&plain, 2.4, 1, 0);
	softisp_tone_set(&tone, 2.4, 2, 0);
	for (i = 0; i < IPA_SOFTISP_GAMMA_STEPS; i++) {
		double y = (plain.curve[i] / 65535.0 - 0.5) * 2 + 0.5;

		y = y < 0 ? 0 : y > 1 ? 1 : y;
		assert_true(fabs(tone.curve[i] / 65535.0 - y) < 0.0001);
	}
	softisp_tone_set(&tone, 2.4, 0, 0.25);
	for (i = 0; i < IPA_SOFTISP_GAMMA_STEPS; i++)
		assert_int_equal(tone.curve[i], 49151);
	softisp_tone_set(&tone, 2.4, 1, -1);
	assert_int_equal(tone.curve[200], 0);
	softisp_tone_set(&tone, 2.4, -7, 9);
	assert_true(tone.contrast == 0 && tone.brightness == 1);
}

static void saturation_keeps_luminance_and_grey(void **state)
{
	static const double luma[3] = { 0.2126, 0.7152, 0.0722 };
	static const double amounts[] = { 0, 0.5, 2, 77 };
	double before[9];
	size_t i;
	int k;

	(void)state;
	softisp_colour_matrix(&tuning, 5000, before);
	for (i = 0; i < sizeof(amounts) / sizeof(*amounts); i++) {
		double m[9];

		memcpy(m, before, sizeof(m));
		softisp_colour_matrix_saturate(m, amounts[i]);
		for (k = 0; k < 3; k++) {
			double grey = luma[0] * before[k] +
				      luma[1] * before[3 + k] +
				      luma[2] * before[6 + k];
			double now = luma[0] * m[k] + luma[1] * m[3 + k] +
				     luma[2] * m[6 + k];
			double s = amounts[i] > 4 ? 4 : amounts[i];

			assert_true(fabs(now - grey) < 1e-9);
			assert_true(fabs(m[k] - grey - s * (before[k] - grey)) <
				    1e-9);
			/* Grey stays grey. */
			assert_true(fabs(m[3 * k] + m[3 * k + 1] +
					 m[3 * k + 2] - before[3 * k] -
					 before[3 * k + 1] -
					 before[3 * k + 2]) < 0.01 * s + 0.01);
		}
	}
	memcpy(before + 3, before, 3 * sizeof(*before));
	softisp_colour_matrix_saturate(before, 1);
	assert_true(before[3] == before[0]);
}

static void a_colour_temperature_sets_the_gains(void **state)
{
	struct softisp_white_balance balance;
	size_t i;

	(void)state;
	softisp_white_balance_init(&balance, &tuning);
	softisp_white_balance_set_kelvin(&balance, 2800);
	assert_true(balance.kelvin != 2800); /* it is automatic */
	balance.enabled = false;
	for (i = 0; i < tuning.n_curve; i++) {
		const struct softisp_curve_point *light = &tuning.curve[i];

		softisp_white_balance_set_kelvin(&balance, light->kelvin);
		assert_true(fabs(balance.red * light->red - 1) < 1e-9);
		assert_true(fabs(balance.blue * light->blue - 1) < 1e-9);
		assert_true(fabs(balance.kelvin - light->kelvin) < 1e-6);
	}
	softisp_white_balance_set_kelvin(&balance, 6000);
	assert_true(fabs(balance.kelvin - 6000) < 1e-6);
	softisp_white_balance_set_kelvin(&balance, 1);
	assert_true(fabs(balance.kelvin - tuning.curve[0].kelvin) < 1e-6);
	softisp_white_balance_set_kelvin(&balance, NAN);
	assert_true(fabs(balance.kelvin - tuning.curve[0].kelvin) < 1e-6);
}

/* All zones have 100 cells of a green of 64, and some have more. */
static void meters_a_part_of_the_frame(void **state)
{
	static struct ipa_softisp_statistics s;
	const double black[3] = { 64, 64, 64 };
	const uint32_t middle = IPA_SOFTISP_ZONE_COLUMNS *
					(IPA_SOFTISP_ZONE_ROWS / 2 - 1) +
				IPA_SOFTISP_ZONE_COLUMNS / 2 - 1;
	double whole;
	uint32_t i;

	(void)state;
	s.magic = IPA_SOFTISP_STATISTICS_MAGIC;
	s.clip_level = 1000;
	s.histogram[64] = 190 * 100;
	s.histogram[64 + 96] = 100;
	s.histogram[1000] = 100;
	for (i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++) {
		s.zones[i].count = 100;
		s.zones[i].green = 100 * 64;
	}
	s.zones[middle].green = 100 * (64 + 96);
	/* A corner is clipped. */
	s.zones[0] = (struct ipa_softisp_zone){ .clipped = 100 };
	assert_int_equal(softisp_measure(&s, black, SOFTISP_METERING_WHOLE, 1,
					 &measure),
			 0);
	whole = measure.metered;
	assert_true(whole == measure.luminance);
	assert_true(fabs(measure.clipped - 1.0 / 192) < 1e-9);
	assert_int_equal(softisp_measure(&s, black, SOFTISP_METERING_SPOT, 1,
					 &measure),
			 0);
	/* One of four zones has a tenth of white. */
	assert_true(fabs(measure.metered - 96.0 / 959 / 4) < 1e-9);
	assert_true(measure.clipped == 0);
	assert_true(measure.luminance == whole);
	assert_int_equal(softisp_measure(&s, black, SOFTISP_METERING_CENTRE, 1,
					 &measure),
			 0);
	/* The bright corner counts less, but it counts. */
	assert_true(measure.clipped > 0 && measure.clipped < 0.5 / 192);
	assert_true(measure.metered > 0 && measure.metered < whole);
	/* No zone has a cell: the whole. */
	memset(s.zones, 0, sizeof(s.zones));
	assert_int_equal(softisp_measure(&s, black, SOFTISP_METERING_SPOT, 1,
					 &measure),
			 0);
	assert_true(measure.metered == measure.luminance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_light),
		cmocka_unit_test(colours_have_no_say),
		cmocka_unit_test(stays_near_the_curve),
		cmocka_unit_test(one_colour_is_no_candle),
		cmocka_unit_test(few_zones_move_little),
		cmocka_unit_test(few_grey_zones_are_found),
		cmocka_unit_test(moves_gently),
		cmocka_unit_test(holds_still_without_zones),
		cmocka_unit_test(obeys_manual_gains),
		cmocka_unit_test(black_follows_dark_pixels),
		cmocka_unit_test(matrices_keep_grey_grey),
		cmocka_unit_test(contrast_and_brightness_bend_the_curve),
		cmocka_unit_test(saturation_keeps_luminance_and_grey),
		cmocka_unit_test(a_colour_temperature_sets_the_gains),
		cmocka_unit_test(meters_a_part_of_the_frame),
		cmocka_unit_test(tone_of_24_is_srgb),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
