/* SPDX-License-Identifier: MIT */
/* Draws images with the characters of a terminal: two pixels in each. */
#ifndef TOOLS_PREVIEW_DRAW_H
#define TOOLS_PREVIEW_DRAW_H

#include <stddef.h>
#include <stdint.h>

/** Most pixels of a drawing, however large the terminal is: more than its
 *  characters are slow to send and to show. */
#define PREVIEW_MAX_WIDTH 240u
#define PREVIEW_MAX_HEIGHT 160u

/** Longest text of a pair of pixels: two colours and the character. */
#define PREVIEW_PAIR_SIZE 48u

/** An image that is drawn. */
struct preview_image {
	const uint8_t *rgb; /* width x height x 3 */
	uint32_t width;
	uint32_t height;
};

/** Pixels of a drawing; the height is even, as a character has two. */
struct preview_size {
	uint32_t width;
	uint32_t height;
};

/**
 * preview_draw_fit() - find the largest drawing of an image
 * @columns, @rows: characters that it may have
 *
 * Keeps the proportions, and makes no image larger than it is. Returns zeros if
 * there is no room for it.
 */
struct preview_size preview_draw_fit(const struct preview_image *image,
				     uint32_t columns, uint32_t rows);

/**
 * preview_draw() - make the text of a drawing
 * @size: not zero; from preview_draw_fit()
 * @text: gets at most preview_draw_room() bytes
 *
 * Each row ends with the terminal's own colours and a new line. A pixel is the mean
 * of up to 9 pixels of the image. Returns the number of bytes.
 */
size_t preview_draw(const struct preview_image *image, struct preview_size size,
		    char *text);

/** Returns the bytes that a text of preview_draw() can have. */
size_t preview_draw_room(struct preview_size size);

#endif /* TOOLS_PREVIEW_DRAW_H */
