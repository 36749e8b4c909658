/* SPDX-License-Identifier: MIT */
/* Writes metadata of frames as lines of JSON. */
#ifndef TOOLS_METADATA_WRITER_H
#define TOOLS_METADATA_WRITER_H

#include <stdio.h>

#include "camera.h"

/**
 * Writes the line of one frame. Numbers have a decimal point in every locale.
 * With @realtime the line has "late", too. Check errors
 * with ferror(). Thread word: reentrant.
 */
void metadata_write(FILE *stream, const struct camera_frame *frame,
		    bool realtime);

#endif /* TOOLS_METADATA_WRITER_H */
