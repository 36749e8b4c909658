/* SPDX-License-Identifier: MIT */
/* Lens shading: a grid becomes a factor of each pixel, in whole numbers. */
#include "shading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wide.h"

#define WHITE VIRTUAL_DEBAYER_WHITE
#define GRID_COLUMNS IPA_SOFTISP_SHADING_COLUMNS
#define GRID_ROWS IPA_SOFTISP_SHADING_ROWS

void virtual_shading_fini(struct virtual_shading *shading)
{
	free(shading->factors);
	free(shading->columns);
	shading->factors = NULL;
	shading->columns = NULL;
}

/* The last node lies on the last pixel. */
static struct virtual_shading_place find_place(uint32_t at, uint32_t pixels,
					       uint32_t nodes)
{
	const uint64_t way = (uint64_t)at * (nodes - 1) * 4096 / (pixels - 1);
	struct virtual_shading_place place = {
		.node = (uint16_t)(way >> 12),
		.part = way & 4095,
	};

	if (place.node == nodes - 1) {
		place.node--;
		place.part = 4096;
	}
	return place;
}

/* Interpolates the nodes of a line; with 20 bits, so that products fit. */
static void make_nodes(const uint16_t *plane,
		       struct virtual_shading_place row,
		       uint32_t nodes[GRID_COLUMNS])
{
	const uint32_t part = row.part;
	const uint16_t *above = plane + (size_t)row.node * GRID_COLUMNS;
	const uint16_t *below = above + GRID_COLUMNS;

	for (uint32_t i = 0; i < GRID_COLUMNS; i++)
		nodes[i] = (above[i] * (4096 - part) + below[i] * part) >> 8;
}

static void make_line(const struct virtual_shading_place *columns,
		      uint32_t nodes[2][GRID_COLUMNS], uint32_t width,
		      uint16_t *factors)
{
	for (uint32_t x = 0; x < width; x++) {
		const uint32_t part = columns[x].part;
		const uint32_t *pair = nodes[x & 1] + columns[x].node;

		factors[x] = (uint16_t)((pair[0] * (4096 - part) +
					 pair[1] * part + (1u << 15)) >>
					16);
	}
}

static int allocate_factors(struct virtual_shading *shading, uint32_t width,
			    uint32_t height)
{
	shading->factors = calloc((size_t)width * height,
				  sizeof(*shading->factors));
	shading->columns = calloc(width, sizeof(*shading->columns));
	if (!shading->factors || !shading->columns) {
		virtual_shading_fini(shading);
		return -ENOMEM;
	}
	for (uint32_t x = 0; x < width; x++)
		shading->columns[x] = find_place(x, width, GRID_COLUMNS);
	return 0;
}

int virtual_shading_set(struct virtual_shading *shading, uint32_t width,
			uint32_t height,
			const uint16_t grid[4 * IPA_SOFTISP_SHADING_NODES])
{
	if (shading->factors &&
	    !memcmp(shading->grid, grid, sizeof(shading->grid)))
		return 0;
	if (!shading->factors &&
	    allocate_factors(shading, width, height) < 0)
		return -ENOMEM;
	memcpy(shading->grid, grid, sizeof(shading->grid));
	for (uint32_t y = 0; y < height; y++) {
		const struct virtual_shading_place row = find_place(y, height, GRID_ROWS);
		const uint16_t *planes =
			shading->grid +
			(size_t)(y & 1) * 2 * IPA_SOFTISP_SHADING_NODES;
		uint32_t nodes[2][GRID_COLUMNS];

		make_nodes(planes, row, nodes[0]);
		make_nodes(planes + IPA_SOFTISP_SHADING_NODES, row, nodes[1]);
		make_line(shading->columns, nodes, width,
			  shading->factors + (size_t)y * width);
	}
	return 0;
}

/* ---- pixels -------------------------------------------------------------- */

static int32_t shade(int32_t level, uint32_t factor, uint32_t gain)
{
	uint64_t shaded = (uint64_t)(uint32_t)level * factor >> 10;

	shaded = (shaded < WHITE ? shaded : WHITE) * gain >> 12;
	return (int32_t)(shaded < WHITE ? shaded : WHITE);
}

/* Eight pixels; the gain must be less than 16. */
WIDE_BODY void shade_wide(int32_t *pixels, const wide_uint *factors,
			  uint32_t gain)
{
	wide_int level;
	wide_uint product;

	wide_load(&level, pixels);
	product = (wide_uint)level * *factors >> 10;
	level = (wide_int)product;
	wide_clip(&level, WHITE);
	product = (wide_uint)level * gain >> 12;
	level = (wide_int)product;
	wide_clip(&level, WHITE);
	wide_store(pixels, &level);
}

WIDE_BODY void shade_line(const struct virtual_debayer_line *line,
			  uint32_t cells, const uint16_t *factors,
			  const uint32_t gain[2])
{
	uint32_t at = 0;

	if ((gain[0] | gain[1]) <= UINT16_MAX)
		for (; at + WIDE_LANES <= cells; at += WIDE_LANES) {
			wide_uint even;
			wide_uint odd;

			wide_load_pairs(&even, &odd, factors + 2 * at);
			shade_wide(line->even + at, &even, gain[0]);
			shade_wide(line->odd + at, &odd, gain[1]);
		}
	for (; at < cells; at++) {
		line->even[at] = shade(line->even[at], factors[2 * at],
				       gain[0]);
		line->odd[at] = shade(line->odd[at], factors[2 * at + 1],
				      gain[1]);
	}
}

WIDE_FAST static void shade_line_fast(const struct virtual_debayer_line *line,
				      uint32_t cells, const uint16_t *factors,
				      const uint32_t gain[2])
{
	shade_line(line, cells, factors, gain);
}

static void shade_line_anywhere(const struct virtual_debayer_line *line,
				uint32_t cells, const uint16_t *factors,
				const uint32_t gain[2])
{
	shade_line(line, cells, factors, gain);
}

void virtual_shade_line(const struct virtual_debayer_line *line,
			uint32_t cells, const uint16_t *factors,
			const uint32_t gain[2], bool is_fast)
{
	uint32_t bounded[2];

	for (int i = 0; i < 2; i++)
		bounded[i] = gain[i] < VIRTUAL_SHADING_MAX_GAIN ?
				     gain[i] :
				     VIRTUAL_SHADING_MAX_GAIN;
	if (is_fast)
		shade_line_fast(line, cells, factors, bounded);
	else
		shade_line_anywhere(line, cells, factors, bounded);
}
