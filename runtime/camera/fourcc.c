/* SPDX-License-Identifier: MIT */
/* The table of pixel formats that have a name. */
#include "cam_fourcc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The numbers are those of linux/videodev2.h. */
static const struct {
	uint32_t fourcc;
	const char *name;
} formats[] = {
	{ CAM_FOURCC('B', 'A', '8', '1'), "SBGGR8" },
	{ CAM_FOURCC('G', 'B', 'R', 'G'), "SGBRG8" },
	{ CAM_FOURCC('G', 'R', 'B', 'G'), "SGRBG8" },
	{ CAM_FOURCC('R', 'G', 'G', 'B'), "SRGGB8" },
	{ CAM_FOURCC('B', 'G', '1', '0'), "SBGGR10" },
	{ CAM_FOURCC('G', 'B', '1', '0'), "SGBRG10" },
	{ CAM_FOURCC('B', 'A', '1', '0'), "SGRBG10" },
	{ CAM_FOURCC_SRGGB10, "SRGGB10" },
	{ CAM_FOURCC('p', 'B', 'A', 'A'), "SBGGR10P" },
	{ CAM_FOURCC('p', 'G', 'A', 'A'), "SGBRG10P" },
	{ CAM_FOURCC('p', 'g', 'A', 'A'), "SGRBG10P" },
	{ CAM_FOURCC('p', 'R', 'A', 'A'), "SRGGB10P" },
	{ CAM_FOURCC('B', 'G', '1', '2'), "SBGGR12" },
	{ CAM_FOURCC('G', 'B', '1', '2'), "SGBRG12" },
	{ CAM_FOURCC('B', 'A', '1', '2'), "SGRBG12" },
	{ CAM_FOURCC('R', 'G', '1', '2'), "SRGGB12" },
	{ CAM_FOURCC('G', 'R', 'E', 'Y'), "GREY" },
	{ CAM_FOURCC_RGB888, "RGB888" },
	{ CAM_FOURCC('B', 'G', 'R', '3'), "BGR888" },
	{ CAM_FOURCC('X', 'R', '2', '4'), "XBGR32" },
	{ CAM_FOURCC('A', 'R', '2', '4'), "ABGR32" },
	{ CAM_FOURCC('R', 'G', 'B', 'P'), "RGB565" },
	{ CAM_FOURCC('Y', 'U', 'Y', 'V'), "YUYV" },
	{ CAM_FOURCC('U', 'Y', 'V', 'Y'), "UYVY" },
	{ CAM_FOURCC('N', 'V', '1', '2'), "NV12" },
	{ CAM_FOURCC('N', 'V', '2', '1'), "NV21" },
	{ CAM_FOURCC('Y', 'U', '1', '2'), "YUV420" },
	{ CAM_FOURCC('M', 'J', 'P', 'G'), "MJPEG" },
};

const char *cam_fourcc_to_string(uint32_t fourcc,
				 char text[CAM_FOURCC_STRING_SIZE])
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].fourcc == fourcc) {
			strcpy(text, formats[i].name);
			return text;
		}
	for (i = 0; i < 4; i++) {
		char c = (char)(fourcc >> 8 * i & 0xff);

		if (c < ' ' || c > '~') {
			snprintf(text, CAM_FOURCC_STRING_SIZE, "0x%08" PRIx32,
				 fourcc);
			return text;
		}
		text[i] = c;
	}
	text[4] = '\0';
	return text;
}

int cam_fourcc_from_string(const char *text, uint32_t *ret_fourcc)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, text)) {
			*ret_fourcc = formats[i].fourcc;
			return 0;
		}
	if (strlen(text) != 4)
		return -EINVAL;
	for (i = 0; i < 4; i++)
		if (text[i] < ' ' || text[i] > '~')
			return -EINVAL;
	*ret_fourcc = CAM_FOURCC((uint8_t)text[0], (uint8_t)text[1],
				 (uint8_t)text[2], (uint8_t)text[3]);
	return 0;
}
