/* SPDX-License-Identifier: MIT */
/* Lens shading: multiplies pixels by factors that depend on where they are. */
#ifndef VIRTUAL_SHADING_H
#define VIRTUAL_SHADING_H

#include <stdbool.h>
#include <stdint.h>

#include "debayer.h"
#include "softisp_ipa_types.h"

/** Largest gain of a pixel, times 4096: 64, far beyond what an image needs. */
#define VIRTUAL_SHADING_MAX_GAIN (64 << 12)

/** Where a pixel is in a row or column of a grid. */
struct virtual_shading_place {
	uint16_t node;
	uint16_t part; /* of the way to the next node, of 4096 */
};

/** Factors of each pixel, made from a grid. Zeroed memory is empty. Thread word:
 *  bound. */
struct virtual_shading {
	uint16_t *factors; /* times 1024 */
	struct virtual_shading_place *columns; /* of the pixels of a line */
	uint16_t grid[4 * IPA_SOFTISP_SHADING_NODES]; /* what they are made from */
};

/** Frees the memory; accepts zeroed memory. */
void virtual_shading_fini(struct virtual_shading *shading);

/**
 * virtual_shading_set() - make the factors of each pixel
 * @width, @height: of the image; the same in each call; 2 or more
 * @grid: of softisp's parameters; any values. Nothing is computed if they are
 *        those of the last call
 *
 * Allocates memory in the first call. Returns 0 or -ENOMEM.
 */
int virtual_shading_set(struct virtual_shading *shading, uint32_t width,
			uint32_t height,
			const uint16_t grid[4 * IPA_SOFTISP_SHADING_NODES]);

/**
 * virtual_shade_line() - multiply a line by its factors, then by two gains
 * @cells: number of its even pixels
 * @factors: of each pixel of the line, times 1024
 * @gain: of even and of odd pixels, times 4096; larger ones count as
 *        VIRTUAL_SHADING_MAX_GAIN
 * @is_fast: see struct virtual_debayer; the results are the same
 */
void virtual_shade_line(const struct virtual_debayer_line *line,
			uint32_t cells, const uint16_t *factors,
			const uint32_t gain[2], bool is_fast);

#endif /* VIRTUAL_SHADING_H */
