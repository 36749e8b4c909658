/* SPDX-License-Identifier: MIT */
/* Lens shading: gives the edges of an image the light that the lens takes away. */
#ifndef SOFTISP_LENS_SHADING_H
#define SOFTISP_LENS_SHADING_H

#include <stdbool.h>
#include <stdint.h>

#include "softisp_ipa_types.h"
#include "statistics.h"
#include "tuning.h"

/** From one table of the tuning to the next. The grid changes in steps, because
 *  who applies it prepares it for each pixel. */
#define SOFTISP_SHADING_STEPS 32

/** The grid in use. Thread word of this struct and its functions: bound. */
struct softisp_lens_shading {
	const struct softisp_tuning *tuning;
	bool enabled; /* the tuning has tables */
	uint32_t step; /* from the first table; SOFTISP_SHADING_STEPS for each */
	uint16_t factors[4][IPA_SOFTISP_SHADING_NODES]; /* times 1024 */
};

/** Begins with the grid for a colour temperature. @tuning must live as long. */
void softisp_lens_shading_init(struct softisp_lens_shading *shading,
			       const struct softisp_tuning *tuning,
			       double kelvin);

/** Changes the grid once the colour temperature is nearer to another step, by a
 *  quarter of a step. */
void softisp_lens_shading_update(struct softisp_lens_shading *shading,
				 double kelvin);

/**
 * softisp_lens_shading_correct() - measure as if the lens took no light away
 * @black: black level of R, G and B in raw values
 * @statistics: a private copy; the sums of its zones are corrected
 *
 * Returns the factor of the mean of green, at least 1.
 */
double
softisp_lens_shading_correct(const struct softisp_lens_shading *shading,
			     const double black[3],
			     struct ipa_softisp_statistics *statistics);

/** Writes the grid into parameters. */
void softisp_lens_shading_prepare(const struct softisp_lens_shading *shading,
				  struct ipa_softisp_parameters *parameters);

/** Says which tables are used, as the control LensShadingTables does. */
void softisp_lens_shading_tables(const struct softisp_lens_shading *shading,
				 int32_t ret_tables[3]);

#endif /* SOFTISP_LENS_SHADING_H */
