/* SPDX-License-Identifier: MIT */
/*
 * Compares images with those of the formulas, pixel by pixel: for any size,
 * recipe and edge, with the code of every machine and with the fast code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "develop.h"
#include "under_valgrind.h"
#include "wide.h"

#define MAX_WIDTH 70
#define MAX_HEIGHT 10
#define WHITE 65535

static uint16_t raw[MAX_HEIGHT][MAX_WIDTH];
static uint16_t shading[MAX_HEIGHT * MAX_WIDTH];
static uint8_t rgb[MAX_HEIGHT * MAX_WIDTH * 3];
static struct virtual_recipe recipe;
static uint32_t width;
static uint32_t height;

static uint32_t next_random(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(state >> 32);
}

static int64_t between(int64_t least, int64_t most)
{
	return least + (int64_t)(next_random() % (uint64_t)(most - least + 1));
}

static int64_t clip(int64_t value, int64_t most)
{
	return value < 0 ? 0 : value > most ? most : value;
}

/* A balanced pixel; those beyond an edge are mirrored. */
static int64_t at(int64_t x, int64_t y)
{
	const int64_t right = (int64_t)width - 1;
	const int64_t bottom = (int64_t)height - 1;
	const int64_t half = 1023 * 256 / 2;
	int64_t black;
	int64_t range = 1023 * 256;
	int64_t gain;
	int64_t level;
	int colour;

	x = x < 0 ? -x : x > right ? 2 * right - x : x;
	y = y < 0 ? -y : y > bottom ? 2 * bottom - y : y;
	colour = (int)((y & 1) * 2 + (x & 1));
	black = recipe.black[colour];
	black = black > half ? half : black < -half ? -half : black;
	gain = clip(recipe.gain[colour], 64 << 12);
	if (recipe.stretch)
		range -= black;
	level = clip(((raw[y][x] & 1023) * 256) - black, INT32_MAX);
	if (!recipe.shading)
		return clip((level * gain * WHITE / range) >> 12, WHITE);
	level = clip(level * WHITE / range, WHITE);
	level = clip(level * shading[y * width + x] >> 10, WHITE);
	return clip(level * gain >> 12, WHITE);
}

static int64_t green_at(int64_t x, int64_t y)
{
	int64_t near = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) +
		       at(x, y + 1);
	int64_t far = at(x - 2, y) + at(x + 2, y) + at(x, y - 2) +
		      at(x, y + 2);

	return clip((4 * at(x, y) + 2 * near - far) / 8, WHITE);
}

static int64_t corners(int64_t x, int64_t y)
{
	return at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) +
	       at(x + 1, y + 1);
}

/* At green: the colour of the neighbours at a distance of dx, dy. */
static int64_t beside_green(int64_t x, int64_t y, int64_t dx, int64_t dy)
{
	int64_t near = at(x - dx, y - dy) + at(x + dx, y + dy);
	int64_t along = at(x - 2 * dx, y - 2 * dy) +
			at(x + 2 * dx, y + 2 * dy);
	int64_t across = at(x - 2 * dy, y - 2 * dx) +
			 at(x + 2 * dy, y + 2 * dx);

	return clip((10 * at(x, y) + 8 * near - 2 * (corners(x, y) + along) +
		     across) / 16,
		    WHITE);
}

static int64_t opposite_at(int64_t x, int64_t y)
{
	int64_t far = at(x - 2, y) + at(x + 2, y) + at(x, y - 2) +
		      at(x, y + 2);

	return clip((12 * at(x, y) + 4 * corners(x, y) - 3 * far) / 16, WHITE);
}

static void colours_of(int64_t x, int64_t y, int64_t ret_colours[3])
{
	if ((x & 1) != (y & 1)) {
		ret_colours[y & 1 ? 2 : 0] = beside_green(x, y, 1, 0);
		ret_colours[1] = at(x, y);
		ret_colours[y & 1 ? 0 : 2] = beside_green(x, y, 0, 1);
		return;
	}
	ret_colours[y & 1 ? 2 : 0] = at(x, y);
	ret_colours[1] = green_at(x, y);
	ret_colours[y & 1 ? 0 : 2] = opposite_at(x, y);
}

static uint8_t tone_of(int row, const int64_t colours[3])
{
	const int64_t most = 16 << 12;
	int64_t sum = 0;
	uint32_t level;
	uint32_t a;
	uint32_t b;

	for (int i = 0; i < 3; i++) {
		int64_t entry = recipe.matrix[3 * row + i];

		entry = entry > most ? most : entry < -most ? -most : entry;
		sum += entry * colours[i];
	}
	level = (uint32_t)clip(sum / 4096 + recipe.offset[row], WHITE) / 16;
	a = recipe.tones[level / 16];
	b = recipe.tones[level / 16 + 1];
	a = (a * (16 - level % 16) + b * (level % 16)) / 16;
	return (uint8_t)((a * 255 + WHITE / 2) / WHITE);
}

static void expect_formulas(void)
{
	for (uint32_t y = 0; y < height; y++) {
		for (uint32_t x = 0; x < width; x++) {
			int64_t colours[3];

			colours_of(x, y, colours);
			for (int i = 0; i < 3; i++)
				if (rgb[3 * (y * width + x) + (uint32_t)i] !=
				    tone_of(i, colours))
					fail_msg("%ux%u: colour %d of pixel "
						 "%u, %u is %u, not %u",
						 width, height, i, x, y,
						 rgb[3 * (y * width + x) +
						     (uint32_t)i],
						 tone_of(i, colours));
		}
	}
}

/* @extreme: numbers that no sane IPA writes, up to the ends of their types. */
static void draw_recipe(bool extreme)
{
	recipe.stretch = next_random() & 1;
	recipe.shading = next_random() & 1 ? shading : NULL;
	for (size_t i = 0; i < MAX_HEIGHT * MAX_WIDTH; i++)
		shading[i] = (uint16_t)between(1024, extreme ? 65535 : 4096);
	for (int i = 0; i < 4; i++) {
		recipe.black[i] = (int32_t)between(extreme ? INT32_MIN : 0,
						   extreme ? INT32_MAX : 20000);
		recipe.gain[i] = (uint32_t)between(extreme ? 0 : 4096,
						   extreme ? UINT32_MAX : 9000);
	}
	for (int i = 0; i < 9; i++)
		recipe.matrix[i] = (int32_t)between(extreme ? -90000 : -8000,
						    extreme ? 90000 : 12000);
	for (int i = 0; i < 3; i++)
		recipe.offset[i] = (int32_t)between(extreme ? INT32_MIN : -99,
						    extreme ? INT32_MAX : 99);
	for (int i = 0; i < VIRTUAL_DEVELOP_POINTS; i++)
		recipe.tones[i] = (uint16_t)next_random();
	for (uint32_t y = 0; y < MAX_HEIGHT; y++)
		for (uint32_t x = 0; x < MAX_WIDTH; x++)
			raw[y][x] = (uint16_t)next_random();
}

/* The image is packed: its rows follow each other. */
static void develop(bool fast)
{
	static uint16_t packed[MAX_HEIGHT * MAX_WIDTH];
	struct virtual_developer developer;

	for (uint32_t y = 0; y < height; y++)
		memcpy(packed + y * width, raw[y], width * sizeof(*packed));
	memset(rgb, 0xa5, sizeof(rgb));
	assert_int_equal(virtual_developer_init(&developer, width, height), 0);
	developer.debayer.is_fast = fast && developer.debayer.is_fast;
	virtual_develop_recipe(&developer, &recipe, packed, rgb);
	virtual_developer_fini(&developer);
	/* And not a byte more. */
	if (height < MAX_HEIGHT)
		assert_int_equal(rgb[3 * width * height], 0xa5);
}

static void compare(bool fast)
{
	const int rounds = test_amount(20, 4, 2);

	for (int round = 0; round < rounds; round++) {
		for (width = 4; width <= MAX_WIDTH; width += 2) {
			height = 4 + 2 * (uint32_t)(round % 4);
			draw_recipe(round & 1);
			develop(fast);
			expect_formulas();
		}
	}
}

static void every_machine_computes_the_formulas(void **state)
{
	(void)state;
	compare(false);
}

static void so_does_the_fast_code(void **state)
{
	(void)state;
	if (!wide_is_fast()) {
		print_message("skipped: this machine has no AVX2\n");
		skip();
	}
	compare(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_computes_the_formulas),
		cmocka_unit_test(so_does_the_fast_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
