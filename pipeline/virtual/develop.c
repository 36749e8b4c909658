/* SPDX-License-Identifier: MIT */
/* From raw Bayer to RGB, in whole numbers: the same on every machine. */
#include "develop.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define WHITE VIRTUAL_DEBAYER_WHITE

/* Raw values are ten bits wide. */
#define RAW_WHITE 1023

/* Far beyond what an image needs. */
#define MAX_GAIN VIRTUAL_SHADING_MAX_GAIN
#define MAX_ENTRY (16 << 12)

static_assert(IPA_SOFTISP_GAMMA_STEPS == VIRTUAL_DEVELOP_POINTS,
	      "softisp's curves are used as they are");

int virtual_developer_init(struct virtual_developer *developer, uint32_t width,
			   uint32_t height)
{
	memset(developer, 0, sizeof(*developer));
	developer->width = width;
	developer->height = height;
	return virtual_debayer_init(&developer->debayer, width);
}

void virtual_developer_fini(struct virtual_developer *developer)
{
	virtual_debayer_fini(&developer->debayer);
	virtual_shading_fini(&developer->shading);
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

/* Sets line @y. Those above and below the image are mirrored, which keeps the
 * pattern: line -1 is a copy of line 1. */
static void fill_line(struct virtual_developer *d,
		      const struct virtual_recipe *recipe, const uint16_t *raw,
		      int64_t y)
{
	struct virtual_debayer_line *line =
		virtual_debayer_get_line(&d->debayer, y);
	const int64_t last = (int64_t)d->height - 1;
	const size_t from = (size_t)(y < 0 ? -y : y > last ? 2 * last - y : y);
	const uint16_t *even = d->levels[(y & 1) * 2];
	const uint16_t *odd = d->levels[(y & 1) * 2 + 1];
	const uint32_t cells = d->width / 2;
	uint32_t i;

	raw += from * d->width;
	for (i = 0; i < cells; i++) {
		line->even[i] = even[raw[2 * i] & RAW_WHITE];
		line->odd[i] = odd[raw[2 * i + 1] & RAW_WHITE];
	}
	if (recipe->shading)
		virtual_shade_line(line, cells,
				   recipe->shading + from * d->width,
				   recipe->gain + (y & 1) * 2,
				   d->debayer.is_fast);
	virtual_debayer_mirror(&d->debayer, line);
}

static void set_matrix(struct virtual_mixer *mixer,
		       const struct virtual_recipe *recipe)
{
	int i;

	for (i = 0; i < 9; i++) {
		int32_t entry = recipe->matrix[i];

		if (entry > MAX_ENTRY)
			entry = MAX_ENTRY;
		if (entry < -MAX_ENTRY)
			entry = -MAX_ENTRY;
		mixer->matrix[i] = entry;
	}
	for (i = 0; i < 3; i++)
		mixer->offset[i] = recipe->offset[i];
}

void virtual_develop_recipe(struct virtual_developer *developer,
			    const struct virtual_recipe *recipe,
			    const uint16_t *raw, uint8_t *rgb)
{
	struct virtual_mixer mixer = { .tones = developer->tones };
	int64_t y;

	set_levels(developer, recipe);
	set_tones(developer, recipe);
	set_matrix(&mixer, recipe);
	for (y = -2; y < 2; y++)
		fill_line(developer, recipe, raw, y);
	for (y = 0; y < developer->height; y++) {
		fill_line(developer, recipe, raw, y + 2);
		virtual_debayer_row(&developer->debayer, &mixer, y, rgb);
		rgb += (size_t)3 * developer->width;
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
	if (parameters->has_shading == 1) {
		int ret = virtual_shading_set(&developer->shading,
					      developer->width,
					      developer->height,
					      parameters->shading);

		if (ret < 0)
			return ret;
		recipe.shading = developer->shading.factors;
	}
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
