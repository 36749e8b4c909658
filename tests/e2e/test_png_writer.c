/* SPDX-License-Identifier: MIT */
/* Tests that libpng reads every picture as it was written: any size, noise, one
 * colour, and bytes so unlike in number that their codes must be shortened. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture_reader.h"
#include "png_writer.h"
#include "under_valgrind.h"

static uint32_t next_random(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(state >> 32);
}

static void expect_read_back(const uint8_t *rgb, uint32_t width,
			     uint32_t height)
{
	char error[VIRTUAL_SCENE_ERROR_SIZE] = "";
	struct virtual_picture picture;
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(png_writer_write(file, rgb, width, height), 0);
	rewind(file);
	if (virtual_png_read(file, &picture, error) < 0)
		fail_msg("%ux%u: %s", width, height, error);
	assert_int_equal(picture.width, width);
	assert_int_equal(picture.height, height);
	assert_memory_equal(picture.rgb, rgb, (size_t)3 * width * height);
	/* And nothing follows. */
	assert_int_equal(fgetc(file), EOF);
	free(picture.rgb);
	fclose(file);
}

static void writes_any_size(void **state)
{
	static const uint32_t sizes[][2] = {
		{ 1, 1 },    { 1, 2 },	   { 2, 1 },	{ 3, 5 }, { 640, 480 },
		{ 7000, 9 }, { 16384, 4 }, { 1, 3000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const uint32_t width = sizes[i][0];
		const size_t n = (size_t)3 * width * sizes[i][1];
		uint8_t *rgb = malloc(n);

		assert_non_null(rgb);
		for (size_t k = 0; k < n; k++)
			rgb[k] = (uint8_t)next_random();
		expect_read_back(rgb, width, sizes[i][1]);
		memset(rgb, 77, n);
		expect_read_back(rgb, width, sizes[i][1]);
		for (size_t k = 0; k < n; k++)
			rgb[k] = (uint8_t)(128 + next_random() % 4);
		expect_read_back(rgb, width, sizes[i][1]);
		free(rgb);
	}
}

/* Makes differences of neighbours of what @rgb has. */
static void integrate(uint8_t *rgb, uint32_t width, uint32_t height)
{
	for (uint32_t y = 0; y < height; y++)
		for (size_t x = 3; x < (size_t)3 * width; x++) {
			uint8_t *p = rgb + (size_t)3 * width * y + x;

			*p = (uint8_t)(*p + p[-3]);
		}
}

/* With counts of Fibonacci the best code of the rarest byte has as many bits as
 * there are bytes; deflate allows 15. */
static void shortens_codes_that_are_too_long(void **state)
{
	const uint32_t width = 16384;
	const uint32_t height = 16;
	const size_t n = (size_t)3 * width * height;
	uint8_t *rgb = calloc(n, 1);
	size_t at = 0;
	size_t a = 1;
	size_t b = 1;

	(void)state;
	assert_non_null(rgb);
	for (unsigned int byte = 200; byte < 256 && at + a <= n; byte++) {
		size_t sum = a + b;

		memset(rgb + at, (int)byte, a);
		at += a;
		a = b;
		b = sum;
	}
	for (size_t k = n; k > 1; k--) {
		size_t other = next_random() % k;
		uint8_t kept = rgb[k - 1];

		rgb[k - 1] = rgb[other];
		rgb[other] = kept;
	}
	integrate(rgb, width, height);
	expect_read_back(rgb, width, height);
	free(rgb);
}

/* Random numbers of random bytes, some of which do not occur. */
static void writes_any_distribution(void **state)
{
	const int rounds = test_amount(60, 10, 3);
	static uint8_t rgb[64 * 64 * 3];

	(void)state;
	for (int round = 0; round < rounds; round++) {
		const uint32_t shift = next_random() % 9;
		const uint32_t mask = next_random();

		for (size_t k = 0; k < sizeof(rgb); k++)
			rgb[k] = (uint8_t)((next_random() & mask) >> shift);
		integrate(rgb, 64, 64);
		expect_read_back(rgb, 64, 64);
	}
}

static void tells_why_it_cannot_write(void **state)
{
	static uint8_t rgb[64 * 64 * 3];
	FILE *file = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(file);
	setbuf(file, NULL);
	assert_int_equal(png_writer_write(file, rgb, 64, 64), -ENOSPC);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_any_size),
		cmocka_unit_test(shortens_codes_that_are_too_long),
		cmocka_unit_test(writes_any_distribution),
		cmocka_unit_test(tells_why_it_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
