/* SPDX-License-Identifier: MIT */
/* From raw Bayer to RGB, in whole numbers: the same on every machine. */
#include "develop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WHITE 65535
#define BORDER 2

/* Raw values are ten bits wide. */
#define RAW_WHITE 1023

/* A gain of 64 and a matrix entry of 16, far beyond what an image needs. */
#define MAX_GAIN (64 << 12)
#define MAX_ENTRY (16 << 12)

static_assert(IPA_SOFTISP_GAMMA_STEPS == VIRTUAL_DEVELOP_POINTS,
	      "softisp's curves are used as they are");

int virtual_developer_init(struct virtual_developer *developer, uint32_t width,
			   uint32_t height)
{
	memset(developer, 0, sizeof(*developer));
	developer->width = width;
	developer->height = height;
	developer->mosaic =
		calloc((size_t)(width + 2 * BORDER) * (height + 2 * BORDER),
		       sizeof(*developer->mosaic));
	return developer->mosaic ? 0 : -ENOMEM;
}

void virtual_developer_fini(struct virtual_developer *developer)
{
	free(developer->mosaic);
	developer->mosaic = NULL;
}

static uint16_t scale(uint64_t level, uint32_t gain)
{
	level = level * (gain < MAX_GAIN ? gain : MAX_GAIN) >> 12;
	return (uint16_t)(level < WHITE ? level : WHITE);
}

/* Maps each raw value: subtracts black, scales to 16 bits, and balances if no
 * lens shading comes in between. */
static void set_levels(struct virtual_developer *d,
		       const struct virtual_recipe *recipe)
{
	const int64_t most = RAW_WHITE * 256 / 2;
	int i;
	uint32_t v;

	for (i = 0; i < 4; i++) {
		int64_t black = recipe->black[i];
		uint32_t gain = recipe->shading ? 4096 : recipe->gain[i];
		uint64_t range = RAW_WHITE * 256;

		black = black > most ? most : black < -most ? -most : black;
		if (recipe->stretch)
			range = (uint64_t)(RAW_WHITE * 256 - black);
		if (gain > MAX_GAIN)
			gain = MAX_GAIN;
		for (v = 0; v <= RAW_WHITE; v++) {
			int64_t light = (int64_t)v * 256 - black;
			uint64_t level = light > 0 ? (uint64_t)light : 0;

			level = level * gain * WHITE / range >> 12;
			d->levels[i][v] =
				(uint16_t)(level < WHITE ? level : WHITE);
		}
	}
}

/* The curve has few steps; interpolates linearly between them. */
static void set_tones(struct virtual_developer *d,
		      const struct virtual_recipe *recipe)
{
	const uint32_t per_step =
		VIRTUAL_DEVELOP_TONES / (VIRTUAL_DEVELOP_POINTS - 1);
	uint32_t i;

	if (d->has_tones && !memcmp(d->curve, recipe->tones, sizeof(d->curve)))
		return;
	memcpy(d->curve, recipe->tones, sizeof(d->curve));
	for (i = 0; i < VIRTUAL_DEVELOP_TONES; i++) {
		uint32_t a = d->curve[i / per_step];
		uint32_t b = d->curve[i / per_step + 1];
		uint32_t f = i % per_step;
		uint32_t tone = (a * (per_step - f) + b * f) / per_step;

		d->tones[i] = (uint8_t)((tone * 255 + WHITE / 2) / WHITE);
	}
	d->has_tones = true;
}

/* Returns row @y of the mosaic, from -2 to height + 1. */
static uint16_t *mosaic_row(const struct virtual_developer *d, int64_t y)
{
	size_t stride = (size_t)d->width + 2 * BORDER;

	return d->mosaic + stride * (size_t)(y + BORDER) + BORDER;
}

/* Corrects a row for lens shading, then balances it. */
static void shade_row(uint16_t *row, uint32_t width, const uint16_t *shading,
		      const uint32_t gain[2])
{
	uint32_t x;

	for (x = 0; x < width; x++) {
		uint32_t level = (uint32_t)row[x] * shading[x] >> 10;

		row[x] = scale(level < WHITE ? level : WHITE, gain[x & 1]);
	}
}

/* Mirrors the edges, which keeps the pattern: pixel -1 is a copy of pixel 1. */
static void fill_mosaic(struct virtual_developer *d,
			const struct virtual_recipe *recipe,
			const uint16_t *raw)
{
	const uint16_t *shading = recipe->shading;
	int64_t height = d->height;
	size_t bytes = ((size_t)d->width + 2 * BORDER) * sizeof(uint16_t);
	uint32_t y;
	uint32_t x;

	for (y = 0; y < d->height; y++, raw += d->width) {
		const uint16_t *even = d->levels[(y & 1) * 2];
		const uint16_t *odd = d->levels[(y & 1) * 2 + 1];
		uint16_t *row = mosaic_row(d, y);

		for (x = 0; x < d->width; x += 2) {
			row[x] = even[raw[x] & RAW_WHITE];
			row[x + 1] = odd[raw[x + 1] & RAW_WHITE];
		}
		if (shading)
			shade_row(row, d->width, shading + (size_t)y * d->width,
				  recipe->gain + (ptrdiff_t)2 * (y & 1));
		row[-1] = row[1];
		row[-2] = row[2];
		row[d->width] = row[d->width - 2];
		row[d->width + 1] = row[d->width - 3];
	}
	memcpy(mosaic_row(d, -1) - BORDER, mosaic_row(d, 1) - BORDER, bytes);
	memcpy(mosaic_row(d, -2) - BORDER, mosaic_row(d, 2) - BORDER, bytes);
	memcpy(mosaic_row(d, height) - BORDER,
	       mosaic_row(d, height - 2) - BORDER, bytes);
	memcpy(mosaic_row(d, height + 1) - BORDER,
	       mosaic_row(d, height - 3) - BORDER, bytes);
}

static int32_t clip(int32_t value)
{
	if (value < 0)
		return 0;
	return value < WHITE ? value : WHITE;
}

/*
 * A missing colour of a pixel is the mean of the neighbours that have it,
 * corrected by the second derivative of the pixel's own colour (Malvar, He and
 * Cutler, 2004). Weights are eighths, or sixteenths where halves occur.
 */

/* Interpolates green at a red or blue pixel. */
static int32_t green_at(const uint16_t *p, ptrdiff_t s)
{
	int32_t near = p[-1] + p[1] + p[-s] + p[s];
	int32_t far = p[-2] + p[2] + p[-2 * s] + p[2 * s];

	return clip((4 * p[0] + 2 * near - far) / 8);
}

/* Interpolates, at a green pixel, the colour of its neighbours along @a. */
static int32_t beside_green(const uint16_t *p, ptrdiff_t a, ptrdiff_t b)
{
	int32_t near = p[-a] + p[a];
	int32_t diagonal = p[-a - b] + p[-a + b] + p[a - b] + p[a + b];
	int32_t along = p[-2 * a] + p[2 * a];
	int32_t across = p[-2 * b] + p[2 * b];

	return clip((10 * p[0] + 8 * near - 2 * (diagonal + along) + across) /
		    16);
}

/* Interpolates red at a blue pixel, or blue at a red one. */
static int32_t opposite_at(const uint16_t *p, ptrdiff_t s)
{
	int32_t diagonal = p[-s - 1] + p[-s + 1] + p[s - 1] + p[s + 1];
	int32_t far = p[-2] + p[2] + p[-2 * s] + p[2 * s];

	return clip((12 * p[0] + 4 * diagonal - 3 * far) / 16);
}

struct mixer {
	int64_t m[9];
	int64_t offset[3];
	const uint8_t *tones;
};

static uint8_t mix(const struct mixer *mixer, int row, int32_t r, int32_t g,
		   int32_t b)
{
	const int64_t *m = mixer->m + (ptrdiff_t)3 * row;
	int64_t value = (m[0] * r + m[1] * g + m[2] * b) / 4096 +
			mixer->offset[row];

	if (value < 0)
		value = 0;
	if (value > WHITE)
		value = WHITE;
	return mixer->tones[value * VIRTUAL_DEVELOP_TONES / (WHITE + 1)];
}

static uint8_t *put_pixel(const struct mixer *mixer, uint8_t *rgb, int32_t r,
			  int32_t g, int32_t b)
{
	rgb[0] = mix(mixer, 0, r, g, b);
	rgb[1] = mix(mixer, 1, r, g, b);
	rgb[2] = mix(mixer, 2, r, g, b);
	return rgb + 3;
}

/* Processes a row of red and green. */
static uint8_t *upper_row(const struct mixer *mixer, const uint16_t *p,
			  uint32_t width, ptrdiff_t s, uint8_t *rgb)
{
	uint32_t x;

	for (x = 0; x < width; x += 2, p += 2) {
		rgb = put_pixel(mixer, rgb, p[0], green_at(p, s),
				opposite_at(p, s));
		rgb = put_pixel(mixer, rgb, beside_green(p + 1, 1, s), p[1],
				beside_green(p + 1, s, 1));
	}
	return rgb;
}

/* Processes a row of green and blue. */
static uint8_t *lower_row(const struct mixer *mixer, const uint16_t *p,
			  uint32_t width, ptrdiff_t s, uint8_t *rgb)
{
	uint32_t x;

	for (x = 0; x < width; x += 2, p += 2) {
		rgb = put_pixel(mixer, rgb, beside_green(p, s, 1), p[0],
				beside_green(p, 1, s));
		rgb = put_pixel(mixer, rgb, opposite_at(p + 1, s),
				green_at(p + 1, s), p[1]);
	}
	return rgb;
}

static void set_matrix(struct mixer *mixer, const struct virtual_recipe *recipe)
{
	int i;

	for (i = 0; i < 9; i++) {
		int32_t entry = recipe->matrix[i];

		if (entry > MAX_ENTRY)
			entry = MAX_ENTRY;
		if (entry < -MAX_ENTRY)
			entry = -MAX_ENTRY;
		mixer->m[i] = entry;
	}
	for (i = 0; i < 3; i++)
		mixer->offset[i] = recipe->offset[i];
}

void virtual_develop_recipe(struct virtual_developer *developer,
			    const struct virtual_recipe *recipe,
			    const uint16_t *raw, uint8_t *rgb)
{
	ptrdiff_t stride = (ptrdiff_t)developer->width + 2 * BORDER;
	struct mixer mixer = { .tones = developer->tones };
	uint32_t y;

	set_levels(developer, recipe);
	set_tones(developer, recipe);
	set_matrix(&mixer, recipe);
	fill_mosaic(developer, recipe, raw);
	for (y = 0; y < developer->height; y += 2) {
		rgb = upper_row(&mixer, mosaic_row(developer, y),
				developer->width, stride, rgb);
		rgb = lower_row(&mixer, mosaic_row(developer, (int64_t)y + 1),
				developer->width, stride, rgb);
	}
}

int virtual_develop(struct virtual_developer *developer, uint32_t frame,
		    const struct ipa_softisp_parameters *parameters,
		    const uint16_t *raw, uint8_t *rgb)
{
	static const int colour_of[4] = { 0, 1, 1, 2 };
	struct virtual_recipe recipe = { .stretch = true };
	int i;

	if (parameters->magic != IPA_SOFTISP_PARAMETERS_MAGIC ||
	    parameters->frame != frame)
		return -EBADMSG;
	for (i = 0; i < 4; i++) {
		uint32_t black = parameters->black_level[i];

		recipe.black[i] =
			(int32_t)(black < INT32_MAX ? black : INT32_MAX);
		recipe.gain[i] = parameters->gain[colour_of[i]];
	}
	memcpy(recipe.matrix, parameters->matrix, sizeof(recipe.matrix));
	memcpy(recipe.tones, parameters->gamma, sizeof(recipe.tones));
	virtual_develop_recipe(developer, &recipe, raw, rgb);
	return 0;
}
