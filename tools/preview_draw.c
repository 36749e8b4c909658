/* SPDX-License-Identifier: MIT */
/*
 * Draws images with the upper half block, whose colour is that of the upper pixel,
 * on a background in the colour of the lower one.
 */
#include "preview_draw.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* U+2580. */
#define HALF_BLOCK "\xe2\x96\x80"

/* Own colours; erase the rest of the line; the next line. */
#define ROW_END "\x1b[0m\x1b[K\r\n"

/* In each direction, for one pixel of a drawing. */
#define SAMPLES 3u

/* Two pixels, one above the other, as 0xrrggbb. */
struct pair {
	uint32_t upper;
	uint32_t lower;
};

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

struct preview_size preview_draw_fit(const struct preview_image *image,
				     uint32_t columns, uint32_t rows)
{
	const uint64_t most = smaller(PREVIEW_MAX_HEIGHT,
				    smaller(rows, PREVIEW_MAX_HEIGHT) * 2);
	uint64_t width = smaller(smaller(columns, PREVIEW_MAX_WIDTH), image->width);
	uint64_t height;

	if (!width || !most || !image->height)
		return (struct preview_size){ 0, 0 };
	height = width * image->height / image->width;
	if (height > most) {
		height = most;
		width = height * image->width / image->height;
	}
	return (struct preview_size){
		.width = width ? (uint32_t)width : 1,
		.height = height < 2 ? 2 : (uint32_t)height & ~1u,
	};
}

size_t preview_draw_room(struct preview_size size)
{
	return (size_t)size.height / 2 *
	       (size.width * PREVIEW_PAIR_SIZE + sizeof(ROW_END));
}

/* Sample @i of the part of an image that pixel @at of @n is. */
static uint32_t sample(uint32_t at, uint32_t i, uint32_t n, uint32_t whole)
{
	return (uint32_t)((2 * ((uint64_t)at * SAMPLES + i) + 1) * whole /
			  (2 * (uint64_t)n * SAMPLES));
}

static uint32_t colour_of(const struct preview_image *image,
			  struct preview_size size, uint32_t x, uint32_t y)
{
	uint32_t sum[3] = { 0 };

	for (uint32_t i = 0; i < SAMPLES * SAMPLES; i++) {
		const uint32_t left =
			sample(x, i % SAMPLES, size.width, image->width);
		const uint32_t top =
			sample(y, i / SAMPLES, size.height, image->height);
		const uint8_t *pixel =
			image->rgb + 3 * ((size_t)top * image->width + left);

		for (int k = 0; k < 3; k++)
			sum[k] += pixel[k];
	}
	for (int k = 0; k < 3; k++)
		sum[k] /= SAMPLES * SAMPLES;
	return sum[0] << 16 | sum[1] << 8 | sum[2];
}

/* Sets a colour; @which: 38 of characters, 48 of their background. */
static size_t put_colour(char *text, int which, uint32_t colour)
{
	return (size_t)sprintf(text, "\x1b[%d;2;%u;%u;%um", which, colour >> 16,
			       colour >> 8 & 255, colour & 255);
}

/* Colours that the pair before had are not set again. */
static size_t put_pair(char *text, struct pair pair, const struct pair *before)
{
	size_t n = 0;

	if (!before || pair.upper != before->upper)
		n += put_colour(text + n, 38, pair.upper);
	if (!before || pair.lower != before->lower)
		n += put_colour(text + n, 48, pair.lower);
	memcpy(text + n, HALF_BLOCK, sizeof(HALF_BLOCK) - 1);
	return n + sizeof(HALF_BLOCK) - 1;
}

size_t preview_draw(const struct preview_image *image, struct preview_size size,
		    char *text)
{
	size_t n = 0;

	for (uint32_t y = 0; y < size.height; y += 2) {
		struct pair before;

		for (uint32_t x = 0; x < size.width; x++) {
			const struct pair pair = {
				.upper = colour_of(image, size, x, y),
				.lower = colour_of(image, size, x, y + 1),
			};

			n += put_pair(text + n, pair, x ? &before : NULL);
			before = pair;
		}
		memcpy(text + n, ROW_END, sizeof(ROW_END) - 1);
		n += sizeof(ROW_END) - 1;
	}
	return n;
}
