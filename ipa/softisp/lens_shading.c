/* SPDX-License-Identifier: MIT */
/* Interpolates the tables of lens shading, and corrects what was measured. */
#include "lens_shading.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "temperature.h"

#define STEPS SOFTISP_SHADING_STEPS

/* Of a step: a light that flickers between two steps changes nothing. */
#define HYSTERESIS 0.75

#define COLUMNS IPA_SOFTISP_SHADING_COLUMNS

static_assert(IPA_SOFTISP_ZONE_COLUMNS + 1 == COLUMNS &&
		      IPA_SOFTISP_ZONE_ROWS + 1 == IPA_SOFTISP_SHADING_ROWS,
	      "nodes of the grid are the corners of zones");

static double table_kelvin(const void *tuning, size_t i)
{
	return ((const struct softisp_tuning *)tuning)->shadings[i].kelvin;
}

/* The two tables of a step; the last one twice at its own step. */
static void find_tables(const struct softisp_lens_shading *shading,
			const struct softisp_shading_table **ret_first,
			const struct softisp_shading_table **ret_second)
{
	const struct softisp_tuning *tuning = shading->tuning;
	const uint32_t first = shading->step / STEPS;

	*ret_first = &tuning->shadings[first];
	*ret_second = &tuning->shadings[first + (shading->step % STEPS != 0)];
}

static void set_step(struct softisp_lens_shading *shading, double position)
{
	const struct softisp_shading_table *a;
	const struct softisp_shading_table *b;
	uint32_t part;

	shading->step = (uint32_t)(position + 0.5);
	part = shading->step % STEPS;
	find_tables(shading, &a, &b);
	for (int plane = 0; plane < 4; plane++)
		for (uint32_t i = 0; i < IPA_SOFTISP_SHADING_NODES; i++)
			shading->factors[plane][i] = (uint16_t)(
				(a->factors[plane][i] * (STEPS - part) +
				 b->factors[plane][i] * part + STEPS / 2) /
				STEPS);
}

static double position_of(const struct softisp_tuning *tuning, double kelvin)
{
	const struct softisp_place place = softisp_temperature_find(
		table_kelvin, tuning, tuning->n_shadings, kelvin);

	return ((double)place.first + place.part) * STEPS;
}

void softisp_lens_shading_init(struct softisp_lens_shading *shading,
			       const struct softisp_tuning *tuning,
			       double kelvin)
{
	memset(shading, 0, sizeof(*shading));
	shading->tuning = tuning;
	shading->enabled = tuning->n_shadings > 0;
	if (shading->enabled)
		set_step(shading, position_of(tuning, kelvin));
}

void softisp_lens_shading_update(struct softisp_lens_shading *shading,
				 double kelvin)
{
	double position;

	if (!shading->enabled)
		return;
	position = position_of(shading->tuning, kelvin);
	if (fabs(position - shading->step) >= HYSTERESIS)
		set_step(shading, position);
}

/* The mean of a zone's corners. */
static double factor_of(const uint16_t *factors, uint32_t zone)
{
	const uint16_t *above = factors +
				zone / IPA_SOFTISP_ZONE_COLUMNS * COLUMNS +
				zone % IPA_SOFTISP_ZONE_COLUMNS;
	const uint16_t *below = above + COLUMNS;

	return (above[0] + above[1] + below[0] + below[1]) / (4 * 1024.0);
}

/* Multiplies what is above the black level of a zone. */
static uint32_t brighten(uint32_t sum, uint32_t count, double black,
			 double factor)
{
	const double dark = black * count;

	return (uint32_t)fmax(0, fmin(UINT32_MAX,
				      (sum - dark) * factor + dark + 0.5));
}

double
softisp_lens_shading_correct(const struct softisp_lens_shading *shading,
			     const double black[3],
			     struct ipa_softisp_statistics *statistics)
{
	double before = 0;
	double after = 0;

	if (!shading->enabled)
		return 1;
	for (uint32_t i = 0; i < IPA_SOFTISP_ZONE_COUNT; i++) {
		struct ipa_softisp_zone *z = &statistics->zones[i];
		const uint16_t(*f)[IPA_SOFTISP_SHADING_NODES] =
			shading->factors;
		const double green =
			(factor_of(f[1], i) + factor_of(f[2], i)) / 2;

		before += fmax(0, z->green - black[1] * z->count);
		after += green * fmax(0, z->green - black[1] * z->count);
		z->red = brighten(z->red, z->count, black[0],
				  factor_of(f[0], i));
		z->green = brighten(z->green, z->count, black[1], green);
		z->blue = brighten(z->blue, z->count, black[2],
				   factor_of(f[3], i));
	}
	return before > 0 ? after / before : 1;
}

void softisp_lens_shading_prepare(const struct softisp_lens_shading *shading,
				  struct ipa_softisp_parameters *parameters)
{
	static_assert(sizeof(parameters->shading) == sizeof(shading->factors),
		      "the grid is copied as it is");

	parameters->has_shading = shading->enabled;
	if (shading->enabled)
		memcpy(parameters->shading, shading->factors,
		       sizeof(shading->factors));
}

void softisp_lens_shading_tables(const struct softisp_lens_shading *shading,
				 int32_t ret_tables[3])
{
	const struct softisp_shading_table *first;
	const struct softisp_shading_table *second;

	find_tables(shading, &first, &second);
	ret_tables[0] = (int32_t)(first->kelvin + 0.5);
	ret_tables[1] = (int32_t)(second->kelvin + 0.5);
	ret_tables[2] = (int32_t)(shading->step % STEPS * 1000 / STEPS);
}
