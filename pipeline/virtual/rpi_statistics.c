/* SPDX-License-Identifier: MIT */
/*
 * The Raspberry Pi's image processor: measurements. A cell of 2 x 2 raw pixels is
 * one measured pixel of 13 bits per colour, after black level and lens shading.
 */
#include "rpi_hardware.h"

#include <string.h>

#define RPI_WHITE 8191

/* 13 bits to 128 bins. */
#define RPI_BIN_SHIFT 6

#define FOCUS_COLUMNS 4
#define FOCUS_ROWS 3

struct rpi_cell {
	uint32_t rgb[3];
	bool is_clipped;
};

/* 10 bits times 256, black subtracted, to 13 bits. Black is not stretched. */
static uint32_t rpi_pixel_at(const struct rpi_hardware *h, const uint16_t *raw,
			     uint32_t x, uint32_t y, bool *is_clipped)
{
	size_t at = (size_t)y * h->developer.width + x;
	int32_t light = raw[at] * 256 - rpi_black(h, (int)(2 * (y & 1) +
							   (x & 1)));
	uint32_t value = light > 0 ? (uint32_t)light / 32 : 0;

	*is_clipped |= raw[at] >= VIRTUAL_SENSOR_CLIP;
	if (h->has_shading)
		value = (uint32_t)((uint64_t)value * h->shading[at] >> 10);
	return value < RPI_WHITE ? value : RPI_WHITE;
}

/* @x and @y count cells. */
static struct rpi_cell rpi_cell_at(const struct rpi_hardware *h,
				   const uint16_t *raw, uint32_t x, uint32_t y)
{
	struct rpi_cell c = { .is_clipped = false };
	uint32_t green;

	c.rgb[0] = rpi_pixel_at(h, raw, 2 * x, 2 * y, &c.is_clipped);
	green = rpi_pixel_at(h, raw, 2 * x + 1, 2 * y, &c.is_clipped);
	green += rpi_pixel_at(h, raw, 2 * x, 2 * y + 1, &c.is_clipped);
	c.rgb[1] = (green + 1) / 2;
	c.rgb[2] = rpi_pixel_at(h, raw, 2 * x + 1, 2 * y + 1, &c.is_clipped);
	return c;
}

static void rpi_count(struct bcm2835_isp_stats_region *region,
		      const struct rpi_cell *c)
{
	region->counted++;
	region->r_sum += c->rgb[0];
	region->g_sum += c->rgb[1];
	region->b_sum += c->rgb[2];
}

/*
 * 15 regions of exposure: 5 columns and 3 rows, numbered from the middle
 * outwards, as the weights in tuning files are. The 16th is not used.
 */
static uint32_t rpi_exposure_region(uint32_t column, uint32_t row)
{
	static const uint8_t regions[3][5] = {
		{ 11, 5, 3, 6, 12 },
		{ 9, 1, 0, 2, 10 },
		{ 13, 7, 4, 8, 14 },
	};

	return regions[row][column];
}

/* Contrast: squares of the steps of green between neighbours. */
static void rpi_count_focus(struct bcm2835_isp_stats_focus *focus,
			    uint32_t green, uint32_t before)
{
	uint64_t step = green > before ? green - before : before - green;

	for (int i = 0; i < 4; i++) {
		focus->contrast_val[i / 2][i % 2] += step * step;
		focus->contrast_val_num[i / 2][i % 2]++;
	}
}

static void rpi_measure_row(const struct rpi_hardware *h, const uint16_t *raw,
			    uint32_t y, struct bcm2835_isp_stats *s)
{
	uint32_t columns = h->developer.width / 2;
	uint32_t rows = h->developer.height / 2;
	struct bcm2835_isp_stats_region *awb =
		s->awb_stats + (size_t)(y * BCM2835_ISP_AWB_ROWS / rows) *
				       BCM2835_ISP_AWB_COLUMNS;
	struct bcm2835_isp_stats_focus *focus =
		s->focus_stats +
		(size_t)(y * FOCUS_ROWS / rows) * FOCUS_COLUMNS;
	uint32_t before = 0;

	for (uint32_t x = 0; x < columns; x++) {
		struct rpi_cell c = rpi_cell_at(h, raw, x, y);
		struct bcm2835_isp_stats_region *zone =
			&awb[x * BCM2835_ISP_AWB_COLUMNS / columns];

		s->hist[0].r_hist[c.rgb[0] >> RPI_BIN_SHIFT]++;
		s->hist[0].g_hist[c.rgb[1] >> RPI_BIN_SHIFT]++;
		s->hist[0].b_hist[c.rgb[2] >> RPI_BIN_SHIFT]++;
		rpi_count(&s->agc_stats[rpi_exposure_region(x * 5 / columns,
							    y * 3 / rows)],
			  &c);
		if (c.is_clipped)
			zone->notcounted++;
		else
			rpi_count(zone, &c);
		if (x)
			rpi_count_focus(&focus[x * FOCUS_COLUMNS / columns],
					c.rgb[1], before);
		before = c.rgb[1];
	}
}

void rpi_hardware_measure(struct rpi_hardware *hardware, const uint16_t *raw,
			  struct bcm2835_isp_stats *statistics)
{
	const uint16_t *image = raw + (size_t)hardware->developer.width *
					      VIRTUAL_SENSOR_DARK_LINES;

	memset(statistics, 0, sizeof(*statistics));
	statistics->version = 1;
	statistics->size = sizeof(*statistics);
	for (uint32_t y = 0; y < hardware->developer.height / 2; y++)
		rpi_measure_row(hardware, image, y, statistics);
	statistics->hist[1] = statistics->hist[0];
}
