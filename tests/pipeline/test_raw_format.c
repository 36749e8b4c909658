/* SPDX-License-Identifier: MIT */
/* Tests how raw Bayer formats of kernel cameras become 10 bits, RGGB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cam_fourcc.h"
#include "raw_format.h"

#define WIDTH 6
#define HEIGHT 4
#define STRIDE 16

static const struct raw_format *find(const char *name)
{
	const struct raw_format *format;
	uint32_t fourcc;

	assert_int_equal(cam_fourcc_from_string(name, &fourcc), 0);
	format = raw_format_find(fourcc);
	assert_non_null(format);
	return format;
}

static void unpack(const char *name, const uint8_t *from,
		   uint16_t pixels[HEIGHT * WIDTH])
{
	const struct video_format layout = {
		.width = WIDTH,
		.height = HEIGHT,
		.stride = STRIDE,
		.size = STRIDE * HEIGHT,
	};

	memset(pixels, 0xee, HEIGHT * WIDTH * sizeof(*pixels));
	raw_format_unpack(find(name), &layout, from, pixels);
}

/* One value at the first byte, and what becomes of it. */
static uint16_t one(const char *name, uint8_t low, uint8_t high)
{
	uint8_t frame[STRIDE * HEIGHT] = { low, high };
	uint16_t pixels[HEIGHT * WIDTH];

	unpack(name, frame, pixels);
	return pixels[0];
}

static void depths_are_scaled(void **state)
{
	(void)state;
	assert_int_equal(one("SRGGB8", 0, 9), 0);
	assert_int_equal(one("SRGGB8", 1, 9), 4);
	assert_int_equal(one("SRGGB8", 128, 9), 514);
	assert_int_equal(one("SRGGB8", 255, 9), 1023);
	assert_int_equal(one("SRGGB10", 0x34, 0x02), 0x234);
	assert_int_equal(one("SRGGB10", 0xff, 0x03), 1023);
	assert_int_equal(one("SRGGB12", 0x34, 0x0f), 0xf34 >> 2);
	assert_int_equal(one("SRGGB12", 0xff, 0x0f), 1023);
}

/* A driver that writes more bits than its format has is not believed. */
static void values_beyond_the_format_are_white(void **state)
{
	(void)state;
	assert_int_equal(one("SRGGB10", 0, 0x04), 1023);
	assert_int_equal(one("SRGGB10", 0xff, 0xff), 1023);
	assert_int_equal(one("SRGGB12", 0, 0x10), 1023);
	assert_int_equal(one("SRGGB12", 0xff, 0xff), 1023);
}

/* Each byte says where it is: x + 16 y. */
static void make_frame(uint8_t frame[STRIDE * HEIGHT], bool wide)
{
	memset(frame, 0xff, STRIDE * HEIGHT);
	for (uint32_t y = 0; y < HEIGHT; y++) {
		for (uint32_t x = 0; x < WIDTH; x++) {
			const uint8_t value = (uint8_t)(x + 16 * y);

			frame[y * STRIDE + (wide ? 2 * x : x)] = value;
			if (wide)
				frame[y * STRIDE + 2 * x + 1] = 0;
		}
	}
}

/* A pixel comes from a place of its own colour, at most one away, except at the
 * last column and line. */
static void check_order(const char *name, bool wide, unsigned int red_x,
			unsigned int red_y)
{
	uint8_t frame[STRIDE * HEIGHT];
	uint16_t pixels[HEIGHT * WIDTH];

	make_frame(frame, wide);
	unpack(name, frame, pixels);
	for (uint32_t y = 0; y < HEIGHT; y++) {
		for (uint32_t x = 0; x < WIDTH; x++) {
			const uint16_t value = pixels[y * WIDTH + x];
			/* 8 bits are 4 times as much, and their upper bits. */
			const uint32_t at = wide ? value : value / 4u;
			const uint32_t from_x = at % 16;
			const uint32_t from_y = at / 16;

			assert_int_equal(from_x % 2, (x + red_x) % 2);
			assert_int_equal(from_y % 2, (y + red_y) % 2);
			assert_int_equal(from_x, x + red_x < WIDTH ? x + red_x :
								     WIDTH - 2);
			assert_int_equal(from_y, y + red_y < HEIGHT ?
							 y + red_y :
							 HEIGHT - 2);
		}
	}
}

static void orders_become_rggb(void **state)
{
	(void)state;
	check_order("SRGGB8", false, 0, 0);
	check_order("SGRBG8", false, 1, 0);
	check_order("SGBRG8", false, 0, 1);
	check_order("SBGGR8", false, 1, 1);
	check_order("SRGGB10", true, 0, 0);
	check_order("SGRBG10", true, 1, 0);
	check_order("SGBRG10", true, 0, 1);
	check_order("SBGGR10", true, 1, 1);
}

static void each_format_has_a_name(void **state)
{
	const struct raw_format *format;
	char name[CAM_FOURCC_STRING_SIZE];
	size_t n = 0;

	(void)state;
	for (; (format = raw_format_get(n)); n++) {
		assert_ptr_equal(raw_format_find(format->fourcc), format);
		assert_ptr_equal(find(cam_fourcc_to_string(format->fourcc,
							   name)),
				 format);
		assert_int_equal(name[0], 'S');
		assert_int_equal(raw_format_line_size(format, 10),
				 format->bits == 8 ? 10 : 20);
	}
	assert_int_equal(n, 12);
	assert_null(raw_format_find(CAM_FOURCC_RGB888));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(depths_are_scaled),
		cmocka_unit_test(values_beyond_the_format_are_white),
		cmocka_unit_test(orders_become_rggb),
		cmocka_unit_test(each_format_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
