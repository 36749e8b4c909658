/* SPDX-License-Identifier: MIT */
/* Colour gains that make grey things grey. */
#ifndef SOFTISP_WHITE_BALANCE_H
#define SOFTISP_WHITE_BALANCE_H

#include <stdbool.h>

#include "statistics.h"
#include "tuning.h"

struct softisp_white_balance {
	const struct softisp_tuning *tuning;
	bool enabled;
	bool measured; /* the first estimate is taken as it is */
	double red; /* gains in force */
	double blue;
	double kelvin; /* of the light, as far as the gains tell */
};

/** @tuning has to live as long. Begins in the middle of its curve. */
void softisp_white_balance_init(struct softisp_white_balance *balance,
				const struct softisp_tuning *tuning);

/** Gains to use while it is not enabled; clamped to 0.25 ... 8. */
void softisp_white_balance_set_gains(struct softisp_white_balance *balance,
				     double red, double blue);

/** Learns from a frame. */
void softisp_white_balance_update(struct softisp_white_balance *balance,
				  const struct softisp_measure *measure);

/** Writes gains times @digital_gain into parameters. */
void softisp_white_balance_prepare(const struct softisp_white_balance *balance,
				   double digital_gain,
				   struct ipa_softisp_parameters *parameters);

#endif /* SOFTISP_WHITE_BALANCE_H */
