/* SPDX-License-Identifier: MIT */
/* The raw Bayer formats that kernel cameras can have, and how each becomes the
 * one that is measured and developed: 10 bits, RGGB. */
#ifndef KERNEL_RAW_FORMAT_H
#define KERNEL_RAW_FORMAT_H

#include "video_capture.h"

/** A raw format. Constant data. */
struct raw_format {
	uint32_t fourcc; /* V4L2_PIX_FMT_... */
	uint32_t code; /* MEDIA_BUS_FMT_... of the pads */
	uint32_t bits; /* of a pixel: one byte, or two from 9 bits on */
	uint32_t red_x; /* where the first red pixel is: 0 or 1 */
	uint32_t red_y;
};

/** Returns format number @i, or NULL past the last. Thread word of all:
 *  reentrant. */
const struct raw_format *raw_format_get(size_t i);

/** Returns the format of this number, or NULL. */
const struct raw_format *raw_format_find(uint32_t fourcc);

/** Returns how many bytes a line of @width pixels needs. */
uint32_t raw_format_line_size(const struct raw_format *format, uint32_t width);

/**
 * raw_format_unpack() - copy a frame as 10 bits, RGGB
 * @layout: width, height and stride of the frame; width and height are even
 * @from: its memory, which is not trusted
 * @pixels: receives width x height values of 0 to 1023
 *
 * In an order other than RGGB, the image moves by one pixel, and its last column
 * or line repeats the one of the same colours before.
 */
void raw_format_unpack(const struct raw_format *format,
		       const struct video_format *layout, const uint8_t *from,
		       uint16_t *pixels);

#endif /* KERNEL_RAW_FORMAT_H */
