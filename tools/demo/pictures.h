/* SPDX-License-Identifier: MIT */
/* Writes frames as PPM files, which need no library. */
#ifndef TOOLS_DEMO_PICTURES_H
#define TOOLS_DEMO_PICTURES_H

#include <limits.h>

#include "virtual_camera.h"

/** Longest path of a picture in bytes, with its NUL. */
#define PICTURE_PATH_SIZE PATH_MAX

/**
 * picture_write() - write the image of a frame
 * @ret_path: gets FOLDER/NAME.ppm; PICTURE_PATH_SIZE bytes
 *
 * Returns 0 or the errno of writing; then no part of the file is left. Thread
 * word of all: reentrant.
 */
int picture_write(const char *folder, const char *name,
		  const struct virtual_frame *frame,
		  char *ret_path) CAMIPC_MUST_CHECK;

/** The same for what the sensor saw: neither balanced nor corrected. */
int picture_write_sensor(const char *folder, const char *name,
			 const struct virtual_frame *frame,
			 char *ret_path) CAMIPC_MUST_CHECK;

#endif /* TOOLS_DEMO_PICTURES_H */
