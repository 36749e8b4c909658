/* SPDX-License-Identifier: MIT */
/* Tests statistics of known frames, and images made from them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "develop.h"
#include "zone_statistics.h"

#define WIDTH 64u
#define HEIGHT 64u

static uint16_t raw[WIDTH * (HEIGHT + VIRTUAL_SENSOR_DARK_LINES)];
static uint16_t *const image = raw + WIDTH * VIRTUAL_SENSOR_DARK_LINES;
static uint8_t rgb[WIDTH * HEIGHT * 3];
static struct ipa_softisp_parameters parameters;
static struct virtual_developer developer;

/* Nothing but scaling: black 64, gain 1, straight tones. */
static void plain_parameters(void)
{
	uint32_t i;

	memset(&parameters, 0, sizeof(parameters));
	parameters.magic = IPA_SOFTISP_PARAMETERS_MAGIC;
	for (i = 0; i < 4; i++)
		parameters.black_level[i] = 64 * 256;
	for (i = 0; i < 3; i++) {
		parameters.gain[i] = 4096;
		parameters.matrix[4 * i] = 4096;
	}
	for (i = 0; i < IPA_SOFTISP_GAMMA_STEPS; i++)
		parameters.gamma[i] = (uint16_t)(i * 65535 / 256);
}

/* Each 2x2 cell the same: an even colour. */
static void fill_raw(uint16_t red, uint16_t green, uint16_t blue)
{
	uint32_t x;
	uint32_t y;

	for (y = 0; y < HEIGHT; y++)
		for (x = 0; x < WIDTH; x++)
			image[y * WIDTH + x] =
				(y & 1) ? ((x & 1) ? blue : green)
					: ((x & 1) ? green : red);
	for (x = 0; x < WIDTH * VIRTUAL_SENSOR_DARK_LINES; x++)
		raw[x] = 64;
}

static int setup(void **state)
{
	(void)state;
	return virtual_developer_init(&developer, WIDTH, HEIGHT);
}

static int teardown(void **state)
{
	(void)state;
	virtual_developer_fini(&developer);
	virtual_developer_fini(&developer);
	return 0;
}

static void expect_colour(int red, int green, int blue)
{
	uint32_t i;

	assert_int_equal(
		virtual_develop(&developer, 0, &parameters, image, rgb), 0);
	for (i = 0; i < WIDTH * HEIGHT; i++) {
		assert_true(abs(rgb[3 * i] - red) <= 1);
		assert_true(abs(rgb[3 * i + 1] - green) <= 1);
		assert_true(abs(rgb[3 * i + 2] - blue) <= 1);
	}
}

/* To the very edges, where the neighbours are mirrored. */
static void even_colours_stay_even(void **state)
{
	(void)state;
	plain_parameters();
	fill_raw(64, 64, 64);
	expect_colour(0, 0, 0);
	fill_raw(1023, 1023, 1023);
	expect_colour(255, 255, 255);
	/* 959 values from black to white. */
	fill_raw((uint16_t)(64 + 959 / 2), 64, (uint16_t)(64 + 959 / 4));
	expect_colour(127, 0, 63);
	fill_raw(0, 10, 63);
	expect_colour(0, 0, 0);
}

static void gains_matrix_and_tones_apply(void **state)
{
	uint32_t i;

	(void)state;
	plain_parameters();
	fill_raw(64 + 240, 64 + 240, 64 + 240); /* a quarter */
	parameters.gain[0] = 2 * 4096;
	parameters.gain[2] = 8 * 4096;
	expect_colour(127, 63, 255);
	/* Red and blue change places. */
	parameters.matrix[0] = parameters.matrix[8] = 0;
	parameters.matrix[2] = parameters.matrix[6] = 4096;
	expect_colour(255, 63, 127);
	plain_parameters();
	for (i = 0; i < IPA_SOFTISP_GAMMA_STEPS; i++)
		parameters.gamma[i] = (uint16_t)(65535 - parameters.gamma[i]);
	expect_colour(191, 191, 191);
}

/* A dot of light spreads to its neighbours only, with the right weights. */
static void one_pixel_reaches_two_pixels_far(void **state)
{
	uint32_t x;
	uint32_t y;

	(void)state;
	plain_parameters();
	fill_raw(64, 64, 64);
	image[32 * WIDTH + 32] = 1023; /* red */
	assert_int_equal(
		virtual_develop(&developer, 0, &parameters, image, rgb), 0);
	assert_int_equal(rgb[3 * (32 * WIDTH + 32)], 255);
	assert_true(abs(rgb[3 * (32 * WIDTH + 33)] - 127) <= 1);
	assert_true(abs(rgb[3 * (33 * WIDTH + 33)] - 63) <= 1);
	assert_true(abs(rgb[3 * (32 * WIDTH + 32) + 1] - 127) <= 1);
	for (y = 0; y < HEIGHT; y++)
		for (x = 0; x < WIDTH; x++)
			if (x < 30 || x > 34 || y < 30 || y > 34)
				assert_int_equal(rgb[3 * (y * WIDTH + x)], 0);
}

/* Whatever an IPA writes, the image is all that suffers. */
static void survives_any_parameters(void **state)
{
	uint8_t *bytes = (uint8_t *)&parameters;
	uint32_t x = 1;
	size_t i;
	int round;

	(void)state;
	fill_raw(500, 700, 1023);
	for (round = 0; round < 200; round++) {
		for (i = 0; i < sizeof(parameters); i++) {
			x = x * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(x >> 24);
		}
		assert_int_equal(virtual_develop(&developer, 0, &parameters,
						 image, rgb),
				 -EBADMSG);
		parameters.magic = IPA_SOFTISP_PARAMETERS_MAGIC;
		parameters.frame = 5;
		parameters.has_shading = round & 1;
		assert_int_equal(virtual_develop(&developer, 4, &parameters,
						 image, rgb),
				 -EBADMSG);
		assert_int_equal(virtual_develop(&developer, 5, &parameters,
						 image, rgb),
				 0);
	}
}

/* A grid whose nodes are linear in x and y. */
static void set_grid(void)
{
	parameters.has_shading = 1;
	for (uint32_t i = 0; i < 4 * IPA_SOFTISP_SHADING_NODES; i++) {
		uint32_t node = i % IPA_SOFTISP_SHADING_NODES;

		parameters.shading[i] = (uint16_t)(
			1024 + 64 * (node % IPA_SOFTISP_SHADING_COLUMNS) +
			32 * (node / IPA_SOFTISP_SHADING_COLUMNS) +
			256 * (i / IPA_SOFTISP_SHADING_NODES));
	}
}

/* From the first pixel to the last one, in each colour of the raw image. */
static void shading_is_linear_between_nodes(void **state)
{
	(void)state;
	plain_parameters();
	set_grid();
	fill_raw(64 + 100, 64 + 100, 64 + 100);
	assert_int_equal(
		virtual_develop(&developer, 0, &parameters, image, rgb), 0);
	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++) {
			double expected =
				1024 + 64 * 16.0 * x / (WIDTH - 1) +
				32 * 12.0 * y / (HEIGHT - 1) +
				256 * (2 * (y & 1) + (x & 1));
			uint16_t factor =
				developer.shading.factors[y * WIDTH + x];

			assert_true(factor - expected < 1.5 &&
				    expected - factor < 1.5);
		}
	/* Red of the first pixel, and blue of the last one. */
	assert_true(abs(rgb[0] - 255 * 100 / 959) <= 1);
	assert_true(abs(rgb[3 * WIDTH * HEIGHT - 1] -
			255 * 100 / 959 * 3200 / 1024) <= 2);
	/* Without a grid, all pixels are as before. */
	parameters.has_shading = 0;
	expect_colour(26, 26, 26);
}

static void one_pixel_shaded(const int32_t level, const uint16_t factor,
			     uint32_t gain, int32_t *ret_level)
{
	uint64_t v = (uint64_t)(uint32_t)level * factor / 1024;

	if (v > 65535)
		v = 65535;
	if (gain > VIRTUAL_SHADING_MAX_GAIN)
		gain = VIRTUAL_SHADING_MAX_GAIN;
	v = v * gain / 4096;
	*ret_level = v > 65535 ? 65535 : (int32_t)v;
}

/* Lines of any length, small gains and large ones, fast and portable. */
static void shaded_pixels_are_those_of_the_formula(void **state)
{
	static const uint32_t gains[][2] = {
		{ 4096, 9000 }, { 65535, 65535 }, { 65536, 0 }, { UINT32_MAX, 1 }
	};
	uint32_t seed = 1;

	(void)state;
	for (uint32_t i = 0; i < 4 * 20; i++) {
		const uint32_t cells = i / 4;
		const uint32_t *gain = gains[i % 4];
		int32_t pixels[2][3][20];
		uint16_t factors[40];

		for (uint32_t k = 0; k < 40; k++) {
			seed = seed * 1664525 + 1013904223;
			factors[k] = (uint16_t)(seed >> (i & 8 ? 16 : 20));
			seed = seed * 1664525 + 1013904223;
			for (int copy = 0; copy < 3; copy++)
				pixels[k & 1][copy][k / 2] =
					(int32_t)(seed >> 16);
		}
		for (int fast = 0; fast < 2; fast++) {
			const struct virtual_debayer_line line = {
				pixels[0][fast], pixels[1][fast]
			};

			virtual_shade_line(&line, cells, factors, gain,
					   fast && developer.debayer.is_fast);
		}
		for (uint32_t k = 0; k < 2 * cells; k++)
			one_pixel_shaded(pixels[k & 1][2][k / 2], factors[k],
					 gain[k & 1],
					 &pixels[k & 1][2][k / 2]);
		for (int k = 0; k < 2; k++) {
			assert_memory_equal(pixels[k][0], pixels[k][2],
					    sizeof(pixels[k][0]));
			assert_memory_equal(pixels[k][1], pixels[k][2],
					    sizeof(pixels[k][0]));
		}
	}
}

static void counts_each_pixel_once(void **state)
{
	struct virtual_sensor sensor = { .width = WIDTH, .height = HEIGHT };
	static struct ipa_softisp_statistics s;
	uint32_t cells = 0;
	uint32_t i;

	(void)state;
	fill_raw(100, 200, 300);
	image[0] = 1023;
	virtual_zone_statistics(&sensor, 9, raw, &s);
	assert_int_equal(s.magic, IPA_SOFTISP_STATISTICS_MAGIC);
	assert_int_equal(s.frame, 9);
	assert_int_equal(s.histogram[200], WIDTH * HEIGHT / 2);
	for (i = 0; i < 4; i++)
		assert_int_equal(s.dark[i], 64 * 256);
	for (i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++) {
		const struct ipa_softisp_zone *z = &s.zones[i];

		cells += z->count + z->clipped;
		assert_int_equal(z->red, z->count * 100);
		assert_int_equal(z->green, z->count * 200);
		assert_int_equal(z->blue, z->count * 300);
	}
	assert_int_equal(cells, WIDTH * HEIGHT / 4);
	assert_int_equal(s.zones[0].clipped, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(even_colours_stay_even),
		cmocka_unit_test(gains_matrix_and_tones_apply),
		cmocka_unit_test(one_pixel_reaches_two_pixels_far),
		cmocka_unit_test(shading_is_linear_between_nodes),
		cmocka_unit_test(shaded_pixels_are_those_of_the_formula),
		cmocka_unit_test(survives_any_parameters),
		cmocka_unit_test(counts_each_pixel_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
