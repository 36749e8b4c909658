/* SPDX-License-Identifier: MIT */
/* Names of pixel formats. */
#ifndef CAM_FOURCC_H
#define CAM_FOURCC_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** The number of four characters, the first in the lowest byte. */
#define CAM_FOURCC(a, b, c, d)                                      \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | \
	 (uint32_t)(d) << 24)

/** Bytes that cam_fourcc_to_string() needs at most. */
#define CAM_FOURCC_STRING_SIZE 16

/** Formats of the virtual camera; numbers as the kernel has them. */
#define CAM_FOURCC_SRGGB10 CAM_FOURCC('R', 'G', '1', '0')
#define CAM_FOURCC_RGB888 CAM_FOURCC('R', 'G', 'B', '3')

/**
 * cam_fourcc_to_string() - the name of a format, for people
 *
 * "SRGGB10", or the four characters if the name is unknown, or the number if
 * they cannot be printed. Returns @text.
 */
CAMIPC_API const char *cam_fourcc_to_string(uint32_t fourcc,
					    char text[CAM_FOURCC_STRING_SIZE]);

/**
 * cam_fourcc_from_string() - the format of a name, or of four characters
 *
 * Returns 0 or -EINVAL. Thread word of both: reentrant.
 */
CAMIPC_API int cam_fourcc_from_string(const char *text,
				      uint32_t *ret_fourcc) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAM_FOURCC_H */
