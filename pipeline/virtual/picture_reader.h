/* SPDX-License-Identifier: MIT */
/* Readers of picture files, one C file per format. */
#ifndef VIRTUAL_PICTURE_READER_H
#define VIRTUAL_PICTURE_READER_H

#include <stdio.h>

#include "scene.h"

/**
 * virtual_png_read(), virtual_jpeg_read() - decode an open file
 * @file: positioned at its beginning; stays open
 * @ret_picture: the picture; the caller frees its rgb
 * @error: gets a text on failure
 *
 * Return 0, -EINVAL (damaged), -EFBIG (too large) or -ENOMEM. Thread word:
 * reentrant.
 */
int virtual_png_read(FILE *file, struct virtual_picture *ret_picture,
		     char error[VIRTUAL_SCENE_ERROR_SIZE]);
int virtual_jpeg_read(FILE *file, struct virtual_picture *ret_picture,
		      char error[VIRTUAL_SCENE_ERROR_SIZE]);

#endif /* VIRTUAL_PICTURE_READER_H */
