/* SPDX-License-Identifier: MIT */
/* What is known about frames, as lines of JSON. */
#ifndef TOOLS_METADATA_WRITER_H
#define TOOLS_METADATA_WRITER_H

#include <stdio.h>

#include "virtual_camera.h"

/**
 * Writes one line. Numbers have a point, whatever the locale. With @realtime it
 * says whether the frame is late, too.
 */
void metadata_write(FILE *stream, const struct virtual_frame *frame,
		    bool realtime);

#endif /* TOOLS_METADATA_WRITER_H */
