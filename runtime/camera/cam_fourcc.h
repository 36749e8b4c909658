/* SPDX-License-Identifier: MIT */
/* Pixel formats: numbers of four characters, and their names. */
#ifndef CAM_FOURCC_H
#define CAM_FOURCC_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Builds a format's number; the first character is the lowest byte. */
#define CAM_FOURCC(a, b, c, d)                                      \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | \
	 (uint32_t)(d) << 24)

/** Largest name of a format in bytes, its NUL included. */
#define CAM_FOURCC_STRING_SIZE 16

/** Formats of the virtual camera; the numbers are those of the kernel. */
#define CAM_FOURCC_SRGGB10 CAM_FOURCC('R', 'G', '1', '0')
#define CAM_FOURCC_RGB888 CAM_FOURCC('R', 'G', 'B', '3')

/**
 * cam_fourcc_to_string() - write the name of a format, for people
 *
 * Writes a name like "SRGGB10"; for an unknown format its four characters, or
 * its number if they are not printable. Returns @text.
 */
CAMIPC_API const char *cam_fourcc_to_string(uint32_t fourcc,
					    char text[CAM_FOURCC_STRING_SIZE]);

/**
 * cam_fourcc_from_string() - find a format by its name
 * @text: a name like "SRGGB10", or any four printable characters
 *
 * Returns 0, or -EINVAL if @text is neither. Thread word of both: reentrant.
 */
CAMIPC_API int cam_fourcc_from_string(const char *text,
				      uint32_t *ret_fourcc) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAM_FOURCC_H */
