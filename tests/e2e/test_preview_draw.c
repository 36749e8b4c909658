/* SPDX-License-Identifier: MIT */
/* Tests drawings of images: their size, their colours, and their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "preview_draw.h"

static void expect_fit(uint32_t width, uint32_t height, uint32_t columns,
		       uint32_t rows, uint32_t fit_width, uint32_t fit_height)
{
	const struct preview_image image = { NULL, width, height };
	const struct preview_size size =
		preview_draw_fit(&image, columns, rows);

	assert_int_equal(size.width, fit_width);
	assert_int_equal(size.height, fit_height);
}

static void keeps_proportions(void **state)
{
	(void)state;
	expect_fit(640, 480, 79, 22, 58, 44); /* as high as the terminal */
	expect_fit(640, 480, 40, 50, 40, 30); /* as wide */
	expect_fit(64, 48, 200, 200, 64, 48); /* no larger than the image */
	expect_fit(4000, 3000, 4000, 3000, 213, 160); /* bounded */
	expect_fit(640, 64, 10, 10, 10, 2); /* never flatter than a row */
	expect_fit(64, 64000, 80, 24, 1, 48);
	expect_fit(640, 480, 1, 1, 1, 2);
	expect_fit(640, 480, 0, 22, 0, 0);
	expect_fit(640, 480, 79, 0, 0, 0);
	expect_fit(UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, 160, 160);
}

/* A text is what a terminal would show. */
static void colours_are_those_of_the_pixels(void **state)
{
	static const uint8_t rgb[] = {
		255, 0,	  0, 255, 0,   0, /* red, red */
		0,   255, 0, 0,	  255, 7, /* green, nearly */
		1,   2,	  3, 1,	  2,   3,
		1,   2,	  3, 4,	  5,   6,
	};
	const struct preview_image image = { rgb, 2, 4 };
	const struct preview_size size = preview_draw_fit(&image, 2, 2);
	char text[1024];
	size_t n;

	(void)state;
	assert_int_equal(size.width, 2);
	assert_int_equal(size.height, 4);
	assert_true(preview_draw_room(size) < sizeof(text));
	n = preview_draw(&image, size, text);
	text[n] = '\0';
	assert_string_equal(text,
			    "\x1b[38;2;255;0;0m\x1b[48;2;0;255;0m\xe2\x96\x80"
			    "\x1b[48;2;0;255;7m\xe2\x96\x80"
			    "\x1b[0m\x1b[K\r\n"
			    "\x1b[38;2;1;2;3m\x1b[48;2;1;2;3m\xe2\x96\x80"
			    "\x1b[48;2;4;5;6m\xe2\x96\x80"
			    "\x1b[0m\x1b[K\r\n");
}

/* A larger image: each pixel is a mean, and none is read past the end. */
static void pixels_are_means(void **state)
{
	const uint32_t width = 301;
	const uint32_t height = 199;
	uint8_t *rgb = malloc((size_t)3 * width * height);
	const struct preview_image image = { rgb, width, height };
	struct preview_size size;
	char *text;
	size_t n;

	(void)state;
	assert_non_null(rgb);
	/* Columns of black and white, one pixel wide. */
	for (size_t i = 0; i < (size_t)width * height; i++)
		memset(rgb + 3 * i, i % width % 2 ? 255 : 0, 3);
	for (uint32_t columns = 1; columns < 120; columns += 7) {
		size = preview_draw_fit(&image, columns, 60);
		text = malloc(preview_draw_room(size));
		assert_non_null(text);
		n = preview_draw(&image, size, text);
		assert_true(n <= preview_draw_room(size));
		free(text);
	}
	/* All of one colour: one text of the colour in each row. */
	memset(rgb, 200, (size_t)3 * width * height);
	size = preview_draw_fit(&image, 50, 60);
	text = malloc(preview_draw_room(size) + 1);
	assert_non_null(text);
	n = preview_draw(&image, size, text);
	text[n] = '\0';
	assert_int_equal(n, size.height / 2 *
				    (strlen("\x1b[38;2;200;200;200m") * 2 +
				     3 * size.width +
				     strlen("\x1b[0m\x1b[K\r\n")));
	free(text);
	free(rgb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_proportions),
		cmocka_unit_test(colours_are_those_of_the_pixels),
		cmocka_unit_test(pixels_are_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
