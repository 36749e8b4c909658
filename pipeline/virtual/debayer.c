/* SPDX-License-Identifier: MIT */
/*
 * From a Bayer row and its neighbours to a row of RGB.
 *
 * A missing colour of a pixel is the mean of the neighbours that have it,
 * corrected by the second derivative of the pixel's own colour (Malvar, He and
 * Cutler, 2004). Weights are eighths, or sixteenths where halves occur.
 *
 * Even and odd pixels of a row are apart, so that eight neighbours in memory
 * have the same colour, and are computed at once.
 */
#include "debayer.h"

#include <errno.h>
#include <stdlib.h>

#include "wide.h"

#define WHITE VIRTUAL_DEBAYER_WHITE
#define ONE 4096 /* of the matrix: 12 bits */

/* More than this changes nothing, as what it is added to is less. */
#define MAX_OFFSET (1 << 23)

/* Before and after the pixels of a line. */
#define MARGIN WIDE_LANES

int virtual_debayer_init(struct virtual_debayer *debayer, uint32_t width)
{
	size_t cells = WIDE_ROUND_UP((size_t)width / 2);
	size_t stride = MARGIN + cells + MARGIN;
	int32_t *at = calloc(stride * 2 * VIRTUAL_DEBAYER_LINES + 6 * cells,
			     sizeof(*at));
	int i;

	if (!at)
		return -ENOMEM;
	debayer->width = width;
	debayer->is_fast = wide_is_fast();
	debayer->memory = at;
	for (i = 0; i < VIRTUAL_DEBAYER_LINES; i++, at += 2 * stride) {
		debayer->lines[i].even = at + MARGIN;
		debayer->lines[i].odd = at + stride + MARGIN;
	}
	for (i = 0; i < 6; i++, at += cells)
		debayer->colours[i] = at;
	return 0;
}

void virtual_debayer_fini(struct virtual_debayer *debayer)
{
	free(debayer->memory);
	debayer->memory = NULL;
}

struct virtual_debayer_line *
virtual_debayer_get_line(struct virtual_debayer *debayer, int64_t y)
{
	return &debayer->lines[(y + VIRTUAL_DEBAYER_LINES) %
			       VIRTUAL_DEBAYER_LINES];
}

void virtual_debayer_mirror(const struct virtual_debayer *debayer,
			    struct virtual_debayer_line *line)
{
	uint32_t cells = debayer->width / 2;

	line->odd[-1] = line->odd[0];
	line->even[-1] = line->even[1];
	line->even[cells] = line->even[cells - 1];
	line->odd[cells] = line->odd[cells - 2];
}

/* Eight pixels of one colour, and what is around them. Sums, as no more is
 * needed. */
struct around {
	wide_int own;
	wide_int beside; /* left and right */
	wide_int above; /* and below */
	wide_int corners;
	wide_int beside2; /* two pixels left and right */
	wide_int above2;
};

/* @own, @other: of five rows, at the pixels and at their left neighbours. */
WIDE_BODY void look_around(struct around *a, const int32_t *const own[5],
			   const int32_t *const other[5], uint32_t at)
{
	wide_int x;
	wide_int y;

#define SUM(sum, p, q) \
	do { \
		wide_load(&x, (p)); \
		wide_load(&y, (q)); \
		(sum) = x + y; \
	} while (0)
	wide_load(&a->own, own[2] + at);
	SUM(a->beside, other[2] + at, other[2] + at + 1);
	SUM(a->above, own[1] + at, own[3] + at);
	SUM(a->corners, other[1] + at, other[1] + at + 1);
	SUM(a->beside2, own[2] + at - 1, own[2] + at + 1);
	SUM(a->above2, own[0] + at, own[4] + at);
	SUM(x, other[3] + at, other[3] + at + 1);
	a->corners += x;
#undef SUM
}

/* At red or blue pixels: green, and the other one of the two. */
WIDE_BODY void at_colour(const struct around *a, wide_int *ret_green,
			 wide_int *ret_opposite)
{
	wide_int far = a->beside2 + a->above2;

	*ret_green = (4 * a->own + 2 * (a->beside + a->above) - far) >> 3;
	*ret_opposite = (12 * a->own + 4 * a->corners - 3 * far) >> 4;
	wide_clip(ret_green, WHITE);
	wide_clip(ret_opposite, WHITE);
}

/* At green pixels: the colour of the neighbours beside, and of those above. */
WIDE_BODY void at_green(const struct around *a, wide_int *ret_beside,
			wide_int *ret_above)
{
	wide_int ten = 10 * a->own - 2 * a->corners;

	*ret_beside = (ten + 8 * a->beside - 2 * a->beside2 + a->above2) >> 4;
	*ret_above = (ten + 8 * a->above - 2 * a->above2 + a->beside2) >> 4;
	wide_clip(ret_beside, WHITE);
	wide_clip(ret_above, WHITE);
}

/* A row, and where its pixels are. */
struct row {
	const int32_t *even[5];
	const int32_t *odd[5];
	const int32_t *before[5]; /* odd pixels, each left of an even one */
	bool is_blue; /* green and blue, else red and green */
	int32_t *const *colours;
	uint32_t cells;
};

/* Fills in the colours of a row; red is 0, green 1, blue 2. */
WIDE_BODY void fill_colours(const struct row *row)
{
	int32_t *const *even = row->colours;
	int32_t *const *odd = row->colours + 3;
	/* The colour that a row has beside green, and the one that it lacks. */
	const int in = row->is_blue ? 2 : 0;
	const int lacks = 2 - in;
	uint32_t at;

	for (at = 0; at < row->cells; at += WIDE_LANES) {
		struct around a;
		struct around b;
		wide_int in_a, in_b, green_a, green_b, lacks_a, lacks_b;

		look_around(&a, row->even, row->before, at);
		look_around(&b, row->odd, row->even, at);
		if (row->is_blue) {
			green_a = a.own;
			at_green(&a, &in_a, &lacks_a);
			in_b = b.own;
			at_colour(&b, &green_b, &lacks_b);
		} else {
			in_a = a.own;
			at_colour(&a, &green_a, &lacks_a);
			green_b = b.own;
			at_green(&b, &in_b, &lacks_b);
		}
		wide_store(even[in] + at, &in_a);
		wide_store(even[1] + at, &green_a);
		wide_store(even[lacks] + at, &lacks_a);
		wide_store(odd[in] + at, &in_b);
		wide_store(odd[1] + at, &green_b);
		wide_store(odd[lacks] + at, &lacks_b);
	}
}

/* Replaces the colours of even or of odd pixels by indices of tones. The sums
 * of the products must fit. */
WIDE_BODY void mix_narrow(const struct virtual_mixer *mixer,
			  int32_t *const colours[3], uint32_t cells)
{
	const int32_t *m = mixer->matrix;
	uint32_t at;
	int i;

	for (at = 0; at < cells; at += WIDE_LANES) {
		wide_int r, g, b;

		wide_load(&r, colours[0] + at);
		wide_load(&g, colours[1] + at);
		wide_load(&b, colours[2] + at);
		for (i = 0; i < 3; i++) {
			wide_int v = m[3 * i] * r + m[3 * i + 1] * g +
				     m[3 * i + 2] * b;

			/* Divides towards 0, as / does. */
			v = (v + ((v >> 31) & (ONE - 1))) >> 12;
			v += mixer->offset[i];
			wide_clip(&v, WHITE);
			v >>= 4;
			wide_store(colours[i] + at, &v);
		}
	}
}

/* The same for any matrix. */
static void mix_wide(const struct virtual_mixer *mixer,
		     int32_t *const colours[3], uint32_t cells)
{
	uint32_t at;
	int i;

	for (at = 0; at < cells; at++) {
		int64_t r = colours[0][at];
		int64_t g = colours[1][at];
		int64_t b = colours[2][at];

		for (i = 0; i < 3; i++) {
			const int32_t *m = mixer->matrix + (ptrdiff_t)3 * i;
			int64_t v = (m[0] * r + m[1] * g + m[2] * b) / ONE +
				    mixer->offset[i];

			v = v < 0 ? 0 : v > WHITE ? WHITE : v;
			colours[i][at] = (int32_t)v >> 4;
		}
	}
}

/* Returns true if no sum of products exceeds 31 bits. */
static bool is_narrow(const struct virtual_mixer *mixer)
{
	int i;

	for (i = 0; i < 9; i += 3)
		if (abs(mixer->matrix[i]) + abs(mixer->matrix[i + 1]) +
			    abs(mixer->matrix[i + 2]) >
		    INT32_MAX / WHITE)
			return false;
	return true;
}

/* The pointers are copied, as bytes of @rgb could be anything, even those. */
static void put_tones(int32_t *const colours[6], uint32_t cells,
		      const uint8_t *tones, uint8_t *rgb)
{
	const int32_t *const red[2] = { colours[0], colours[3] };
	const int32_t *const green[2] = { colours[1], colours[4] };
	const int32_t *const blue[2] = { colours[2], colours[5] };
	uint32_t at;

	for (at = 0; at < cells; at++, rgb += 6) {
		rgb[0] = tones[red[0][at]];
		rgb[1] = tones[green[0][at]];
		rgb[2] = tones[blue[0][at]];
		rgb[3] = tones[red[1][at]];
		rgb[4] = tones[green[1][at]];
		rgb[5] = tones[blue[1][at]];
	}
}

WIDE_BODY void make_row(const struct row *row,
			const struct virtual_mixer *mixer)
{
	fill_colours(row);
	if (is_narrow(mixer)) {
		mix_narrow(mixer, row->colours, row->cells);
		mix_narrow(mixer, row->colours + 3, row->cells);
	} else {
		mix_wide(mixer, row->colours, row->cells);
		mix_wide(mixer, row->colours + 3, row->cells);
	}
}

WIDE_FAST static void make_row_fast(const struct row *row,
				    const struct virtual_mixer *mixer)
{
	make_row(row, mixer);
}

static void make_row_anywhere(const struct row *row,
			      const struct virtual_mixer *mixer)
{
	make_row(row, mixer);
}

void virtual_debayer_row(struct virtual_debayer *debayer,
			 const struct virtual_mixer *mixer, int64_t y,
			 uint8_t *rgb)
{
	struct virtual_mixer bounded = *mixer;
	struct row row = {
		.is_blue = y & 1,
		.colours = debayer->colours,
		.cells = debayer->width / 2,
	};
	int i;

	for (i = 0; i < 5; i++) {
		const struct virtual_debayer_line *line =
			virtual_debayer_get_line(debayer, y + i - 2);

		row.even[i] = line->even;
		row.odd[i] = line->odd;
		row.before[i] = line->odd - 1;
	}
	for (i = 0; i < 3; i++) {
		int32_t offset = mixer->offset[i];

		bounded.offset[i] = offset > MAX_OFFSET	   ? MAX_OFFSET
				    : offset < -MAX_OFFSET ? -MAX_OFFSET
							   : offset;
	}
	if (debayer->is_fast)
		make_row_fast(&row, &bounded);
	else
		make_row_anywhere(&row, &bounded);
	put_tones(debayer->colours, row.cells, mixer->tones, rgb);
}
