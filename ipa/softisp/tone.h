/* SPDX-License-Identifier: MIT */
/* The tone curve, from linear values to display values. */
#ifndef SOFTISP_TONE_H
#define SOFTISP_TONE_H

#include "softisp_ipa_types.h"

/** Range of the exponent. */
#define SOFTISP_MIN_GAMMA 1.0
#define SOFTISP_MAX_GAMMA 4.0

/** Most contrast; brightness is -1 to 1. */
#define SOFTISP_MAX_CONTRAST 4.0

/** Thread word of this struct and its functions: bound. */
struct softisp_tone {
	double gamma;
	double contrast;
	double brightness;
	uint16_t curve[IPA_SOFTISP_GAMMA_STEPS];
};

/**
 * softisp_tone_set() - compute the curve
 * @gamma: 2.4 gives the curve of sRGB
 * @contrast: steepness around middle grey; 1 changes nothing
 * @brightness: what is added then, 1 is white; 0 changes nothing
 *
 * All are clamped.
 */
void softisp_tone_set(struct softisp_tone *tone, double gamma, double contrast,
		      double brightness);

/** Writes the curve into parameters. */
void softisp_tone_prepare(const struct softisp_tone *tone,
			  struct ipa_softisp_parameters *parameters);

#endif /* SOFTISP_TONE_H */
