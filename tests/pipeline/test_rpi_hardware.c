/* SPDX-License-Identifier: MIT */
/*
 * Tests the model of the Raspberry Pi's image processor with frames whose
 * statistics and images can be computed by hand: flat ones and a step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log_capture.h"
#include "rpi_hardware.h"

#define WIDTH 160u
#define HEIGHT 120u
#define CELLS (WIDTH / 2 * (HEIGHT / 2))

static struct rpi_hardware *hardware;
static struct rpi_parameters parameters;
static struct bcm2835_isp_stats statistics;
static uint16_t raw[WIDTH * (HEIGHT + VIRTUAL_SENSOR_DARK_LINES)];
static uint16_t *const image = raw + WIDTH * VIRTUAL_SENSOR_DARK_LINES;
static uint8_t rgb[WIDTH * HEIGHT * 3];

static int setup(void **state)
{
	(void)state;
	rpi_parameters_init(&parameters);
	return rpi_hardware_create(WIDTH, HEIGHT, &hardware);
}

static int teardown(void **state)
{
	(void)state;
	rpi_hardware_destroy(hardware);
	return 0;
}

static void set_pixel(uint32_t x, uint32_t y, const uint16_t colour[3])
{
	image[(size_t)y * WIDTH + x] = colour[(y & 1) + (x & 1)];
}

static void fill(uint16_t red, uint16_t green, uint16_t blue)
{
	const uint16_t colour[3] = { red, green, blue };

	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			set_pixel(x, y, colour);
}

/* Raw 64 of 10 bits is 4096 of 16. */
static void subtract_black(void)
{
	parameters.black.enabled = 1;
	parameters.black.black_level_r = 4096;
	parameters.black.black_level_g = 4096;
	parameters.black.black_level_b = 4096;
}

static const uint8_t *process(uint32_t x, uint32_t y)
{
	rpi_hardware_process(hardware, &parameters, image, rgb);
	return rgb + 3 * ((size_t)y * WIDTH + x);
}

static void measure(void)
{
	process(0, 0);
	memset(&statistics, 0xff, sizeof(statistics));
	rpi_hardware_measure(hardware, raw, &statistics);
}

static void expect_colour(const uint8_t *p, int red, int green, int blue)
{
	assert_in_range(p[0], red - 1, red + 1);
	assert_in_range(p[1], green - 1, green + 1);
	assert_in_range(p[2], blue - 1, blue + 1);
}

/* Kernel and module must agree on every byte. */
static void layouts_are_the_kernels(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct bcm2835_isp_custom_ccm), 88);
	assert_int_equal(sizeof(struct bcm2835_isp_black_level), 12);
	assert_int_equal(sizeof(struct bcm2835_isp_gamma), 136);
	assert_int_equal(sizeof(struct bcm2835_isp_lens_shading), 36);
	assert_int_equal(sizeof(struct bcm2835_isp_stats_hist), 1536);
	assert_int_equal(sizeof(struct bcm2835_isp_stats_region), 32);
	assert_int_equal(sizeof(struct bcm2835_isp_stats_focus), 48);
	assert_int_equal(sizeof(struct bcm2835_isp_stats),
			 8 + 2 * 1536 + (192 + 16 + 16) * 32 + 12 * 48);
	assert_int_equal(BCM2835_ISP_CC_MATRIX, 0x009819e1);
}

/* Raw 64 + 128, 256, 64 are 1024, 2048, 512 of 13 bits above black. */
static void measures_flat_colours(void **state)
{
	(void)state;
	fill(64 + 128, 64 + 256, 64 + 64);
	subtract_black();
	/* Gains do not show: the IPA applies its own. */
	parameters.red_balance = 2000;
	parameters.digital_gain = 1500;
	measure();
	assert_int_equal(statistics.version, 1);
	assert_int_equal(statistics.size, sizeof(statistics));
	for (int i = 0; i < BCM2835_ISP_AWB_REGIONS; i++) {
		const struct bcm2835_isp_stats_region *r =
			&statistics.awb_stats[i];

		assert_int_equal(r->counted, CELLS / 192);
		assert_int_equal(r->notcounted, 0);
		assert_int_equal(r->r_sum, 1024ull * r->counted);
		assert_int_equal(r->g_sum, 2048ull * r->counted);
		assert_int_equal(r->b_sum, 512ull * r->counted);
	}
	for (int i = 0; i < BCM2835_ISP_AGC_REGIONS; i++) {
		const struct bcm2835_isp_stats_region *r =
			&statistics.agc_stats[i];

		assert_int_equal(r->counted, i < 15 ? CELLS / 15 : 0);
		assert_int_equal(r->g_sum, 2048ull * r->counted);
	}
	assert_int_equal(statistics.hist[0].r_hist[16], CELLS);
	assert_int_equal(statistics.hist[0].g_hist[32], CELLS);
	assert_int_equal(statistics.hist[0].b_hist[8], CELLS);
	assert_int_equal(statistics.focus_stats[5].contrast_val[1][1], 0);
}

/* One step in the middle of the frame. */
static void measures_a_step(void **state)
{
	const uint16_t dark[3] = { 64, 64, 64 };
	const uint16_t bright[3] = { 64 + 512, 64 + 512, 64 + 512 };

	(void)state;
	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			set_pixel(x, y, x < WIDTH / 2 ? dark : bright);
	subtract_black();
	measure();
	/* Regions of exposure: 0 is the middle, 9 far left, 10 far right. */
	assert_int_equal(statistics.agc_stats[9].g_sum, 0);
	assert_int_equal(statistics.agc_stats[10].g_sum,
			 4096ull * (CELLS / 15));
	assert_int_equal(statistics.agc_stats[0].g_sum,
			 4096ull * (CELLS / 30));
	assert_int_equal(statistics.awb_stats[7].g_sum, 0);
	assert_int_equal(statistics.awb_stats[8].g_sum,
			 4096ull * (CELLS / 192));
	/* The third of four columns of focus regions has the step. */
	for (int i = 0; i < BCM2835_ISP_FOCUS_REGIONS; i++)
		assert_int_equal(statistics.focus_stats[i].contrast_val[0][1],
				 i % 4 == 2 ? 4096ull * 4096 * (HEIGHT / 6)
					    : 0);
}

static void clipped_cells_are_not_counted(void **state)
{
	const uint16_t white[3] = { 1023, 500, 500 };

	(void)state;
	fill(500, 500, 500);
	subtract_black();
	set_pixel(0, 0, white);
	measure();
	assert_int_equal(statistics.awb_stats[0].notcounted, 1);
	assert_int_equal(statistics.awb_stats[0].counted, CELLS / 192 - 1);
	assert_int_equal(statistics.agc_stats[11].notcounted, 0);
	assert_int_equal(statistics.agc_stats[11].counted, CELLS / 15);
}

/* 256 of 1023 are 64 of 255. */
static void subtracts_and_balances(void **state)
{
	(void)state;
	fill(64 + 128, 64 + 256, 64 + 512);
	expect_colour(process(40, 40), 48, 80, 144);
	subtract_black();
	expect_colour(process(40, 40), 32, 64, 128);
	parameters.red_balance = 2000;
	parameters.blue_balance = 500;
	expect_colour(process(40, 40), 64, 64, 64);
	parameters.digital_gain = 1500;
	expect_colour(process(40, 40), 96, 96, 96);
}

static void applies_matrix_and_tones(void **state)
{
	(void)state;
	fill(64 + 128, 64 + 256, 64 + 512);
	subtract_black();
	parameters.matrix.enabled = 1;
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			parameters.matrix.ccm[i][k].den = 1000;
	parameters.matrix.ccm[0][1].num = 1000;
	parameters.matrix.ccm[1][2].num = 1000;
	parameters.matrix.ccm[1][0].num = -500;
	parameters.matrix.ccm[2][2].num = 500;
	expect_colour(process(40, 40), 64, 112, 64);
	/* A denominator of 0 is a factor of 0. */
	parameters.matrix.ccm[0][1].den = 0;
	assert_int_equal(process(40, 40)[0], 0);
	parameters.gamma.enabled = 1;
	for (int i = 0; i < BCM2835_ISP_GAMMA_POINTS; i++) {
		int x = i * 2048 < 65535 ? i * 2048 : 65535;

		parameters.gamma.x[i] = (uint16_t)x;
		parameters.gamma.y[i] = (uint16_t)(65535 - x);
	}
	expect_colour(process(40, 40), 254, 255 - 112, 255 - 64);
}

/* Cells of 40 pixels: the left corners have a factor of 2, all others 1. */
static void corrects_lens_shading(void **state)
{
	struct bcm2835_isp_lens_shading *s = &parameters.shading;

	(void)state;
	fill(64 + 128, 64 + 128, 64 + 128);
	subtract_black();
	s->enabled = 1;
	s->corner_sampled = 1;
	s->gain_format = BCM2835_ISP_GAIN_U4P10;
	s->grid_cell_size = 40;
	s->grid_width = s->grid_stride = 5;
	s->grid_height = 4;
	for (int i = 0; i < 4 * 5 * 4; i++)
		parameters.table[i] = i % 5 ? 1024 : 2048;
	expect_colour(process(0, 60), 64, 64, 64);
	expect_colour(rgb + 3 * (60 * WIDTH + 20), 48, 48, 48);
	expect_colour(rgb + 3 * (60 * WIDTH + 100), 32, 32, 32);
	measure();
	assert_true(statistics.awb_stats[16 * 6].r_sum >
		    statistics.awb_stats[16 * 6 + 8].r_sum * 3 / 2);
	/* Another table is noticed. */
	for (int i = 0; i < 4 * 5 * 4; i++)
		parameters.table[i] = 3072;
	expect_colour(process(80, 60), 96, 96, 96);
	s->enabled = 0;
	expect_colour(process(80, 60), 32, 32, 32);
}

/* A grid that the table does not hold is no grid. */
static void refuses_wrong_grids(void **state)
{
	static const struct bcm2835_isp_lens_shading good = {
		.enabled = 1,
		.grid_cell_size = 8,
		.grid_width = 64,
		.grid_stride = 64,
		.grid_height = 64,
		.corner_sampled = 1,
		.gain_format = BCM2835_ISP_GAIN_U4P10,
	};
	struct bcm2835_isp_lens_shading wrong[8];

	(void)state;
	fill(64 + 128, 64 + 128, 64 + 128);
	subtract_black();
	for (int i = 0; i < RPI_SHADING_ENTRIES; i++)
		parameters.table[i] = 2048;
	parameters.shading = good;
	expect_colour(process(80, 60), 64, 64, 64);
	for (int i = 0; i < 8; i++)
		wrong[i] = good;
	wrong[0].grid_height = 65;
	wrong[1].grid_stride = UINT32_MAX;
	wrong[2].grid_width = 65;
	wrong[3].grid_cell_size = 0;
	wrong[4].grid_width = 1;
	wrong[5].grid_height = UINT32_MAX;
	wrong[6].gain_format = 0;
	wrong[7].grid_height = 0;
	for (int i = 0; i < 8; i++) {
		parameters.shading = wrong[i];
		expect_colour(process(80, 60), 32, 32, 32);
	}
}

static struct cam_control bytes_control(uint32_t id, const void *bytes,
					size_t size)
{
	struct cam_control c = { .id_space = CAM_CONTROL_ID_SPACE_V4L2,
				 .id = id };

	c.value.tag = CAM_CONTROL_VALUE_BYTE_ARRAY;
	c.value.byte_array.items = bytes;
	c.value.byte_array.n_items = size;
	return c;
}

static void takes_what_has_the_right_size(void **state)
{
	const struct bcm2835_isp_black_level black = { .enabled = 1,
						       .black_level_r = 7 };
	const uint8_t ignored[4] = { 0 };
	struct cam_control controls[4] = {
		bytes_control(BCM2835_ISP_BLACK_LEVEL, &black,
			      sizeof(black) - 1),
		bytes_control(BCM2835_ISP_SHARPEN, ignored, 4),
		{ .id_space = CAM_CONTROL_ID_SPACE_V4L2,
		  .id = V4L2_CID_RED_BALANCE },
		bytes_control(BCM2835_ISP_GEQ, ignored, 4),
	};
	struct cam_control_list list = { controls, 4 };

	(void)state;
	fill(320, 320, 320);
	controls[2].value.tag = CAM_CONTROL_VALUE_INTEGER32;
	controls[2].value.integer32 = -5;
	log_capture_begin();
	rpi_parameters_take(&parameters, &list);
	process(0, 0);
	process(0, 0);
	log_capture_end();
	log_capture_expect(1, CAMIPC_LOG_INFO, "GEQ, sharpen, which");
	assert_int_equal(parameters.black.enabled, 0);
	assert_int_equal(parameters.red_balance, 0);
	assert_int_equal(parameters.blue_balance, 1000);
	controls[0].value.byte_array.n_items++;
	controls[2].value.integer32 = INT32_MAX;
	rpi_parameters_take(&parameters, &list);
	assert_int_equal(parameters.black.black_level_r, 7);
	assert_int_equal(parameters.red_balance, 64000);
	/* A list without them changes nothing. */
	list.n_controls = 0;
	rpi_parameters_take(&parameters, &list);
	assert_int_equal(parameters.black.black_level_r, 7);
}

static void survives_any_parameters(void **state)
{
	uint8_t *bytes = (uint8_t *)&parameters;
	uint32_t seed = 1;

	(void)state;
	fill(500, 1023, 0);
	log_capture_begin();
	for (int n = 0; n < 20; n++) {
		for (size_t i = 0; i < sizeof(parameters); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = n == 0 ? 0xff : (uint8_t)(seed >> 24);
		}
		parameters.red_balance %= 64001;
		parameters.blue_balance %= 64001;
		parameters.digital_gain %= 64001;
		parameters.ignored %= 32;
		measure();
	}
	log_capture_end();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(layouts_are_the_kernels),
		TEST(measures_flat_colours),
		TEST(measures_a_step),
		TEST(clipped_cells_are_not_counted),
		TEST(subtracts_and_balances),
		TEST(applies_matrix_and_tones),
		TEST(corrects_lens_shading),
		TEST(refuses_wrong_grids),
		TEST(takes_what_has_the_right_size),
		TEST(survives_any_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
