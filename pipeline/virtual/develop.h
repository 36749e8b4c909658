/* SPDX-License-Identifier: MIT */
/* From raw Bayer to RGB, with the parameters of an IPA. */
#ifndef VIRTUAL_DEVELOP_H
#define VIRTUAL_DEVELOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "softisp_ipa_types.h"

#define VIRTUAL_DEVELOP_TONES 4096

/** Memory that is used again for each frame. Thread word: bound. */
struct virtual_developer {
	uint32_t width;
	uint32_t height;
	uint16_t *mosaic; /* balanced; two more pixels on each side */
	uint16_t levels[4][1024]; /* by colour and raw value */
	uint8_t tones[VIRTUAL_DEVELOP_TONES];
	uint16_t gamma[IPA_SOFTISP_GAMMA_STEPS]; /* that tones were made of */
	bool toned;
};

/** Returns 0 or -ENOMEM. @width and @height are even, and 4 or more. */
int virtual_developer_init(struct virtual_developer *developer, uint32_t width,
			   uint32_t height);

/** Frees it; a zeroed one is fine. */
void virtual_developer_fini(struct virtual_developer *developer);

/**
 * virtual_develop() - make an image
 * @parameters: checked in here, they come from outside: none of them can do
 *		more than spoil the image
 * @raw: 10 bits, RGGB, without dark lines
 * @rgb: width x height x 3 bytes, sRGB
 *
 * Takes off the black level, balances, debayers (gradient-corrected linear),
 * mixes colours, gives them their tone. Returns 0, or -EBADMSG: these are no
 * parameters of frame @frame.
 */
int virtual_develop(struct virtual_developer *developer, uint32_t frame,
		    const struct ipa_softisp_parameters *parameters,
		    const uint16_t *raw, uint8_t *rgb);

#endif /* VIRTUAL_DEVELOP_H */
