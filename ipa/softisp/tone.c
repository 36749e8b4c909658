/* SPDX-License-Identifier: MIT */
/* Computes the tone curve: a power with a linear part near black, then contrast
 * and brightness of what is displayed. */
#include "tone.h"

#include <math.h>
#include <string.h>

/* The offset of sRGB at its exponent; it falls to 0 for a straight line. */
#define SRGB_GAMMA 2.4
#define SRGB_OFFSET 0.055

void softisp_tone_set(struct softisp_tone *tone, double gamma, double contrast,
		      double brightness)
{
	double g = fmax(SOFTISP_MIN_GAMMA, fmin(SOFTISP_MAX_GAMMA, gamma));
	double offset = SRGB_OFFSET * (g - 1) / (SRGB_GAMMA - 1);
	double knee = 0;
	double slope = 1;
	uint32_t i;

	tone->contrast = fmax(0, fmin(SOFTISP_MAX_CONTRAST, contrast));
	tone->brightness = fmax(-1, fmin(1, brightness));
	/* A power alone is infinitely steep at black: it amplifies noise. */
	if (g > 1) {
		knee = pow(offset / ((1 + offset) * (1 - 1 / g)), g);
		slope = ((1 + offset) * pow(knee, 1 / g) - offset) / knee;
	}
	for (i = 0; i < IPA_SOFTISP_GAMMA_STEPS; i++) {
		double x = i / (double)(IPA_SOFTISP_GAMMA_STEPS - 1);
		double y = x <= knee ? slope * x
				     : (1 + offset) * pow(x, 1 / g) - offset;

		if (tone->contrast != 1)
			y = (y - 0.5) * tone->contrast + 0.5;
		y += tone->brightness;
		tone->curve[i] = (uint16_t)(fmin(fmax(y, 0), 1) * 65535 + 0.5);
	}
	tone->gamma = g;
}

void softisp_tone_prepare(const struct softisp_tone *tone,
			  struct ipa_softisp_parameters *parameters)
{
	memcpy(parameters->gamma, tone->curve, sizeof(tone->curve));
}
