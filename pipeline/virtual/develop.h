/* SPDX-License-Identifier: MIT */
/* Processes raw Bayer frames to RGB with the parameters of an IPA. */
#ifndef VIRTUAL_DEVELOP_H
#define VIRTUAL_DEVELOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "softisp_ipa_types.h"

/** Number of input levels that the tone table distinguishes. */
#define VIRTUAL_DEVELOP_TONES 4096

/** Memory that is reused for each frame. Thread word: bound. */
struct virtual_developer {
	uint32_t width;
	uint32_t height;
	uint16_t *mosaic; /* balanced; with a border of two pixels */
	uint16_t levels[4][1024]; /* by colour and raw value */
	uint8_t tones[VIRTUAL_DEVELOP_TONES];
	uint16_t gamma[IPA_SOFTISP_GAMMA_STEPS]; /* tones are made from it */
	bool has_tones;
};

/** Allocates memory. @width and @height must be even, and 4 or more. Returns 0
 *  or -ENOMEM. */
int virtual_developer_init(struct virtual_developer *developer, uint32_t width,
			   uint32_t height);

/** Frees the memory; accepts zeroed memory. */
void virtual_developer_fini(struct virtual_developer *developer);

/**
 * virtual_develop() - make an image
 * @frame: number of the frame that the parameters must belong to
 * @parameters: from an IPA, not trusted: wrong numbers spoil the image and
 *              nothing else
 * @raw: 10 bits, RGGB, without dark lines
 * @rgb: receives width x height x 3 bytes, sRGB
 *
 * Subtracts the black level, balances, debayers (gradient-corrected linear
 * interpolation), applies the colour matrix and the tone curve. Returns 0, or
 * -EBADMSG if the parameters do not belong to @frame.
 */
int virtual_develop(struct virtual_developer *developer, uint32_t frame,
		    const struct ipa_softisp_parameters *parameters,
		    const uint16_t *raw, uint8_t *rgb);

#endif /* VIRTUAL_DEVELOP_H */
