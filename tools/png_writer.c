/* SPDX-License-Identifier: MIT */
/* A PNG (RFC 2083): each row has the filter Sub, and is packed as literals. */
#include "png_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "literal_packer.h"

/* Rows that get codes of their own together, in bytes. */
#define BLOCK_SIZE (128 * 1024)

/* "IDAT", which the checksum of a chunk covers. */
#define TYPE_SIZE 4

static void put_png_word(uint8_t *p, uint32_t word)
{
	p[0] = (uint8_t)(word >> 24);
	p[1] = (uint8_t)(word >> 16);
	p[2] = (uint8_t)(word >> 8);
	p[3] = (uint8_t)word;
}

/* ---- checksums ---------------------------------------------------------- */

/* Of the eight bytes before a byte, and none: eight steps at once. */
struct crc {
	uint32_t tables[8][256];
};

static void init_crc(struct crc *crc)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
		crc->tables[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int k = 1; k < 8; k++) {
			uint32_t c = crc->tables[k - 1][i];

			crc->tables[k][i] = crc->tables[0][c & 0xff] ^ c >> 8;
		}
}

static uint32_t crc_of(const struct crc *crc, const uint8_t *data, size_t n)
{
	uint32_t c = UINT32_MAX;

	for (; n >= 8; n -= 8, data += 8) {
		c ^= (uint32_t)data[0] | (uint32_t)data[1] << 8 |
		     (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
		c = crc->tables[7][c & 0xff] ^ crc->tables[6][c >> 8 & 0xff] ^
		    crc->tables[5][c >> 16 & 0xff] ^ crc->tables[4][c >> 24] ^
		    crc->tables[3][data[4]] ^ crc->tables[2][data[5]] ^
		    crc->tables[1][data[6]] ^ crc->tables[0][data[7]];
	}
	for (; n; n--, data++)
		c = crc->tables[0][(c ^ *data) & 0xff] ^ c >> 8;
	return ~c;
}

/* Sums up to 5552 bytes before it divides: more could overflow. */
static uint32_t adler_of(uint32_t adler, const uint8_t *data, size_t n)
{
	uint32_t a = adler & 0xffff;
	uint32_t b = adler >> 16;

	while (n) {
		size_t part = n < 5552 ? n : 5552;

		n -= part;
		for (; part; part--) {
			a += *data++;
			b += a;
		}
		a %= 65521;
		b %= 65521;
	}
	return b << 16 | a;
}

/* ---- chunks ------------------------------------------------------------- */

/* A picture that is being written. */
struct png {
	FILE *stream;
	struct crc crc;
	struct literal_packer packer;
	size_t row_size; /* of a row with its filter */
	uint32_t block_rows;
	uint8_t *block; /* of rows with their filters */
	uint8_t *packed; /* a chunk: its type, then its data */
	uint32_t adler;
};

static int put_data(FILE *stream, const void *data, size_t size)
{
	errno = 0;
	if (fwrite(data, 1, size, stream) == size)
		return 0;
	return errno ? -errno : -EIO;
}

/* @typed: the chunk's type, then its data; @size: of the data. */
static int put_png_chunk(const struct png *png, const uint8_t *typed, size_t size)
{
	uint8_t word[4];
	int ret;

	put_png_word(word, (uint32_t)size);
	ret = put_data(png->stream, word, sizeof(word));
	if (ret == 0)
		ret = put_data(png->stream, typed, TYPE_SIZE + size);
	put_png_word(word, crc_of(&png->crc, typed, TYPE_SIZE + size));
	return ret < 0 ? ret : put_data(png->stream, word, sizeof(word));
}

static int put_png_head(const struct png *png, uint32_t width, uint32_t height)
{
	static const uint8_t signature[8] = { 0x89, 'P',  'N',	'G',
					      '\r', '\n', 0x1a, '\n' };
	/* 8 bits, RGB; then what has one value only. */
	uint8_t header[TYPE_SIZE + 13] = { 'I', 'H', 'D', 'R', [12] = 8, 2 };
	/* A stream of deflate with a window of 32 KiB, packed fast. */
	static const uint8_t zlib[] = { 'I', 'D', 'A', 'T', 0x78, 0x01 };
	int ret = put_data(png->stream, signature, sizeof(signature));

	put_png_word(header + TYPE_SIZE, width);
	put_png_word(header + TYPE_SIZE + 4, height);
	if (ret == 0)
		ret = put_png_chunk(png, header, sizeof(header) - TYPE_SIZE);
	return ret < 0 ? ret : put_png_chunk(png, zlib, sizeof(zlib) - TYPE_SIZE);
}

/* Subtracts from each byte that of the pixel before it. */
static void filter_row(const uint8_t *restrict rgb, size_t size,
		       uint8_t *restrict row)
{
	size_t i;

	*row++ = 1;
	memcpy(row, rgb, 3);
	for (i = 3; i < size; i++)
		row[i] = (uint8_t)(rgb[i] - rgb[i - 3]);
}

static int put_png_block(struct png *png, const uint8_t *rgb, uint32_t rows,
		     bool is_last)
{
	const size_t size = rows * png->row_size;

	for (uint32_t y = 0; y < rows; y++)
		filter_row(rgb + y * (png->row_size - 1), png->row_size - 1,
			   png->block + y * png->row_size);
	png->adler = adler_of(png->adler, png->block, size);
	memcpy(png->packed, "IDAT", TYPE_SIZE);
	return put_png_chunk(png, png->packed,
			 literal_packer_block(&png->packer, png->block, size,
					      is_last,
					      png->packed + TYPE_SIZE));
}

static int put_picture(struct png *png, const uint8_t *rgb, uint32_t width,
		       uint32_t height)
{
	static const uint8_t end[] = { 'I', 'E', 'N', 'D' };
	uint8_t adler[TYPE_SIZE + 4] = { 'I', 'D', 'A', 'T' };
	uint32_t y = 0;
	int ret = put_png_head(png, width, height);

	while (ret == 0 && y < height) {
		const uint32_t left = height - y;
		const uint32_t rows = left < png->block_rows ? left
							      : png->block_rows;

		ret = put_png_block(png, rgb + y * (png->row_size - 1), rows,
				rows == left);
		y += rows;
	}
	put_png_word(adler + TYPE_SIZE, png->adler);
	if (ret == 0)
		ret = put_png_chunk(png, adler, 4);
	return ret < 0 ? ret : put_png_chunk(png, end, 0);
}

int png_writer_write(FILE *stream, const uint8_t *rgb, uint32_t width,
		     uint32_t height)
{
	struct png png = {
		.stream = stream,
		.row_size = (size_t)3 * width + 1,
		.adler = 1,
	};
	int ret = -ENOMEM;

	png.block_rows = (uint32_t)(BLOCK_SIZE / png.row_size) + 1;
	png.block = malloc(png.block_rows * png.row_size);
	png.packed = malloc(
		TYPE_SIZE +
		literal_packer_bound(png.block_rows * png.row_size));
	init_crc(&png.crc);
	if (png.block && png.packed)
		ret = put_picture(&png, rgb, width, height);
	free(png.block);
	free(png.packed);
	return ret;
}
