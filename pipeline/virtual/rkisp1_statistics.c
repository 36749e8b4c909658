/* SPDX-License-Identifier: MIT */
/*
 * Rockchip's ISP1: measurements. A cell of 2 x 2 raw pixels is one measured
 * pixel of 12 bits per colour, after black level, lens shading and white balance
 * gains. Colours are averaged first and then converted, which is the same,
 * because the conversion is linear.
 */
#include "rkisp1_hardware.h"

#include <string.h>

#define MODULE(name) RKISP1_CIF_ISP_MODULE_##name

#define WHITE12 4095

/* Cells in each direction, of exposure and histogram. */
#define GRID 5

/* Histogram bins have 20 bits, 5 of them behind the point. */
#define MAX_BIN 0xfffff

struct rkisp1_rgb {
	uint32_t red;
	uint32_t green;
	uint32_t blue;
};

/* A part of the frame, in cells of 2 x 2 pixels, within the frame. */
struct rkisp1_area {
	uint32_t x0, y0, x1, y1;
};

static struct rkisp1_area rkisp1_area_of(const struct rkisp1_hardware *h,
				  const struct rkisp1_cif_isp_window *window)
{
	uint32_t columns = h->developer.width / 2;
	uint32_t rows = h->developer.height / 2;
	struct rkisp1_area area = {
		.x0 = window->h_offs / 2u,
		.y0 = window->v_offs / 2u,
		.x1 = (window->h_offs + window->h_size) / 2u,
		.y1 = (window->v_offs + window->v_size) / 2u,
	};

	area.x1 = area.x1 < columns ? area.x1 : columns;
	area.y1 = area.y1 < rows ? area.y1 : rows;
	area.x0 = area.x0 < area.x1 ? area.x0 : area.x1;
	area.y0 = area.y0 < area.y1 ? area.y0 : area.y1;
	return area;
}

/* Returns one of the 5 x 5 blocks of a window, whose size is rounded down. */
static struct rkisp1_area rkisp1_block_of(const struct rkisp1_area *window,
				   uint32_t column, uint32_t row)
{
	uint32_t width = (window->x1 - window->x0) / GRID;
	uint32_t height = (window->y1 - window->y0) / GRID;
	struct rkisp1_area block = {
		.x0 = window->x0 + column * width,
		.y0 = window->y0 + row * height,
	};

	block.x1 = block.x0 + width;
	block.y1 = block.y0 + height;
	return block;
}

/* Returns a pixel as 12 bits; out = (gain * in + 128) >> 8. */
static uint32_t rkisp1_pixel_at(const struct rkisp1_hardware *h, const uint16_t *raw,
			 uint32_t x, uint32_t y)
{
	size_t at = (size_t)y * h->developer.width + x;
	int colour = (int)(2 * (y & 1) + (x & 1));
	const uint16_t *shading = rkisp1_shading(h);
	/* 10 bits times 256 to 12 bits. */
	int32_t light = (raw[at] * 256 - rkisp1_black(h, colour)) / 64;
	uint32_t value = light > 0 ? (uint32_t)light : 0;

	if (shading)
		value = value * shading[at] >> 10;
	value = value < WHITE12 ? value : WHITE12;
	value = (rkisp1_gain(h, colour) * value + 128) >> 8;
	return value < WHITE12 ? value : WHITE12;
}

/* @x and @y count cells. */
static struct rkisp1_rgb rkisp1_cell_at(const struct rkisp1_hardware *h,
				 const uint16_t *raw, uint32_t x, uint32_t y)
{
	struct rkisp1_rgb cell = {
		.red = rkisp1_pixel_at(h, raw, 2 * x, 2 * y),
		.green = (rkisp1_pixel_at(h, raw, 2 * x + 1, 2 * y) +
			  rkisp1_pixel_at(h, raw, 2 * x, 2 * y + 1) + 1) / 2,
		.blue = rkisp1_pixel_at(h, raw, 2 * x + 1, 2 * y + 1),
	};

	return cell;
}

/* Luminance of 8 bits, times 16: 16 + 0.25 R + 0.5 G + 0.1094 B. */
static uint32_t rkisp1_luminance(const struct rkisp1_rgb *c)
{
	return 16 * 16 + (64 * c->red + 128 * c->green + 28 * c->blue) / 256;
}

/* ---- exposure ------------------------------------------------------------ */

static uint8_t rkisp1_mean_of_block(const struct rkisp1_hardware *h,
			     const uint16_t *raw,
			     const struct rkisp1_area *block)
{
	bool is_even = h->meas.aec_config.mode ==
		       RKISP1_CIF_ISP_EXP_MEASURING_MODE_1;
	uint64_t sum = 0;
	uint64_t n = 0;

	for (uint32_t y = block->y0; y < block->y1; y++)
		for (uint32_t x = block->x0; x < block->x1; x++, n++) {
			struct rkisp1_rgb c = rkisp1_cell_at(h, raw, x, y);

			/* Mode 1: (R + G + B) x 85 / 256. */
			sum += is_even ? (c.red + c.green + c.blue) * 85 / 256
				       : rkisp1_luminance(&c);
		}
	sum = n ? (sum + 8 * n) / (16 * n) : 0;
	return (uint8_t)(sum < 255 ? sum : 255);
}

static void rkisp1_measure_exposure(const struct rkisp1_hardware *h,
			     const uint16_t *raw,
			     struct rkisp1_cif_isp_ae_stat *ae)
{
	struct rkisp1_area window = rkisp1_area_of(h, &h->meas.aec_config.meas_window);

	for (uint32_t i = 0; i < RKISP1_CIF_ISP_AE_MEAN_MAX_V10; i++) {
		struct rkisp1_area block = rkisp1_block_of(&window, i % GRID,
						    i / GRID);

		ae->exp_mean[i] = rkisp1_mean_of_block(h, raw, &block);
	}
	/* 12 bits. */
	ae->bls_val.meas_r = (uint16_t)(h->dark[0] / 64);
	ae->bls_val.meas_gr = (uint16_t)(h->dark[1] / 64);
	ae->bls_val.meas_gb = (uint16_t)(h->dark[2] / 64);
	ae->bls_val.meas_b = (uint16_t)(h->dark[3] / 64);
}

/* ---- histogram ----------------------------------------------------------- */

/* Counts a cell in one bin, or, with all colours together, in three. */
static void rkisp1_count(uint32_t mode, const struct rkisp1_rgb *c, uint32_t bins[16])
{
	switch (mode) {
	case RKISP1_CIF_ISP_HISTOGRAM_MODE_RGB_COMBINED:
		bins[c->red >> 8]++;
		bins[c->green >> 8]++;
		bins[c->blue >> 8]++;
		break;
	case RKISP1_CIF_ISP_HISTOGRAM_MODE_R_HISTOGRAM:
		bins[c->red >> 8]++;
		break;
	case RKISP1_CIF_ISP_HISTOGRAM_MODE_G_HISTOGRAM:
		bins[c->green >> 8]++;
		break;
	case RKISP1_CIF_ISP_HISTOGRAM_MODE_B_HISTOGRAM:
		bins[c->blue >> 8]++;
		break;
	case RKISP1_CIF_ISP_HISTOGRAM_MODE_Y_HISTOGRAM:
		bins[rkisp1_luminance(c) >> 8]++;
		break;
	default: /* disabled */
		break;
	}
}

/* Weights are 1/16; the predivider skips pixels in both directions. */
static void rkisp1_measure_histogram(const struct rkisp1_hardware *h,
			      const uint16_t *raw,
			      struct rkisp1_cif_isp_hist_stat *hist)
{
	const struct rkisp1_cif_isp_hst_config *hst = &h->meas.hst_config;
	struct rkisp1_area window = rkisp1_area_of(h, &hst->meas_window);
	uint32_t step = hst->histogram_predivider;
	uint32_t i;

	step = step ? step : 1;
	for (i = 0; i < RKISP1_CIF_ISP_HISTOGRAM_WEIGHT_GRIDS_SIZE_V10; i++) {
		struct rkisp1_area block = rkisp1_block_of(&window, i % GRID,
						    i / GRID);
		uint32_t weight = hst->hist_weight[i] & 0x1f;
		uint32_t bins[16] = { 0 };

		for (uint32_t y = block.y0; y < block.y1; y += step)
			for (uint32_t x = block.x0; x < block.x1; x += step) {
				struct rkisp1_rgb c = rkisp1_cell_at(h, raw, x, y);

				rkisp1_count(hst->mode, &c, bins);
			}
		for (int k = 0; k < RKISP1_CIF_ISP_HIST_BIN_N_MAX_V10; k++) {
			uint64_t sum = hist->hist_bins[k] +
				       (uint64_t)bins[k] * weight * 2;

			hist->hist_bins[k] =
				(uint32_t)(sum < MAX_BIN ? sum : MAX_BIN);
		}
	}
}

/* ---- white balance ------------------------------------------------------- */

/* Only pixels between min_y and max_y count, in YCbCr mode. */
static bool rkisp1_is_white(const struct rkisp1_cif_isp_awb_meas_config *awb,
		     const struct rkisp1_rgb *c)
{
	uint32_t y = rkisp1_luminance(c) / 16;

	if (awb->awb_mode != RKISP1_CIF_ISP_AWB_MODE_YCBCR)
		return true;
	return y > awb->min_y &&
	       (!awb->enable_ymax_cmp || !awb->max_y || y < awb->max_y);
}

static uint8_t rkisp1_mean8(int64_t sum, int64_t n)
{
	int64_t mean = (sum + 8 * n) / (16 * n);

	return (uint8_t)(mean < 0 ? 0 : mean > 255 ? 255 : mean);
}

/* @sum: of 12-bit values. */
static void rkisp1_put_means(struct rkisp1_cif_isp_awb_meas *mean, bool is_rgb,
		      const int64_t sum[3], int64_t n)
{
	const int64_t r = sum[0];
	const int64_t g = sum[1];
	const int64_t b = sum[2];

	mean->cnt = (uint32_t)(4 * n);
	if (is_rgb) {
		mean->mean_cr_or_r = rkisp1_mean8(r, n);
		mean->mean_y_or_g = rkisp1_mean8(g, n);
		mean->mean_cb_or_b = rkisp1_mean8(b, n);
		return;
	}
	/*
	 * Y  =  16 + 0.2500 R + 0.5000 G + 0.1094 B
	 * Cb = 128 - 0.1406 R - 0.2969 G + 0.4375 B
	 * Cr = 128 + 0.4375 R - 0.3750 G - 0.0625 B
	 */
	mean->mean_y_or_g =
		rkisp1_mean8((64 * r + 128 * g + 28 * b) / 256 + 256 * n, n);
	mean->mean_cb_or_b =
		rkisp1_mean8((-36 * r - 76 * g + 112 * b) / 256 + 2048 * n, n);
	mean->mean_cr_or_r =
		rkisp1_mean8((112 * r - 96 * g - 16 * b) / 256 + 2048 * n, n);
}

static void rkisp1_measure_white_balance(const struct rkisp1_hardware *h,
				  const uint16_t *raw,
				  struct rkisp1_cif_isp_awb_stat *stat)
{
	const struct rkisp1_cif_isp_awb_meas_config *awb =
		&h->meas.awb_meas_config;
	struct rkisp1_area window = rkisp1_area_of(h, &awb->awb_wnd);
	int64_t sum[3] = { 0 };
	int64_t n = 0;

	if (awb->awb_mode == RKISP1_CIF_ISP_AWB_MODE_MANUAL)
		return;
	for (uint32_t y = window.y0; y < window.y1; y++)
		for (uint32_t x = window.x0; x < window.x1; x++) {
			struct rkisp1_rgb c = rkisp1_cell_at(h, raw, x, y);

			if (!rkisp1_is_white(awb, &c))
				continue;
			sum[0] += c.red;
			sum[1] += c.green;
			sum[2] += c.blue;
			n++;
		}
	if (n)
		rkisp1_put_means(&stat->awb_mean[0],
			  awb->awb_mode == RKISP1_CIF_ISP_AWB_MODE_RGB, sum,
			  n);
}

/* ---- focus --------------------------------------------------------------- */

/* Squares of the steps of green between neighbours, above the threshold. */
static void rkisp1_measure_focus(const struct rkisp1_hardware *h, const uint16_t *raw,
			  struct rkisp1_cif_isp_af_stat *af)
{
	const struct rkisp1_cif_isp_afc_config *afc = &h->meas.afc_config;
	uint32_t shift = afc->var_shift < 31 ? afc->var_shift : 31;

	for (uint32_t i = 0;
	     i < RKISP1_CIF_ISP_AFM_MAX_WINDOWS && i < afc->num_afm_win; i++) {
		struct rkisp1_area w = rkisp1_area_of(h, &afc->afm_win[i]);
		uint64_t sum = 0;
		uint64_t light = 0;

		for (uint32_t y = w.y0; y < w.y1; y++) {
			uint32_t before = 0;

			for (uint32_t x = w.x0; x < w.x1; x++) {
				uint32_t green = rkisp1_cell_at(h, raw, x, y).green;
				uint32_t step = green > before ? green - before
							       : before - green;

				light += green >> 4;
				if (x > w.x0 && step > afc->thres)
					sum += (uint64_t)step * step;
				before = green;
			}
		}
		sum >>= shift;
		light >>= shift;
		af->window[i].sum =
			(uint32_t)(sum < UINT32_MAX ? sum : UINT32_MAX);
		af->window[i].lum =
			(uint32_t)(light < UINT32_MAX ? light : UINT32_MAX);
	}
}

/* ---- all ----------------------------------------------------------------- */

static void rkisp1_average_dark(struct rkisp1_hardware *h, const uint16_t *raw)
{
	uint32_t width = h->developer.width;
	uint32_t pixels = width / 2 * (VIRTUAL_SENSOR_DARK_LINES / 2);
	uint64_t sums[4] = { 0 };

	for (uint32_t y = 0; y < VIRTUAL_SENSOR_DARK_LINES; y++)
		for (uint32_t x = 0; x < width; x++)
			sums[2 * (y & 1) + (x & 1)] += *raw++;
	for (int i = 0; i < 4; i++)
		h->dark[i] = (uint32_t)(sums[i] * 256 / pixels);
}

void rkisp1_hardware_measure(struct rkisp1_hardware *hardware, uint32_t frame,
			     const uint16_t *raw,
			     struct rkisp1_stat_buffer *statistics)
{
	const uint16_t *image = raw + (size_t)hardware->developer.width *
					      VIRTUAL_SENSOR_DARK_LINES;

	memset(statistics, 0, sizeof(*statistics));
	statistics->frame_id = frame;
	rkisp1_average_dark(hardware, raw);
	if (rkisp1_is_on(hardware, MODULE(AEC))) {
		statistics->meas_type |= RKISP1_CIF_ISP_STAT_AUTOEXP;
		rkisp1_measure_exposure(hardware, image, &statistics->params.ae);
	}
	if (rkisp1_is_on(hardware, MODULE(HST))) {
		statistics->meas_type |= RKISP1_CIF_ISP_STAT_HIST;
		rkisp1_measure_histogram(hardware, image, &statistics->params.hist);
	}
	if (rkisp1_is_on(hardware, MODULE(AWB))) {
		statistics->meas_type |= RKISP1_CIF_ISP_STAT_AWB;
		rkisp1_measure_white_balance(hardware, image, &statistics->params.awb);
	}
	if (rkisp1_is_on(hardware, MODULE(AFC))) {
		statistics->meas_type |= RKISP1_CIF_ISP_STAT_AFM;
		rkisp1_measure_focus(hardware, image, &statistics->params.af);
	}
}
