/* SPDX-License-Identifier: MIT */
/*
 * Tests delayed controls: all settings of a request reach the sensor on the
 * same frame whatever their delays are, and the frame's settings are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "delayed_controls.h"

#define WIDTH 64u
#define HEIGHT 64u

struct bed {
	struct virtual_scene scene;
	struct virtual_sensor sensor;
	struct virtual_delayed delayed;
	struct virtual_sensor_model model;
	uint16_t *raw;
	uint32_t frame; /* the next one */
};

static struct bed bed;

/* A sensor with these delays, and a host that believes in @believed. */
static void power_up(struct virtual_sensor_delays real,
		     struct virtual_sensor_delays believed)
{
	bed = (struct bed){ .scene = { WIDTH, HEIGHT, NULL } };
	bed.model = *virtual_sensor_model_find("imx219");
	bed.model.delays = real;
	bed.scene.rgb = calloc((size_t)3 * WIDTH * HEIGHT, sizeof(uint16_t));
	bed.raw = calloc((size_t)WIDTH * (HEIGHT + VIRTUAL_SENSOR_DARK_LINES),
			 sizeof(uint16_t));
	assert_non_null(bed.scene.rgb);
	assert_non_null(bed.raw);
	assert_int_equal(virtual_sensor_init(&bed.sensor, &bed.model, WIDTH,
					     HEIGHT, 1),
			 0);
	virtual_delayed_init(&bed.delayed, &believed,
			     virtual_sensor_current(&bed.sensor), 0);
}

static void power_down(void)
{
	virtual_sensor_fini(&bed.sensor);
	virtual_scene_fini(&bed.scene);
	free(bed.raw);
}

/* Takes a frame. Returns what the sensor really had. */
static struct virtual_sensor_settings take(void)
{
	static const struct virtual_light light = { 1, 5000 };
	struct virtual_sensor_settings real;

	virtual_delayed_begin_frame(&bed.delayed, &bed.sensor);
	real = virtual_sensor_current(&bed.sensor);
	virtual_sensor_expose(&bed.sensor, bed.frame++, &bed.scene, &light,
			      bed.raw);
	return real;
}

static bool is_equal(struct virtual_sensor_settings a,
		     struct virtual_sensor_settings b)
{
	return a.lines == b.lines && a.gain == b.gain &&
	       a.frame_length == b.frame_length;
}

/* Requests @n in all settings, with the cookie @n. */
static uint32_t request(uint32_t n)
{
	const struct virtual_sensor_settings settings = {
		.lines = (int32_t)(100 + n),
		.gain = (int32_t)n,
		.frame_length = 1000 + n,
	};

	return virtual_delayed_request(&bed.delayed, settings, n);
}

static uint32_t longest(const struct virtual_sensor_delays *delays)
{
	uint32_t most = delays->exposure;

	most = delays->gain > most ? delays->gain : most;
	return delays->frame_length > most ? delays->frame_length : most;
}

/* A new request for each frame: none is ever mixed with another. */
static void check_delays(const struct virtual_sensor_delays *delays)
{
	power_up(*delays, *delays);
	for (uint32_t n = 1; n < 60; n++) {
		struct virtual_sensor_settings real;
		uint32_t cookie;
		uint32_t frame = bed.frame;

		assert_int_equal(request(n), frame + longest(delays));
		real = take();
		assert_true(is_equal(real, virtual_delayed_get(&bed.delayed,
							       frame,
							       &cookie)));
		if (n <= longest(delays))
			continue;
		assert_int_equal(cookie, n - longest(delays));
		assert_int_equal(real.lines, 100 + cookie);
		assert_int_equal(real.gain, cookie);
		assert_int_equal(real.frame_length, 1000 + cookie);
	}
	power_down();
}

static void settings_of_a_request_arrive_together(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 64; i++) {
		const struct virtual_sensor_delays delays = {
			.exposure = i % 4,
			.gain = i / 4 % 4,
			.frame_length = i / 16,
		};

		check_delays(&delays);
	}
}

/* The test above can fail: a host that knows wrong delays mixes requests. */
static void wrong_delays_mix_requests(void **state)
{
	const struct virtual_sensor_delays real = { 2, 1, 2 };
	const struct virtual_sensor_delays believed = { 2, 2, 2 };
	int mixed = 0;

	(void)state;
	power_up(real, believed);
	for (uint32_t n = 1; n < 20; n++) {
		struct virtual_sensor_settings got;

		request(n);
		got = take();
		mixed += !is_equal(got, virtual_delayed_get(&bed.delayed,
							    bed.frame - 1,
							    NULL));
	}
	assert_true(mixed > 10);
	power_down();
}

static void the_last_request_of_a_frame_counts(void **state)
{
	const struct virtual_sensor_delays delays = { 2, 1, 2 };

	(void)state;
	power_up(delays, delays);
	request(1);
	request(2);
	assert_int_equal(virtual_delayed_requested(&bed.delayed).gain, 2);
	take();
	take();
	assert_int_equal(take().gain, 2);
	/* And it stays. */
	for (int i = 0; i < 40; i++)
		assert_int_equal(take().lines, 102);
	assert_int_equal(virtual_delayed_requested(&bed.delayed).lines, 102);
	power_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_of_a_request_arrive_together),
		cmocka_unit_test(wrong_delays_mix_requests),
		cmocka_unit_test(the_last_request_of_a_frame_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
