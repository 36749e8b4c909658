/* SPDX-License-Identifier: MIT */
/* Makes rows of RGB from rows of a balanced Bayer image. */
#ifndef VIRTUAL_DEBAYER_H
#define VIRTUAL_DEBAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Number of input levels that the tone table distinguishes. */
#define VIRTUAL_DEVELOP_TONES 4096

/** Value of white, of each colour of a pixel. */
#define VIRTUAL_DEBAYER_WHITE 65535

/** A row of the Bayer image, its pixels from 0 to VIRTUAL_DEBAYER_WHITE. Each
 *  pointer has a valid element before the first one. */
struct virtual_debayer_line {
	int32_t *even; /* pixels 0, 2, ... */
	int32_t *odd;
};

/** Lines that are held at once: a row and two on either side of it. */
#define VIRTUAL_DEBAYER_LINES 5

/** What follows the missing colours of a pixel. */
struct virtual_mixer {
	/** Colour matrix, times 4096, row by row; each at most 2^16, positive or
	 *  negative. */
	int32_t matrix[9];
	/** Is added then. */
	int32_t offset[3];
	/** VIRTUAL_DEVELOP_TONES of them. */
	const uint8_t *tones;
};

/** Memory for rows of one width, and the fastest code for this machine. Thread
 *  word: bound. */
struct virtual_debayer {
	uint32_t width;
	bool is_fast; /* clear it to use the code that every machine can run */
	int32_t *memory;
	struct virtual_debayer_line lines[VIRTUAL_DEBAYER_LINES];
	int32_t *colours[6]; /* red, green and blue of even pixels, of odd ones */
};

/** Allocates memory; @width must be even, and 4 or more. Returns 0 or -ENOMEM.
 */
int virtual_debayer_init(struct virtual_debayer *debayer, uint32_t width);

/** Frees the memory; accepts zeroed memory. */
void virtual_debayer_fini(struct virtual_debayer *debayer);

/** Returns the memory of line @y, from -2 on; it replaces line @y - 5. */
struct virtual_debayer_line *
virtual_debayer_get_line(struct virtual_debayer *debayer, int64_t y);

/** Mirrors the edges of a line whose pixels were set, which keeps the pattern:
 *  pixel -1 is a copy of pixel 1. */
void virtual_debayer_mirror(const struct virtual_debayer *debayer,
			    struct virtual_debayer_line *line);

/**
 * virtual_debayer_row() - make a row of RGB
 * @y: its number; lines @y - 2 to @y + 2 must be set and mirrored. Red is in
 *     even rows and columns, blue in odd ones
 * @rgb: receives 3 bytes for each pixel
 *
 * Interpolates linearly, corrected by gradients; then applies matrix, offset
 * and tones. The result is the same on every machine.
 */
void virtual_debayer_row(struct virtual_debayer *debayer,
			 const struct virtual_mixer *mixer, int64_t y,
			 uint8_t *rgb);

#endif /* VIRTUAL_DEBAYER_H */
