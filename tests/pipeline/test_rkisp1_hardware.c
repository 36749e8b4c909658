/* SPDX-License-Identifier: MIT */
/*
 * Tests the model of Rockchip's ISP1 with frames whose statistics and images can
 * be computed by hand: flat ones, ramps and a step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log_capture.h"
#include "rkisp1_hardware.h"

#define WIDTH 160u
#define HEIGHT 120u
#define CELLS (WIDTH / 2 * (HEIGHT / 2))

#define MODULE(name) RKISP1_CIF_ISP_MODULE_##name
#define MEASUREMENTS (MODULE(AWB) | MODULE(AEC) | MODULE(HST) | MODULE(AFC))

static struct rkisp1_hardware *hardware;
static struct rkisp1_params_cfg parameters;
static struct rkisp1_stat_buffer statistics;
static uint16_t raw[WIDTH * (HEIGHT + VIRTUAL_SENSOR_DARK_LINES)];
static uint16_t *const image = raw + WIDTH * VIRTUAL_SENSOR_DARK_LINES;
static uint8_t rgb[WIDTH * HEIGHT * 3];

static int setup(void **state)
{
	(void)state;
	memset(&parameters, 0, sizeof(parameters));
	for (size_t i = 0; i < WIDTH * VIRTUAL_SENSOR_DARK_LINES; i++)
		raw[i] = 64;
	return rkisp1_hardware_create(WIDTH, HEIGHT, &hardware);
}

static int teardown(void **state)
{
	(void)state;
	rkisp1_hardware_destroy(hardware);
	return 0;
}

static void set_pixel(uint32_t x, uint32_t y, const uint16_t colour[3])
{
	image[(size_t)y * WIDTH + x] = colour[(y & 1) + (x & 1)];
}

/* Fills the frame with one colour, in raw values. */
static void fill(uint16_t red, uint16_t green, uint16_t blue)
{
	const uint16_t colour[3] = { red, green, blue };

	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			set_pixel(x, y, colour);
}

static void enable(uint32_t modules)
{
	parameters.module_en_update |= modules;
	parameters.module_ens |= modules;
	parameters.module_cfg_update |= modules & ~MEASUREMENTS;
}

/* The black level of this sensor: 64 of 10 bits are 256 of 12 bits. */
static void subtract_black(void)
{
	struct rkisp1_cif_isp_bls_fixed_val *fixed =
		&parameters.others.bls_config.fixed_val;

	fixed->r = fixed->gr = fixed->gb = fixed->b = 256;
	enable(MODULE(BLS));
}

static void measure(void)
{
	rkisp1_hardware_set(hardware, &parameters);
	memset(&statistics, 0xff, sizeof(statistics));
	rkisp1_hardware_measure(hardware, 7, raw, &statistics);
}

static const uint8_t *process(uint32_t x, uint32_t y)
{
	rkisp1_hardware_set(hardware, &parameters);
	rkisp1_hardware_process(hardware, image, rgb);
	return rgb + 3 * ((size_t)y * WIDTH + x);
}

/* ---- statistics ---------------------------------------------------------- */

/*
 * Raw 64 + 256 is 1024 of 12 bits, 64 of 8 bits, once black is subtracted:
 * Y = 16 + (0.25 + 0.5 + 0.1094) x 64 = 71.0.
 */
static void measures_flat_grey(void **state)
{
	(void)state;
	fill(320, 320, 320);
	subtract_black();
	enable(MEASUREMENTS);
	measure();
	assert_int_equal(statistics.frame_id, 7);
	assert_int_equal(statistics.meas_type,
			 RKISP1_CIF_ISP_STAT_AWB | RKISP1_CIF_ISP_STAT_AUTOEXP |
				 RKISP1_CIF_ISP_STAT_HIST |
				 RKISP1_CIF_ISP_STAT_AFM);
	for (int i = 0; i < RKISP1_CIF_ISP_AE_MEAN_MAX_V10; i++)
		assert_int_equal(statistics.params.ae.exp_mean[i], 71);
	/* Revision 10 has 25 cells and 16 bins, and leaves the others alone. */
	assert_int_equal(statistics.params.ae.exp_mean[25], 0);
	/* 71.0 of 8 bits is in bin 4; the weights of 1/16 are 2 of 1/32. */
	for (int i = 0; i < RKISP1_CIF_ISP_HIST_BIN_N_MAX; i++)
		assert_int_equal(statistics.params.hist.hist_bins[i],
				 i == 4 ? 2 * CELLS : 0);
	assert_int_equal(statistics.params.awb.awb_mean[0].cnt, 4 * CELLS);
	assert_int_equal(statistics.params.awb.awb_mean[0].mean_y_or_g, 71);
	assert_int_equal(statistics.params.awb.awb_mean[0].mean_cb_or_b, 128);
	assert_int_equal(statistics.params.awb.awb_mean[0].mean_cr_or_r, 128);
	assert_int_equal(statistics.params.af.window[0].sum, 0);
	assert_int_equal(statistics.params.af.window[0].lum, 64 * CELLS);
	assert_int_equal(statistics.params.ae.bls_val.meas_r, 256);
}

static void measures_enabled_modules_only(void **state)
{
	(void)state;
	fill(320, 320, 320);
	parameters.module_en_update = MEASUREMENTS;
	parameters.module_ens = MODULE(AEC);
	measure();
	assert_int_equal(statistics.meas_type, RKISP1_CIF_ISP_STAT_AUTOEXP);
	assert_int_equal(statistics.params.awb.awb_mean[0].cnt, 0);
	/* Registers keep what they have. */
	memset(&parameters, 0, sizeof(parameters));
	measure();
	assert_int_equal(statistics.meas_type, RKISP1_CIF_ISP_STAT_AUTOEXP);
	/* A mask without its bit in the update changes nothing. */
	parameters.module_ens = MODULE(AWB);
	measure();
	assert_int_equal(statistics.meas_type, RKISP1_CIF_ISP_STAT_AUTOEXP);
}

/*
 * R, G, B of 8 bits: 32, 64, 16. With gains of 2 and 4 it is grey: means are
 * measured after the gains. Without:
 * Cb = 128 - 0.1406 x 32 - 0.2969 x 64 + 0.4375 x 16 = 111.5
 * Cr = 128 + 0.4375 x 32 - 0.3750 x 64 - 0.0625 x 16 = 117
 */
static void measures_colours_after_the_gains(void **state)
{
	struct rkisp1_cif_isp_awb_meas *mean =
		&statistics.params.awb.awb_mean[0];
	struct rkisp1_cif_isp_awb_gain_config *gains =
		&parameters.others.awb_gain_config;

	(void)state;
	fill(64 + 128, 64 + 256, 64 + 64);
	subtract_black();
	enable(MODULE(AWB));
	measure();
	assert_in_range(mean->mean_cb_or_b, 111, 112);
	assert_int_equal(mean->mean_cr_or_r, 117);
	gains->gain_red = 512;
	gains->gain_green_r = gains->gain_green_b = 256;
	gains->gain_blue = 0x3ff; /* the most that 10 bits hold: 3.996 */
	enable(MODULE(AWB_GAIN));
	measure();
	assert_int_equal(mean->mean_cb_or_b, 128);
	assert_int_equal(mean->mean_cr_or_r, 128);
	parameters.meas.awb_meas_config.awb_mode = RKISP1_CIF_ISP_AWB_MODE_RGB;
	parameters.meas.awb_meas_config.awb_wnd.h_size = WIDTH;
	parameters.meas.awb_meas_config.awb_wnd.v_size = HEIGHT;
	parameters.module_cfg_update |= MODULE(AWB);
	measure();
	assert_int_equal(mean->mean_cr_or_r, 64);
	assert_int_equal(mean->mean_y_or_g, 64);
	assert_int_equal(mean->mean_cb_or_b, 64);
}

/* Left half dark, right half bright; exposure counts each block alone. */
static void measures_a_step(void **state)
{
	const uint16_t dark[3] = { 64, 64, 64 };
	const uint16_t bright[3] = { 64 + 512, 64 + 512, 64 + 512 };

	(void)state;
	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			set_pixel(x, y, x < WIDTH / 2 ? dark : bright);
	subtract_black();
	enable(MEASUREMENTS);
	measure();
	for (int i = 0; i < 25; i++) {
		/* 16, 16 + 0.859 x 128 = 126, and half of each. */
		static const int mean[5] = { 16, 16, 71, 126, 126 };

		assert_int_equal(statistics.params.ae.exp_mean[i],
				 mean[i % 5]);
	}
	assert_int_equal(statistics.params.hist.hist_bins[1], CELLS);
	assert_int_equal(statistics.params.hist.hist_bins[7], CELLS);
	/* One step of 2048 in each row of cells. */
	assert_int_equal(statistics.params.af.window[0].sum,
			 2048u * 2048u * (HEIGHT / 2));
	parameters.meas.afc_config.num_afm_win = 2;
	parameters.meas.afc_config.afm_win[1] = (struct rkisp1_cif_isp_window){
		.h_offs = 60, .v_offs = 10, .h_size = 40, .v_size = 20
	};
	parameters.meas.afc_config.var_shift = 4;
	parameters.module_cfg_update |= MODULE(AFC);
	measure();
	assert_int_equal(statistics.params.af.window[0].sum, 0);
	assert_int_equal(statistics.params.af.window[1].sum,
			 2048u * 2048u / 16 * 10);
}

/* A window beyond the frame is cut; weights and predivider select. */
static void windows_and_weights_select(void **state)
{
	struct rkisp1_cif_isp_hst_config *hst = &parameters.meas.hst_config;

	(void)state;
	fill(320, 320, 320);
	subtract_black();
	enable(MEASUREMENTS);
	hst->mode = RKISP1_CIF_ISP_HISTOGRAM_MODE_RGB_COMBINED;
	hst->histogram_predivider = 2;
	hst->meas_window = (struct rkisp1_cif_isp_window){ 60, 20, 100, 100 };
	hst->hist_weight[12] = 16;
	hst->hist_weight[0] = 4;
	parameters.meas.aec_config.meas_window =
		(struct rkisp1_cif_isp_window){ 100, 100, 65535, 65535 };
	parameters.meas.awb_meas_config.awb_mode =
		RKISP1_CIF_ISP_AWB_MODE_YCBCR;
	parameters.meas.awb_meas_config.awb_wnd =
		(struct rkisp1_cif_isp_window){ WIDTH, HEIGHT, 10, 10 };
	parameters.module_cfg_update |=
		MODULE(HST) | MODULE(AEC) | MODULE(AWB);
	measure();
	/* 10 x 10 cells a block, 5 x 5 of them: 25 x 3 colours x (16 + 4) / 16. */
	assert_int_equal(statistics.params.hist.hist_bins[4],
			 25 * 3 * (16 + 4) * 2);
	assert_int_equal(statistics.params.ae.exp_mean[24], 71);
	assert_int_equal(statistics.params.awb.awb_mean[0].cnt, 0);
}

/* Pixels outside of min_y to max_y are no white pixels. */
static void limits_of_luminance_count(void **state)
{
	struct rkisp1_cif_isp_awb_meas_config *awb =
		&parameters.meas.awb_meas_config;
	const uint16_t bright[3] = { 1023, 1023, 1023 };

	(void)state;
	fill(320, 320, 320);
	for (uint32_t y = 0; y < HEIGHT / 2; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			set_pixel(x, y, bright);
	subtract_black();
	enable(MODULE(AWB));
	*awb = (struct rkisp1_cif_isp_awb_meas_config){
		.awb_wnd = { 0, 0, WIDTH, HEIGHT },
		.awb_mode = RKISP1_CIF_ISP_AWB_MODE_YCBCR,
		.max_y = 200,
		.min_y = 16,
	};
	parameters.module_cfg_update |= MODULE(AWB);
	measure();
	assert_int_equal(statistics.params.awb.awb_mean[0].cnt, 4 * CELLS);
	awb->enable_ymax_cmp = 1;
	measure();
	assert_int_equal(statistics.params.awb.awb_mean[0].cnt, 2 * CELLS);
	assert_int_equal(statistics.params.awb.awb_mean[0].mean_y_or_g, 71);
	awb->min_y = 71;
	measure();
	assert_int_equal(statistics.params.awb.awb_mean[0].cnt, 0);
}

static void bins_do_not_overflow(void **state)
{
	struct rkisp1_hardware *large;
	size_t n = (size_t)1280 * (960 + VIRTUAL_SENSOR_DARK_LINES);
	uint16_t *frame = calloc(n, sizeof(*frame));

	(void)state;
	assert_non_null(frame);
	assert_int_equal(rkisp1_hardware_create(1280, 960, &large), 0);
	parameters.meas.hst_config.mode =
		RKISP1_CIF_ISP_HISTOGRAM_MODE_G_HISTOGRAM;
	parameters.meas.hst_config.meas_window =
		(struct rkisp1_cif_isp_window){ 0, 0, 1280, 960 };
	memset(parameters.meas.hst_config.hist_weight, 16, 25);
	enable(MODULE(HST));
	parameters.module_cfg_update = MODULE(HST);
	rkisp1_hardware_set(large, &parameters);
	rkisp1_hardware_measure(large, 0, frame, &statistics);
	assert_int_equal(statistics.params.hist.hist_bins[0], 0xfffff);
	rkisp1_hardware_destroy(large);
	free(frame);
}

/* ---- images -------------------------------------------------------------- */

/* Linear tone curve: 10 bits at even distances. */
static void make_linear(void)
{
	parameters.others.goc_config.mode = RKISP1_CIF_ISP_GOC_MODE_EQUIDISTANT;
	for (int i = 0; i < 17; i++)
		parameters.others.goc_config.gamma_y[i] =
			(uint16_t)(i * 1023 / 16);
	enable(MODULE(GOC));
}

static void expect_colour(const uint8_t *p, int red, int green, int blue)
{
	assert_in_range(p[0], red - 1, red + 1);
	assert_in_range(p[1], green - 1, green + 1);
	assert_in_range(p[2], blue - 1, blue + 1);
}

/* 256 of 1023 are 64 of 255. */
static void subtracts_and_balances(void **state)
{
	(void)state;
	fill(64 + 128, 64 + 256, 64 + 512);
	make_linear();
	expect_colour(process(40, 40), 48, 80, 144);
	subtract_black();
	expect_colour(process(40, 40), 32, 64, 128);
	parameters.others.awb_gain_config.gain_red = 0x200;
	parameters.others.awb_gain_config.gain_green_r = 0x100;
	parameters.others.awb_gain_config.gain_green_b = 0x100;
	parameters.others.awb_gain_config.gain_blue = 0x80;
	enable(MODULE(AWB_GAIN));
	expect_colour(process(40, 40), 64, 64, 64);
	/* Negative values are added. */
	parameters.others.bls_config.fixed_val.r = -512;
	expect_colour(process(40, 40), 2 * (48 + 32), 64, 64);
	/* Measured black: that of the dark lines, as of the last measurement. */
	parameters.others.bls_config.enable_auto = 1;
	measure();
	expect_colour(process(40, 40), 64, 64, 64);
}

/* 11 bits with a sign: 0x80 is 1, 0x7c0 is -0.5; an offset of 0x100 is 16. */
static void applies_the_matrix(void **state)
{
	struct rkisp1_cif_isp_ctk_config *ctk = &parameters.others.ctk_config;

	(void)state;
	fill(64 + 128, 64 + 256, 64 + 512);
	make_linear();
	subtract_black();
	ctk->coeff[0][1] = 0x80;
	ctk->coeff[1][2] = 0x80;
	ctk->coeff[1][0] = 0x7c0;
	ctk->coeff[2][0] = 0x40;
	ctk->ct_offset[2] = 0x100;
	enable(MODULE(CTK));
	expect_colour(process(40, 40), 64, 128 - 16, 16 + 16);
	ctk->ct_offset[0] = 0xf00; /* -16 */
	ctk->ct_offset[1] = 0x800; /* -128 */
	expect_colour(process(40, 40), 48, 1, 32);
	assert_int_equal(process(40, 40)[1], 0);
}

static void applies_tone_curves(void **state)
{
	struct rkisp1_cif_isp_goc_config *goc = &parameters.others.goc_config;

	(void)state;
	fill(64 + 64, 64 + 64, 64 + 64); /* 256 of 4096 */
	subtract_black();
	make_linear();
	memset(goc->gamma_y, 0, sizeof(goc->gamma_y));
	goc->gamma_y[1] = 512;
	expect_colour(process(40, 40), 128, 128, 128);
	/* The fifth point of the logarithmic distances is at 256, too. */
	goc->mode = RKISP1_CIF_ISP_GOC_MODE_LOGARITHMIC;
	assert_in_range(process(40, 40)[0], 0, 1);
	goc->gamma_y[4] = 1023;
	expect_colour(process(40, 40), 254, 254, 254);
	/* After power-on: sRGB, in which linear 1/16 is 71 of 255. */
	memset(&parameters, 0, sizeof(parameters));
	rkisp1_hardware_destroy(hardware);
	assert_int_equal(rkisp1_hardware_create(WIDTH, HEIGHT, &hardware), 0);
	subtract_black();
	expect_colour(process(40, 40), 71, 71, 71);
}

/*
 * Columns of 10 and rows of 7.5 pixels (5 and 10 by turns): nodes at the left
 * edge have a factor of 2, all others 1.
 */
static void corrects_lens_shading(void **state)
{
	struct rkisp1_cif_isp_lsc_config *lsc = &parameters.others.lsc_config;

	(void)state;
	fill(64 + 128, 64 + 128, 64 + 128);
	make_linear();
	subtract_black();
	for (int i = 0; i < 8; i++) {
		lsc->x_size_tbl[i] = 10;
		lsc->y_size_tbl[i] = i % 2 ? 10 : 5;
	}
	for (int y = 0; y < 17; y++)
		for (int x = 0; x < 17; x++) {
			uint16_t factor = x ? 0x400 : 0x800;

			lsc->r_data_tbl[y][x] = factor;
			lsc->gr_data_tbl[y][x] = factor;
			lsc->gb_data_tbl[y][x] = factor;
			lsc->b_data_tbl[y][x] = factor;
		}
	lsc->r_data_tbl[16][16] = 0xfff; /* almost 4, at the lower right end */
	enable(MODULE(LSC));
	assert_int_equal(process(0, 60)[1], 64);
	expect_colour(rgb + 3 * (60 * WIDTH + 5), 48, 48, 48);
	expect_colour(rgb + 3 * (60 * WIDTH + 80), 32, 32, 32);
	/* 8/10 of the last column, 3/5 of the last row: 1 + 3 x 0.48 times 32. */
	assert_in_range(rgb[3 * (118 * WIDTH + 158)], 77, 79);
	enable(MODULE(AEC));
	measure();
	/* Left blocks of 32 pixels: 5 of them are half as bright again. */
	assert_true(statistics.params.ae.exp_mean[0] > 43 + 3);
	assert_int_equal(statistics.params.ae.exp_mean[12], 44);
	/* No sizes at all: the last factor everywhere, and no division by 0. */
	memset(lsc->x_size_tbl, 0, sizeof(lsc->x_size_tbl));
	memset(lsc->y_size_tbl, 0, sizeof(lsc->y_size_tbl));
	assert_in_range(process(40, 40)[0], 126, 128);
}

/* Any bytes are registers: nothing may crash. */
static void survives_any_parameters(void **state)
{
	uint8_t *bytes = (uint8_t *)&parameters;
	uint32_t seed = 1;

	(void)state;
	fill(500, 1023, 0);
	log_capture_begin();
	for (int n = 0; n < 40; n++) {
		for (size_t i = 0; i < sizeof(parameters); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = n == 0 ? 0xff : (uint8_t)(seed >> 24);
		}
		if (n < 20)
			parameters.module_cfg_update = UINT32_MAX;
		measure();
		process(0, 0);
	}
	log_capture_end();
}

static void names_what_it_does_not_model(void **state)
{
	(void)state;
	log_capture_begin();
	enable(MODULE(DPCC) | MODULE(BLS) | MODULE(DPF));
	parameters.meas.awb_meas_config.min_c = 16;
	parameters.module_cfg_update |= MODULE(AWB);
	for (int i = 0; i < 3; i++)
		measure();
	enable(MODULE(FLT));
	measure();
	log_capture_end();
	log_capture_expect(1, CAMIPC_LOG_INFO, "enabled DPCC, DPF, which");
	log_capture_expect(1, CAMIPC_LOG_INFO, "enabled FLT, which");
	log_capture_expect(1, CAMIPC_LOG_INFO, "max_csum or min_c");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(measures_flat_grey),
		TEST(measures_enabled_modules_only),
		TEST(measures_colours_after_the_gains),
		TEST(measures_a_step),
		TEST(windows_and_weights_select),
		TEST(limits_of_luminance_count),
		TEST(bins_do_not_overflow),
		TEST(subtracts_and_balances),
		TEST(applies_the_matrix),
		TEST(applies_tone_curves),
		TEST(corrects_lens_shading),
		TEST(survives_any_parameters),
		TEST(names_what_it_does_not_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
