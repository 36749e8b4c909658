/* SPDX-License-Identifier: MIT */
/* Processes raw Bayer frames to RGB with the parameters of an IPA. */
#ifndef VIRTUAL_DEVELOP_H
#define VIRTUAL_DEVELOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "debayer.h"
#include "shading.h"
#include "softisp_ipa_types.h"

/** Points of a tone curve, which is linear between them. */
#define VIRTUAL_DEVELOP_POINTS 257

/**
 * How to make an image, applied in this order. Image processors translate their
 * parameters to it. Wrong numbers spoil the image and nothing else.
 */
struct virtual_recipe {
	/** Subtracted from each raw value, times 256, for R, Gr, Gb and B;
	 *  negative values are added. */
	int32_t black[4];
	/** What is left is white at the largest raw value, as before. */
	bool stretch;
	/** Lens shading: a factor of each pixel, times 1024; NULL: none. */
	const uint16_t *shading;
	/** Factors, times 4096, for R, Gr, Gb and B. */
	uint32_t gain[4];
	/** Colour matrix, times 4096, row by row, and what is added then; 65535
	 *  is white. */
	int32_t matrix[9];
	int32_t offset[3];
	/** Tone curve: 65535 is white. */
	uint16_t tones[VIRTUAL_DEVELOP_POINTS];
};

/** Memory that is reused for each frame. Thread word: bound. */
struct virtual_developer {
	uint32_t width;
	uint32_t height;
	struct virtual_debayer debayer;
	struct virtual_shading shading; /* of softisp's parameters */
	uint16_t levels[4][1024]; /* by colour and raw value */
	uint8_t tones[VIRTUAL_DEVELOP_TONES];
	uint16_t curve[VIRTUAL_DEVELOP_POINTS]; /* tones are made from it */
	bool has_tones;
};

/** Allocates memory. @width and @height must be even, and 4 or more. Returns 0
 *  or -ENOMEM. */
int virtual_developer_init(struct virtual_developer *developer, uint32_t width,
			   uint32_t height);

/** Frees the memory; accepts zeroed memory. */
void virtual_developer_fini(struct virtual_developer *developer);

/**
 * virtual_develop_recipe() - make an image
 * @raw: 10 bits, RGGB, without dark lines
 * @rgb: receives width x height x 3 bytes
 *
 * Debayers by gradient-corrected linear interpolation, after the gains and
 * before the colour matrix.
 */
void virtual_develop_recipe(struct virtual_developer *developer,
			    const struct virtual_recipe *recipe,
			    const uint16_t *raw, uint8_t *rgb);

/**
 * virtual_develop() - make an image with the parameters of softisp
 * @frame: number of the frame that the parameters must belong to
 * @parameters: from an IPA, not trusted
 * @raw, @rgb: see virtual_develop_recipe(); sRGB
 *
 * Returns 0, -EBADMSG if the parameters do not belong to @frame, or -ENOMEM.
 */
int virtual_develop(struct virtual_developer *developer, uint32_t frame,
		    const struct ipa_softisp_parameters *parameters,
		    const uint16_t *raw, uint8_t *rgb);

#endif /* VIRTUAL_DEVELOP_H */
