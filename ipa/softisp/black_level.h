/* SPDX-License-Identifier: MIT */
/* The black level, measured on the sensor's dark pixels. */
#ifndef SOFTISP_BLACK_LEVEL_H
#define SOFTISP_BLACK_LEVEL_H

#include <stdbool.h>

#include "softisp_ipa_types.h"
#include "tuning.h"

/** Thread word of this struct and its functions: bound. */
struct softisp_black_level {
	double level[4]; /* R, Gr, Gb, B; in raw values */
	bool measured; /* dark pixels were seen */
};

/** Begins with the level of the tuning. */
void softisp_black_level_init(struct softisp_black_level *black,
			      const struct softisp_tuning *tuning);

/** Follows the dark pixels slowly; ignores levels that are not plausible. */
void softisp_black_level_update(struct softisp_black_level *black,
				const struct ipa_softisp_statistics *statistics);

/** Gets the level of red, green and blue, in raw values. */
void softisp_black_level_get(const struct softisp_black_level *black,
			     double ret_level[3]);

/** Writes the black level into parameters. */
void softisp_black_level_prepare(const struct softisp_black_level *black,
				 struct ipa_softisp_parameters *parameters);

#endif /* SOFTISP_BLACK_LEVEL_H */
