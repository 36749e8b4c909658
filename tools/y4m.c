/* SPDX-License-Identifier: MIT */
/* Converts RGB to YUV4MPEG2 in whole numbers. */
#include "y4m.h"

#include <errno.h>

#include "sensor.h"

/* Rows of Y, Cb and Cr, times 65536. The rows of Cb and Cr sum up to 0, so that
 * grey stays grey. */
struct matrix {
	int32_t offset[3];
	int32_t factor[3][3];
};

static const struct matrix bt601 = {
	{ 16, 128, 128 },
	{ { 16829, 33039, 6416 },
	  { -9714, -19071, 28785 },
	  { 28785, -24103, -4682 } },
};

static const struct matrix bt709 = {
	{ 16, 128, 128 },
	{ { 11966, 40254, 4064 },
	  { -6596, -22189, 28785 },
	  { 28785, -26146, -2639 } },
};

size_t y4m_frame_size(const struct camera_frame *frame)
{
	return (size_t)3 * frame->width * frame->height;
}

int y4m_write_header(FILE *stream, const struct camera_frame *frame)
{
	errno = 0;
	if (fprintf(stream, "YUV4MPEG2 W%u H%u F%d:1 Ip A1:1 C444\n",
		    frame->width, frame->height, VIRTUAL_SENSOR_FRAME_RATE) > 0)
		return 0;
	return errno ? -errno : -EIO;
}

static void make_planes(const struct camera_frame *frame, uint8_t *planes)
{
	const struct matrix *m = frame->height >= 720 ? &bt709 : &bt601;
	size_t n = (size_t)frame->width * frame->height;
	size_t i;
	int plane;

	for (plane = 0; plane < 3; plane++) {
		const int32_t *f = m->factor[plane];
		int32_t rest = m->offset[plane] * 65536 + 32768;
		const uint8_t *p = frame->rgb;

		for (i = 0; i < n; i++, p += 3)
			*planes++ = (uint8_t)((f[0] * p[0] + f[1] * p[1] +
					       f[2] * p[2] + rest) /
					      65536);
	}
}

int y4m_write_frame(FILE *stream, const struct camera_frame *frame,
		    uint8_t *planes)
{
	size_t size = y4m_frame_size(frame);

	make_planes(frame, planes);
	errno = 0;
	if (fputs("FRAME\n", stream) >= 0 &&
	    fwrite(planes, 1, size, stream) == size)
		return 0;
	return errno ? -errno : -EIO;
}
