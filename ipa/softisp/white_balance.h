/* SPDX-License-Identifier: MIT */
/* White balance: colour gains that make grey surfaces grey. */
#ifndef SOFTISP_WHITE_BALANCE_H
#define SOFTISP_WHITE_BALANCE_H

#include <stdbool.h>

#include "statistics.h"
#include "tuning.h"

/** Thread word of this struct and its functions: bound. */
struct softisp_white_balance {
	const struct softisp_tuning *tuning;
	bool enabled;
	double doubt; /* part of the first guess that is left, 0 to 1 */
	double red; /* gains in use */
	double blue;
	double kelvin; /* colour temperature that the gains belong to */
};

/** Begins in the middle of the tuning's curve. @tuning must live as long. */
void softisp_white_balance_init(struct softisp_white_balance *balance,
				const struct softisp_tuning *tuning);

/** Sets manual gains, clamped to 0.25 ... 8; ignored while automatic white
 *  balance is enabled. */
void softisp_white_balance_set_gains(struct softisp_white_balance *balance,
				     double red, double blue);

/** Sets the gains for a light of this colour temperature, clamped to the tuning's
 *  curve; ignored while automatic white balance is enabled. */
void softisp_white_balance_set_kelvin(struct softisp_white_balance *balance,
				      double kelvin);

/** Adapts the gains to a measured frame. */
void softisp_white_balance_update(struct softisp_white_balance *balance,
				  const struct softisp_measure *measure);

/** Writes the gains, times @digital_gain, into parameters. */
void softisp_white_balance_prepare(const struct softisp_white_balance *balance,
				   double digital_gain,
				   struct ipa_softisp_parameters *parameters);

#endif /* SOFTISP_WHITE_BALANCE_H */
