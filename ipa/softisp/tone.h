/* SPDX-License-Identifier: MIT */
/* The tone curve, from linear values to display values. */
#ifndef SOFTISP_TONE_H
#define SOFTISP_TONE_H

#include "softisp_ipa_types.h"

/** Range of the exponent. */
#define SOFTISP_MIN_GAMMA 1.0
#define SOFTISP_MAX_GAMMA 4.0

/** Thread word of this struct and its functions: bound. */
struct softisp_tone {
	double gamma;
	uint16_t curve[IPA_SOFTISP_GAMMA_STEPS];
};

/** Computes the curve. @gamma is clamped; 2.4 gives the curve of sRGB. */
void softisp_tone_set(struct softisp_tone *tone, double gamma);

/** Writes the curve into parameters. */
void softisp_tone_prepare(const struct softisp_tone *tone,
			  struct ipa_softisp_parameters *parameters);

#endif /* SOFTISP_TONE_H */
