/* SPDX-License-Identifier: MIT */
/*
 * Rockchip's ISP1: lens shading. A grid of 17 x 17 factors, 12 bits, 0x400 is 1.
 * The sizes of the 16 columns and rows are given for the first half; the second
 * half mirrors them. Factors between the nodes are interpolated linearly.
 */
#include "rkisp1_hardware.h"

#define NODES RKISP1_CIF_ISP_LSC_SAMPLES_MAX
#define SECTORS (NODES - 1)

static uint32_t rkisp1_sector_size(const uint16_t *sizes, uint32_t i)
{
	return sizes[i < SECTORS / 2 ? i : SECTORS - 1 - i];
}

/* A grid that is smaller than the frame goes on with its last nodes. */
static void rkisp1_find_places(const uint16_t *sizes, uint32_t n,
			struct rkisp1_place *places)
{
	uint32_t node = 0;
	uint32_t begin = 0;

	for (uint32_t i = 0; i < n; i++) {
		while (node < SECTORS && i - begin >= rkisp1_sector_size(sizes, node))
			begin += rkisp1_sector_size(sizes, node++);
		places[i].node = node;
		places[i].part = node < SECTORS
					 ? (i - begin) * 4096 /
						   rkisp1_sector_size(sizes, node)
					 : 0;
		if (node == SECTORS) {
			places[i].node = SECTORS - 1;
			places[i].part = 4096;
		}
	}
}

static uint16_t rkisp1_interpolate(const uint16_t (*table)[NODES],
			    const struct rkisp1_place *x,
			    const struct rkisp1_place *y)
{
	const uint16_t *upper = table[y->node];
	const uint16_t *lower = table[y->node + 1];
	uint32_t i = x->node;
	uint64_t above = (uint64_t)(upper[i] & 0xfff) * (4096 - x->part) +
			 (uint64_t)(upper[i + 1] & 0xfff) * x->part;
	uint64_t below = (uint64_t)(lower[i] & 0xfff) * (4096 - x->part) +
			 (uint64_t)(lower[i + 1] & 0xfff) * x->part;

	return (uint16_t)((above * (4096 - y->part) + below * y->part +
			   (1u << 23)) >>
			  24);
}

void rkisp1_set_shading(struct rkisp1_hardware *hardware)
{
	const struct rkisp1_cif_isp_lsc_config *lsc =
		&hardware->others.lsc_config;
	const uint16_t(*const tables[4])[NODES] = {
		lsc->r_data_tbl, lsc->gr_data_tbl, lsc->gb_data_tbl,
		lsc->b_data_tbl
	};
	uint32_t width = hardware->developer.width;
	uint32_t height = hardware->developer.height;
	struct rkisp1_place *columns = hardware->places;
	struct rkisp1_place *rows = hardware->places + width;

	rkisp1_find_places(lsc->x_size_tbl, width, columns);
	rkisp1_find_places(lsc->y_size_tbl, height, rows);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			hardware->shading[(size_t)y * width + x] = rkisp1_interpolate(
				tables[2 * (y & 1) + (x & 1)], &columns[x],
				&rows[y]);
}
