/* SPDX-License-Identifier: MIT */
/* The level of no light, followed through the sensor's dark pixels. */
#ifndef SOFTISP_BLACK_LEVEL_H
#define SOFTISP_BLACK_LEVEL_H

#include <stdbool.h>

#include "softisp_ipa_types.h"
#include "tuning.h"

struct softisp_black_level {
	double level[4]; /* R, Gr, Gb, B; in values of the sensor */
	bool measured;
};

void softisp_black_level_init(struct softisp_black_level *black,
			      const struct softisp_tuning *tuning);

/** Follows the dark pixels slowly; refuses what cannot be. */
void softisp_black_level_update(struct softisp_black_level *black,
				const struct ipa_softisp_statistics *statistics);

/** By colour: red, green, blue. */
void softisp_black_level_get(const struct softisp_black_level *black,
			     double ret_level[3]);

/** Writes it into parameters. */
void softisp_black_level_prepare(const struct softisp_black_level *black,
				 struct ipa_softisp_parameters *parameters);

#endif /* SOFTISP_BLACK_LEVEL_H */
