/* SPDX-License-Identifier: MIT */
/* Scenes from picture files: whole, damaged and far too large ones. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "scene.h"
#include "test_files.h"

#define SIDE 40u

static char folder[TEST_PATH_SIZE];
static uint8_t picture[SIDE * SIDE * 3];
static uint8_t *png;
static png_alloc_size_t png_size;
static unsigned char *jpeg;
static unsigned long jpeg_size;

static void make_png(void)
{
	png_image image = { .version = PNG_IMAGE_VERSION,
			    .width = SIDE,
			    .height = SIDE,
			    .format = PNG_FORMAT_RGB };

	png_size = 100000;
	png = malloc(png_size);
	assert_true(png_image_write_to_memory(&image, png, &png_size, 0,
					      picture, 0, NULL));
}

static void make_jpeg(void)
{
	struct jpeg_error_mgr errors;
	struct jpeg_compress_struct c;

	c.err = jpeg_std_error(&errors);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &jpeg, &jpeg_size);
	c.image_width = SIDE;
	c.image_height = SIDE;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < SIDE) {
		JSAMPROW row = picture + (size_t)3 * SIDE * c.next_scanline;

		(void)jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
}

static int setup(void **state)
{
	uint32_t i;

	(void)state;
	test_folder_make(folder);
	/* Left half red, right half white. */
	for (i = 0; i < SIDE * SIDE; i++) {
		uint8_t other = i % SIDE < SIDE / 2 ? 0 : 255;

		picture[3 * i] = 255;
		picture[3 * i + 1] = other;
		picture[3 * i + 2] = other;
	}
	make_png();
	make_jpeg();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_folder_remove(folder);
	free(png);
	free(jpeg);
	return 0;
}

/* Loads @data as a scene; what came is checked, freed and forgotten. */
static int load(const void *data, size_t size, char *error)
{
	const char *path = test_path(folder, "scene");
	struct virtual_scene scene = { .rgb = NULL };
	int ret;

	/* Some file systems write through what was truncated first. */
	unlink(path);
	test_file_write(path, data, size, 0600);
	error[0] = '\0';
	ret = virtual_scene_load(path, 64, 64, &scene, error);
	if (ret == 0) {
		const uint16_t *left = scene.rgb + 3 * (64 * 32 + 10);
		const uint16_t *right = scene.rgb + 3 * (64 * 32 + 54);

		assert_true(left[0] > 60000 && left[1] < 3000);
		assert_true(right[0] > 60000 && right[1] > 60000);
	} else {
		assert_null(scene.rgb);
		assert_true(error[0]);
		assert_null(strchr(error, '\n'));
	}
	virtual_scene_fini(&scene);
	return ret;
}

static void reads_png_and_jpeg(void **state)
{
	char error[VIRTUAL_SCENE_ERROR_SIZE];

	(void)state;
	assert_int_equal(load(png, png_size, error), 0);
	assert_int_equal(load(jpeg, jpeg_size, error), 0);
}

static void refuses_every_truncation(void **state)
{
	char error[VIRTUAL_SCENE_ERROR_SIZE];
	size_t n;

	(void)state;
	for (n = 0; n < png_size; n++)
		assert_int_equal(load(png, n, error), -EINVAL);
	/* The last two bytes of a JPEG only say that it is over. */
	for (n = 0; n + 2 < jpeg_size; n++)
		assert_int_equal(load(jpeg, n, error), -EINVAL);
}

/* Damaged anywhere it is either refused, or harmless; never a crash. */
static void survives_every_damaged_byte(void **state)
{
	char error[VIRTUAL_SCENE_ERROR_SIZE];
	const char *path = test_path(folder, "damaged");
	unsigned int refused = 0;
	size_t n;

	(void)state;
	for (n = 0; n < png_size + jpeg_size; n++) {
		uint8_t *data = n < png_size ? png : jpeg;
		size_t size = n < png_size ? png_size : jpeg_size;
		size_t at = n < png_size ? n : n - png_size;
		struct virtual_scene scene = { .rgb = NULL };

		data[at] ^= 0x55;
		unlink(path);
		test_file_write(path, data, size, 0600);
		data[at] ^= 0x55;
		if (virtual_scene_load(path, 64, 64, &scene, error) < 0)
			refused++;
		virtual_scene_fini(&scene);
	}
	assert_true(refused > png_size * 9 / 10);
}

static void refuses_what_is_no_picture(void **state)
{
	static const char text[] = "this is a text, and not a picture";
	char error[VIRTUAL_SCENE_ERROR_SIZE];
	struct virtual_scene scene;

	(void)state;
	assert_int_equal(load(text, sizeof(text), error), -EINVAL);
	assert_string_equal(error, "the file is neither PNG nor JPEG");
	assert_int_equal(load("", 0, error), -EINVAL);
	assert_string_equal(error, "the file is empty");
	assert_int_equal(virtual_scene_load(test_path(folder, "nothing"), 64,
					    64, &scene, error),
			 -ENOENT);
	assert_string_equal(error, "no such file or directory");
	assert_int_equal(virtual_scene_load(folder, 64, 64, &scene, error),
			 -EINVAL);
	assert_int_equal(virtual_scene_load("/dev/zero", 64, 64, &scene, error),
			 -EINVAL);
	assert_string_equal(error, "not a regular file");
}

/* The checksum of a PNG chunk's name and body, big-endian behind them. */
static void write_crc(uint8_t *chunk, size_t size)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size; i++) {
		crc ^= chunk[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	crc = ~crc;
	for (int i = 0; i < 4; i++)
		chunk[size + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* A header that promises more pixels than memory holds. */
static void refuses_enormous_pictures(void **state)
{
	char error[VIRTUAL_SCENE_ERROR_SIZE];
	uint8_t *copy = malloc(png_size);

	(void)state;
	memcpy(copy, png, png_size);
	copy[16] = 0x00; /* width, big-endian */
	copy[17] = 0x00;
	copy[18] = 0x40;
	copy[19] = 0x00;
	memcpy(copy + 20, copy + 16, 4);
	write_crc(copy + 12, 17);
	assert_int_equal(load(copy, png_size, error), -EFBIG);
	assert_non_null(strstr(error, "16384x16384"));
	free(copy);
}

static void crops_in_the_middle(void **state)
{
	struct virtual_picture wide = { SIDE, SIDE, picture };
	struct virtual_scene scene;
	uint32_t x;

	(void)state;
	/* Twice as high as wide: only the middle columns are seen. */
	assert_int_equal(virtual_scene_from_picture(&wide, 16, 64, &scene), 0);
	for (x = 0; x < 16; x++) {
		const uint16_t *p = scene.rgb + 3 * (16 * 32 + x);

		assert_int_equal(p[0], 65535);
		if (x < 7)
			assert_int_equal(p[1], 0);
		if (x > 8)
			assert_int_equal(p[1], 65535);
	}
	virtual_scene_fini(&scene);
}

static void chart_has_a_neutral_patch(void **state)
{
	static const uint32_t sizes[][2] = { { 160, 120 },
					     { 640, 480 },
					     { 1920, 1080 } };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct virtual_scene scene;
		uint32_t x, y, width, height;
		const uint16_t *p;

		assert_int_equal(virtual_scene_chart(sizes[i][0], sizes[i][1],
						     &scene),
				 0);
		virtual_scene_chart_neutral(sizes[i][0], sizes[i][1], &x, &y,
					    &width, &height);
		assert_true(width && height && width < sizes[i][0] / 5);
		p = scene.rgb + 3 * ((size_t)sizes[i][0] * y + x);
		assert_int_equal(p[0], p[1]);
		assert_int_equal(p[0], p[2]);
		p += 3 * ((size_t)sizes[i][0] * (height - 1) + width - 1);
		assert_int_equal(p[0], p[1]);
		assert_int_equal(p[0], p[2]);
		virtual_scene_fini(&scene);
	}
}

static struct fd_leak before;

static int count(void **state)
{
	(void)state;
	fd_leak_take(&before);
	return 0;
}

static int compare(void **state)
{
	(void)state;
	fd_leak_assert_none(&before);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_png_and_jpeg),
		cmocka_unit_test_setup_teardown(refuses_every_truncation, count,
						compare),
		cmocka_unit_test_setup_teardown(survives_every_damaged_byte,
						count, compare),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_picture,
						count, compare),
		cmocka_unit_test(refuses_enormous_pictures),
		cmocka_unit_test(crops_in_the_middle),
		cmocka_unit_test(chart_has_a_neutral_patch),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
