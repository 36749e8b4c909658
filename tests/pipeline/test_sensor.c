/* SPDX-License-Identifier: MIT */
/*
 * Tests the sensor model: the same seed gives the same frame, and the physics
 * is right.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "sensor.h"
#include "sensor_noise.h"
#include "wide.h"

#define WIDTH 128u
#define HEIGHT 96u

static struct virtual_scene scene;
static const struct virtual_light daylight = { 1, 6504 };

static void fill_scene(uint16_t level)
{
	size_t i;

	for (i = 0; i < (size_t)3 * WIDTH * HEIGHT; i++)
		scene.rgb[i] = level;
}

static int setup(void **state)
{
	(void)state;
	scene.width = WIDTH;
	scene.height = HEIGHT;
	scene.rgb = calloc((size_t)3 * WIDTH * HEIGHT, sizeof(*scene.rgb));
	return scene.rgb ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	virtual_scene_fini(&scene);
	return 0;
}

/* A frame of a fresh sensor, to be freed. */
static uint16_t *expose(uint64_t seed, uint32_t frame,
			struct virtual_sensor_settings settings,
			const struct virtual_light *light)
{
	struct virtual_sensor sensor;
	uint16_t *raw;

	assert_int_equal(virtual_sensor_init(&sensor, &virtual_sensor_plain,
					     WIDTH, HEIGHT, seed),
			 0);
	virtual_sensor_reset(&sensor, settings);
	raw = calloc(virtual_sensor_frame_pixels(&sensor), sizeof(*raw));
	assert_non_null(raw);
	virtual_sensor_expose(&sensor, frame, &scene, light, raw);
	virtual_sensor_fini(&sensor);
	return raw;
}

#define PIXELS (WIDTH * (HEIGHT + VIRTUAL_SENSOR_DARK_LINES))

/* Mean and deviation of the first green pixels of the image. */
static void measure(const uint16_t *raw, double *ret_mean, double *ret_sigma)
{
	double sum = 0;
	double squares = 0;
	double n = WIDTH / 2.0 * HEIGHT / 2.0;
	uint32_t x;
	uint32_t y;

	raw += (size_t)WIDTH * VIRTUAL_SENSOR_DARK_LINES;
	for (y = 0; y < HEIGHT; y += 2)
		for (x = 1; x < WIDTH; x += 2) {
			double v = raw[y * WIDTH + x];

			sum += v;
			squares += v * v;
		}
	*ret_mean = sum / n;
	*ret_sigma = sqrt(squares / n - *ret_mean * *ret_mean);
}

static double green_mean(struct virtual_sensor_settings settings,
			 double brightness, double *ret_sigma)
{
	struct virtual_light light = { brightness, 6504 };
	uint16_t *raw = expose(1, 0, settings, &light);
	double mean;

	measure(raw, &mean, ret_sigma);
	free(raw);
	return mean - VIRTUAL_SENSOR_BLACK;
}

static void equal_seeds_make_equal_frames(void **state)
{
	struct virtual_sensor_settings settings = { .lines = 40, .gain = 32 };
	uint16_t *a;
	uint16_t *b;

	(void)state;
	fill_scene(20000);
	a = expose(7, 3, settings, &daylight);
	b = expose(7, 3, settings, &daylight);
	assert_memory_equal(a, b, PIXELS * sizeof(*a));
	free(b);
	b = expose(8, 3, settings, &daylight);
	assert_memory_not_equal(a, b, PIXELS * sizeof(*a));
	free(b);
	b = expose(7, 4, settings, &daylight);
	assert_memory_not_equal(a, b, PIXELS * sizeof(*a));
	free(a);
	free(b);
}

static void answers_linearly_to_light_time_and_gain(void **state)
{
	struct virtual_sensor_settings settings = { .lines = 30, .gain = 16 };
	double sigma;
	double one;
	double value;

	(void)state;
	fill_scene(16384);
	one = green_mean(settings, 1, &sigma);
	assert_true(one > 50);
	value = green_mean(settings, 2, &sigma);
	assert_true(fabs(value / one - 2) < 0.02);
	settings.lines = 60;
	value = green_mean(settings, 1, &sigma);
	assert_true(fabs(value / one - 2) < 0.02);
	settings.lines = 30;
	settings.gain = 64;
	value = green_mean(settings, 1, &sigma);
	assert_true(fabs(value / one - 4) < 0.04);
}

static void noise_grows_with_light_and_gain(void **state)
{
	struct virtual_sensor_settings settings = { .lines = 30, .gain = 16 };
	double dark;
	double bright;
	double amplified;

	(void)state;
	fill_scene(8000);
	(void)green_mean(settings, 0.1, &dark);
	(void)green_mean(settings, 4, &bright);
	assert_true(bright > 2 * dark);
	settings.gain = 64;
	(void)green_mean(settings, 1, &amplified);
	settings.gain = 16;
	/* The same value with four times the gain: less light, more noise. */
	assert_true(amplified > 1.5 * bright);
}

static void clips_at_white_and_stays_dark(void **state)
{
	struct virtual_sensor_settings settings = { .lines = 180, .gain = 256 };
	uint16_t *raw;
	double sum = 0;
	uint32_t i;

	(void)state;
	fill_scene(65535);
	raw = expose(1, 0, settings, &daylight);
	for (i = WIDTH * VIRTUAL_SENSOR_DARK_LINES; i < PIXELS; i++)
		assert_true(raw[i] >= VIRTUAL_SENSOR_CLIP &&
			    raw[i] <= VIRTUAL_SENSOR_WHITE);
	for (i = 0; i < WIDTH * VIRTUAL_SENSOR_DARK_LINES; i++)
		sum += raw[i];
	sum /= WIDTH * VIRTUAL_SENSOR_DARK_LINES;
	assert_true(fabs(sum - VIRTUAL_SENSOR_BLACK) < 1);
	free(raw);
}

static void settings_show_two_frames_later(void **state)
{
	struct virtual_sensor sensor;
	struct virtual_sensor_settings before = { .lines = 30, .gain = 16 };
	struct virtual_sensor_settings after = { .lines = 60, .gain = 32 };
	uint16_t *raw = calloc(PIXELS, sizeof(*raw));

	(void)state;
	assert_int_equal(virtual_sensor_init(&sensor, &virtual_sensor_plain,
					     WIDTH, HEIGHT, 1),
			 0);
	virtual_sensor_reset(&sensor, before);
	virtual_sensor_expose(&sensor, 0, &scene, &daylight, raw);
	virtual_sensor_set(&sensor, after);
	assert_int_equal(virtual_sensor_current(&sensor).lines, 30);
	virtual_sensor_expose(&sensor, 1, &scene, &daylight, raw);
	assert_int_equal(virtual_sensor_current(&sensor).lines, 60);
	assert_int_equal(virtual_sensor_current(&sensor).gain, 32);
	virtual_sensor_expose(&sensor, 2, &scene, &daylight, raw);
	/* And what was set once stays. */
	assert_int_equal(virtual_sensor_current(&sensor).lines, 60);
	virtual_sensor_fini(&sensor);
	virtual_sensor_fini(&sensor);
	free(raw);
}

/* Data sheet: a gain of 256 / (256 - code), 10.67 at most; lines of 18.9 us. */
static void imx219_is_as_its_driver_says(void **state)
{
	const struct virtual_sensor_model *imx219 =
		virtual_sensor_model_find("imx219");
	struct virtual_sensor sensor;
	uint32_t numerator;
	uint32_t denominator;

	(void)state;
	assert_non_null(imx219);
	imx219->gain(0, &numerator, &denominator);
	assert_int_equal(numerator, denominator);
	imx219->gain(128, &numerator, &denominator);
	assert_int_equal(numerator, 2 * denominator);
	imx219->gain(232, &numerator, &denominator);
	assert_int_equal(3 * numerator, 32 * denominator);
	assert_int_equal(
		virtual_sensor_init(&sensor, imx219, 1640, 1232, 1), 0);
	/* 182400000 / 3448 / 30 */
	assert_int_equal(virtual_sensor_frame_length(&sensor), 1763);
	assert_int_equal(virtual_sensor_max_lines(&sensor), 1759);
	assert_int_equal(virtual_sensor_min_frame_length(&sensor), 1236);
	assert_int_equal(virtual_sensor_lines_in(&sensor, 65535), 65531);
	virtual_sensor_fini(&sensor);
	assert_int_equal(
		virtual_sensor_init(&sensor, imx219, 3280, 2466, 1), -ERANGE);
	/* More lines than fit into 1/30 s: the frame rate is lower. */
	assert_int_equal(
		virtual_sensor_init(&sensor, imx219, 3280, 2464, 1), 0);
	assert_int_equal(virtual_sensor_frame_length(&sensor), 2468);
	virtual_sensor_fini(&sensor);
	assert_null(virtual_sensor_model_find("imx"));
}

/*
 * libcamera's imx219.json under three lights: red and blue of a grey card, and the
 * matrix that makes sRGB of balanced colours.
 */
static const struct {
	double kelvin, red, blue;
	double matrix[3][3];
} imx219_tuning[] = {
	{ 2811, 0.883, 0.411,
	  { { 1.616, -0.332, -0.284 },
	    { -0.550, 1.978, -0.427 },
	    { -0.120, -1.428, 2.549 } } },
	{ 3627, 0.765, 0.533,
	  { { 1.704, -0.572, -0.132 },
	    { -0.478, 1.860, -0.382 },
	    { -0.075, -0.827, 1.901 } } },
	{ 5716, 0.571, 0.702,
	  { { 1.804, -0.737, -0.067 },
	    { -0.361, 1.833, -0.473 },
	    { -0.084, -0.564, 1.648 } } },
};

/* What each colour of the light adds to each colour of the sensor. */
static void see(const struct virtual_sensor_model *model, double kelvin,
		double ret_seen[3][3], double ret_grey[3])
{
	double light[3];

	virtual_light_colour(kelvin, light);
	for (int i = 0; i < 3; i++) {
		ret_grey[i] = 0;
		for (int k = 0; k < 3; k++) {
			ret_seen[i][k] = model->sensitivity[i] *
					 model->response[i][k] * light[k];
			ret_grey[i] += ret_seen[i][k];
		}
	}
}

/* Images have the scene's colours, as far as a smooth model can. */
static void imx219_sees_what_its_tuning_expects(void **state)
{
	const struct virtual_sensor_model *model =
		virtual_sensor_model_find("imx219");

	(void)state;
	for (size_t n = 0; n < sizeof(imx219_tuning) / sizeof(imx219_tuning[0]);
	     n++) {
		const double(*matrix)[3] = imx219_tuning[n].matrix;
		double seen[3][3];
		double grey[3];

		see(model, imx219_tuning[n].kelvin, seen, grey);
		assert_true(fabs(grey[0] / grey[1] / imx219_tuning[n].red - 1) <
			    0.08);
		assert_true(fabs(grey[2] / grey[1] / imx219_tuning[n].blue -
				 1) < 0.08);
		for (int i = 0; i < 3; i++)
			for (int k = 0; k < 3; k++) {
				double image = 0;

				for (int j = 0; j < 3; j++)
					image += matrix[i][j] * seen[j][k] /
						 grey[j];
				assert_true(fabs(image - (i == k)) < 0.2);
			}
	}
}

/* A row that adds up to less would make the sensor darker than it says. */
static void responses_are_whole(void **state)
{
	const struct virtual_sensor_model *model;

	(void)state;
	for (size_t n = 0; (model = virtual_sensor_model_get(n)); n++)
		for (int i = 0; i < 3; i++) {
			const double *row = model->response[i];

			assert_true(model->sensitivity[i] > 0);
			assert_true(fabs(row[0] + row[1] + row[2] - 1) < 1e-9);
		}
}

/* The same light on both sensors; gain takes effect a frame before exposure. */
static void registers_have_delays_of_their_own(void **state)
{
	struct virtual_sensor_settings settings;
	struct virtual_sensor sensor;
	uint16_t *raw = calloc(PIXELS, sizeof(*raw));
	int32_t lines;

	(void)state;
	assert_non_null(raw);
	assert_int_equal(virtual_sensor_init(&sensor,
					     virtual_sensor_model_find("imx219"),
					     WIDTH, HEIGHT, 1),
			 0);
	settings = virtual_sensor_current(&sensor);
	lines = settings.lines;
	settings.lines = 1000;
	settings.gain = 128;
	settings.frame_length = 3000;
	virtual_sensor_set(&sensor, settings);
	virtual_sensor_expose(&sensor, 0, &scene, &daylight, raw);
	assert_int_equal(virtual_sensor_current(&sensor).gain, 128);
	assert_int_equal(virtual_sensor_current(&sensor).lines, lines);
	virtual_sensor_expose(&sensor, 1, &scene, &daylight, raw);
	assert_int_equal(virtual_sensor_current(&sensor).lines, 1000);
	assert_int_equal(virtual_sensor_current(&sensor).frame_length, 3000);
	virtual_sensor_fini(&sensor);
	free(raw);
}

/* Blue light falls to 1 / 1.83 at the left edge, red more, and none in the
 * middle. */
static void the_lens_darkens_the_edges(void **state)
{
	struct virtual_sensor sensor;
	uint16_t *raw = calloc(PIXELS, sizeof(*raw));
	double sums[2][2] = { { 0 } };

	(void)state;
	assert_non_null(raw);
	assert_int_equal(virtual_sensor_init(&sensor,
					     virtual_sensor_model_find("imx219"),
					     WIDTH, HEIGHT, 1),
			 0);
	fill_scene(30000);
	virtual_sensor_expose(&sensor, 0, &scene, &daylight, raw);
	for (uint32_t y = HEIGHT / 2 - 8; y < HEIGHT / 2 + 8; y++) {
		const uint16_t *row =
			raw + WIDTH * (VIRTUAL_SENSOR_DARK_LINES + y);
		double *sum = sums[y & 1];

		sum[0] += row[y & 1] - VIRTUAL_SENSOR_BLACK;
		sum[1] += row[WIDTH / 2 + (y & 1)] - VIRTUAL_SENSOR_BLACK;
	}
	/* Red is in even rows and columns, blue in odd ones. */
	assert_true(fabs(sums[0][1] / sums[0][0] - 2.45) < 0.2);
	assert_true(fabs(sums[1][1] / sums[1][0] - 1.83) < 0.15);
	virtual_sensor_fini(&sensor);
	free(raw);
}

/* One pixel after the other, as the words of sensor_noise.c say it. */
static uint16_t raw_of(uint64_t key, uint32_t x, uint32_t level, uint32_t sigma)
{
	const uint64_t hash = virtual_noise_hash(key, x & ~1u);
	const uint32_t bits = (uint32_t)(x & 1 ? hash >> 32 : hash);
	const int32_t sum = (int32_t)((bits & 0xff) + (bits >> 8 & 0xff) +
				      (bits >> 16 & 0xff) + (bits >> 24)) -
			    510;
	const int64_t value =
		level + (int64_t)sum * (int64_t)sigma * 443 / 65536;

	if (value < 0)
		return 0;
	return value / 64 > 1023 ? 1023 : (uint16_t)(value / 64);
}

/* For lines of any length, with the code of every machine and the fast one. */
static void noise_is_that_of_the_formula(void **state)
{
	uint32_t exposed[40];
	uint16_t made[2][40];
	size_t n;
	uint32_t x;

	(void)state;
	for (x = 0; x < 40; x++)
		exposed[x] = virtual_exposed(x * x * x * 4, x * 419);
	for (n = 2; n <= 40; n += 2) {
		memset(made, 0xa5, sizeof(made));
		virtual_noise_add(n * 77, exposed, n, 1023, made[0], false);
		virtual_noise_add(n * 77, exposed, n, 1023, made[1],
				  wide_is_fast());
		for (x = 0; x < n; x++)
			assert_int_equal(made[0][x],
					 raw_of(n * 77, x, x * x * x * 4,
						x * 419));
		assert_true(n == 40 || made[0][n] == 0xa5a5);
		assert_memory_equal(made[0], made[1], sizeof(made[0]));
	}
}

/* What a sensor keeps from frame to frame never shows. */
static void a_frame_does_not_depend_on_those_before(void **state)
{
	static const struct virtual_sensor_settings settings[] = {
		{ .lines = 40, .gain = 32 }, { .lines = 40, .gain = 32 },
		{ .lines = 90, .gain = 32 }, { .lines = 90, .gain = 200 },
		{ .lines = 40, .gain = 32 },
	};
	struct virtual_light light = daylight;
	struct virtual_sensor sensor;
	uint16_t *raw = calloc(PIXELS, sizeof(*raw));
	uint32_t frame;

	(void)state;
	assert_non_null(raw);
	fill_scene(9000);
	assert_int_equal(virtual_sensor_init(&sensor, &virtual_sensor_plain,
					     WIDTH, HEIGHT, 7),
			 0);
	for (frame = 0; frame < 10; frame++) {
		uint16_t *fresh;

		light.brightness = frame > 6 ? 2 : 1;
		virtual_sensor_reset(&sensor, settings[frame % 5]);
		virtual_sensor_expose(&sensor, frame, &scene, &light, raw);
		fresh = expose(7, frame, settings[frame % 5], &light);
		assert_memory_equal(raw, fresh, PIXELS * sizeof(*raw));
		free(fresh);
	}
	virtual_sensor_fini(&sensor);
	free(raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_seeds_make_equal_frames),
		cmocka_unit_test(answers_linearly_to_light_time_and_gain),
		cmocka_unit_test(noise_grows_with_light_and_gain),
		cmocka_unit_test(clips_at_white_and_stays_dark),
		cmocka_unit_test(settings_show_two_frames_later),
		cmocka_unit_test(imx219_is_as_its_driver_says),
		cmocka_unit_test(imx219_sees_what_its_tuning_expects),
		cmocka_unit_test(responses_are_whole),
		cmocka_unit_test(registers_have_delays_of_their_own),
		cmocka_unit_test(the_lens_darkens_the_edges),
		cmocka_unit_test(noise_is_that_of_the_formula),
		cmocka_unit_test(a_frame_does_not_depend_on_those_before),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
