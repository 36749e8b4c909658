/* SPDX-License-Identifier: MIT */
/* Writes frames as YUV4MPEG2, which most video tools read. */
#ifndef TOOLS_Y4M_H
#define TOOLS_Y4M_H

#include <stdio.h>

#include "camera.h"

/** Returns the size of the three planes of a frame in bytes. */
size_t y4m_frame_size(const struct camera_frame *frame);

/** Writes the header of the file. Returns 0 or a negative errno. */
int y4m_write_header(FILE *stream,
		     const struct camera_frame *frame) CAMIPC_MUST_CHECK;

/**
 * y4m_write_frame() - write one frame
 * @planes: memory of y4m_frame_size() bytes; overwritten
 *
 * Writes 8 bits, limited range, with full resolution of colour (C444). Computes
 * in whole numbers, so files are the same on every machine. The format cannot
 * name the matrix, so it is the one that players expect: BT.709 from 720 lines
 * on, BT.601 below. Returns 0 or a negative errno. Thread word of all:
 * reentrant.
 */
int y4m_write_frame(FILE *stream, const struct camera_frame *frame,
		    uint8_t *planes) CAMIPC_MUST_CHECK;

#endif /* TOOLS_Y4M_H */
