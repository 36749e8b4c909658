/* SPDX-License-Identifier: MIT */
/* The built-in scene: four rows of patches, a ramp, and ever finer lines. */
#include "scene.h"

#include <errno.h>
#include <stdlib.h>

#define COLUMNS 6
#define ROWS 4

/* sRGB; the last row is neutral, the first has skin and sky. */
static const uint8_t patches[ROWS][COLUMNS][3] = {
	{ { 112, 80, 66 }, { 200, 152, 132 }, { 92, 124, 160 },
	  { 90, 110, 64 }, { 132, 128, 180 }, { 98, 190, 172 } },
	{ { 216, 124, 44 }, { 70, 92, 170 }, { 196, 84, 98 },
	  { 94, 58, 108 }, { 160, 190, 62 }, { 226, 164, 46 } },
	{ { 48, 60, 150 }, { 66, 150, 72 }, { 178, 52, 58 },
	  { 236, 202, 28 }, { 190, 84, 152 }, { 20, 136, 166 } },
	{ { 244, 244, 244 }, { 202, 202, 202 }, { 162, 162, 162 },
	  { 122, 122, 122 }, { 84, 84, 84 }, { 50, 50, 50 } },
};

#define NEUTRAL_ROW 3
#define NEUTRAL_COLUMN 2
#define BACKGROUND 118 /* reflects 18 % */

/* Returns some thousandths of a side, rounded. */
static uint32_t part(uint32_t side, uint32_t thousandths)
{
	return (uint32_t)(((uint64_t)side * thousandths + 500) / 1000);
}

struct box {
	uint32_t x0, y0, x1, y1;
};

static struct box patch_box(uint32_t width, uint32_t height, uint32_t row,
			    uint32_t column)
{
	struct box box;

	box.x0 = part(width, 50 + column * 150 + 10);
	box.x1 = part(width, 50 + column * 150 + 140);
	box.y0 = part(height, 50 + row * 190 + 10);
	box.y1 = part(height, 50 + row * 190 + 180);
	return box;
}

static void set_pixel(struct virtual_picture *picture, uint32_t x, uint32_t y,
		      const uint8_t rgb[3])
{
	uint8_t *p = picture->rgb + 3 * ((size_t)picture->width * y + x);

	p[0] = rgb[0];
	p[1] = rgb[1];
	p[2] = rgb[2];
}

static void fill(struct virtual_picture *picture, const struct box *box,
		 const uint8_t rgb[3])
{
	uint32_t x;
	uint32_t y;

	for (y = box->y0; y < box->y1; y++)
		for (x = box->x0; x < box->x1; x++)
			set_pixel(picture, x, y, rgb);
}

/* Draws a ramp from black to white on the left, finer lines on the right. */
static void draw_bottom(struct virtual_picture *picture)
{
	uint32_t y0 = part(picture->height, 840);
	uint32_t y1 = part(picture->height, 950);
	uint32_t x0 = part(picture->width, 60);
	uint32_t middle = part(picture->width, 640);
	uint32_t x1 = part(picture->width, 940);
	uint32_t x;
	uint32_t y;

	for (y = y0; y < y1; y++) {
		for (x = x0; x < middle; x++) {
			uint8_t v = (uint8_t)(255 * (x - x0) / (middle - x0));

			set_pixel(picture, x, y, (uint8_t[3]){ v, v, v });
		}
		for (; x < x1; x++) {
			uint32_t fineness =
				1 + 5 * (x1 - 1 - x) / (x1 - middle);
			uint8_t v = (x / fineness) & 1 ? 200 : 40;

			set_pixel(picture, x, y, (uint8_t[3]){ v, v, v });
		}
	}
}

int virtual_scene_chart(uint32_t width, uint32_t height,
			struct virtual_scene *ret_scene)
{
	static const uint8_t background[3] = { BACKGROUND, BACKGROUND,
					       BACKGROUND };
	struct virtual_picture picture = { width, height, NULL };
	struct box whole = { 0, 0, width, height };
	uint32_t row;
	uint32_t column;
	int ret;

	picture.rgb = calloc((size_t)width * height, 3);
	if (!picture.rgb)
		return -ENOMEM;
	fill(&picture, &whole, background);
	for (row = 0; row < ROWS; row++)
		for (column = 0; column < COLUMNS; column++) {
			struct box box = patch_box(width, height, row, column);

			fill(&picture, &box, patches[row][column]);
		}
	draw_bottom(&picture);
	ret = virtual_scene_from_picture(&picture, width, height, ret_scene);
	free(picture.rgb);
	return ret;
}

void virtual_scene_chart_neutral(uint32_t width, uint32_t height,
				 uint32_t *ret_x, uint32_t *ret_y,
				 uint32_t *ret_width, uint32_t *ret_height)
{
	struct box box = patch_box(width, height, NEUTRAL_ROW, NEUTRAL_COLUMN);

	/* Even, and away from the edges, where debayering mixes colours. */
	*ret_x = (box.x0 + 5) & ~1u;
	*ret_y = (box.y0 + 5) & ~1u;
	*ret_width = (box.x1 - 4 - *ret_x) & ~1u;
	*ret_height = (box.y1 - 4 - *ret_y) & ~1u;
}
