/* SPDX-License-Identifier: MIT */
/* The table of raw Bayer formats, and copying of their pixels. */
#include "raw_format.h"

#include <linux/media-bus-format.h>
#include <linux/videodev2.h>

/* Bits of the pixels that are made. */
#define BITS 10

#define FORMAT(order, bits, x, y)                                             \
	{                                                                     \
		V4L2_PIX_FMT_##order##bits,                                   \
			MEDIA_BUS_FMT_##order##bits##_1X##bits, bits, x, y    \
	}
#define FORMATS(bits)                                                \
	FORMAT(SRGGB, bits, 0, 0), FORMAT(SGRBG, bits, 1, 0),        \
		FORMAT(SGBRG, bits, 0, 1), FORMAT(SBGGR, bits, 1, 1)

static const struct raw_format formats[] = {
	FORMATS(8),
	FORMATS(10),
	FORMATS(12),
};

#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct raw_format *raw_format_get(size_t i)
{
	return i < N_FORMATS ? &formats[i] : NULL;
}

const struct raw_format *raw_format_find(uint32_t fourcc)
{
	for (size_t i = 0; i < N_FORMATS; i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

uint32_t raw_format_line_size(const struct raw_format *format, uint32_t width)
{
	return format->bits > 8 ? 2 * width : width;
}

/* Little-endian on every machine; what exceeds the format's bits is white. */
static inline uint16_t read_pixel(const uint8_t *at, uint32_t bits)
{
	const uint32_t white = (1u << bits) - 1;
	uint32_t value = at[0];

	if (bits > 8)
		value |= (uint32_t)at[1] << 8;
	if (value > white)
		value = white;
	if (bits >= BITS)
		return (uint16_t)(value >> (bits - BITS));
	/* The upper bits once more, so that white stays white. */
	return (uint16_t)(value << (BITS - bits) | value >> (2 * bits - BITS));
}

/* Inlined for each number of bits. */
static inline void unpack_line(const uint8_t *line, uint32_t width,
			       uint32_t red, uint32_t bits, uint16_t *pixels)
{
	const uint32_t bytes = bits > 8 ? 2 : 1;

	for (uint32_t x = 0; x < width - red; x++)
		pixels[x] = read_pixel(line + (size_t)(x + red) * bytes, bits);
	if (red)
		pixels[width - 1] = read_pixel(
			line + (size_t)(width - 2) * bytes, bits);
}

void raw_format_unpack(const struct raw_format *format,
		       const struct video_format *layout, const uint8_t *from,
		       uint16_t *pixels)
{
	const uint32_t width = layout->width;
	const uint32_t height = layout->height;

	for (uint32_t y = 0; y < height; y++, pixels += width) {
		const uint32_t at = y + format->red_y < height ?
					    y + format->red_y :
					    height - 2;
		const uint8_t *line = from + (size_t)at * layout->stride;

		if (format->bits == 8)
			unpack_line(line, width, format->red_x, 8, pixels);
		else if (format->bits == 10)
			unpack_line(line, width, format->red_x, 10, pixels);
		else
			unpack_line(line, width, format->red_x, 12, pixels);
	}
}
