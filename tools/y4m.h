/* SPDX-License-Identifier: MIT */
/* Frames as YUV4MPEG2: what video tools read without asking. */
#ifndef TOOLS_Y4M_H
#define TOOLS_Y4M_H

#include <stdio.h>

#include "virtual_camera.h"

/** Bytes of the three planes of such a frame. */
size_t y4m_frame_size(const struct virtual_frame *frame);

/** Writes what comes before the first frame. Returns 0 or the error. */
int y4m_write_header(FILE *stream,
		     const struct virtual_frame *frame) CAMIPC_MUST_CHECK;

/**
 * y4m_write_frame() - write one frame
 * @planes: y4m_frame_size(); overwritten
 *
 * 8 bits, limited range, full resolution of colour (C444), by whole numbers:
 * the same on every machine. The format does not tell the matrix, so it is the
 * one that players expect: BT.709 from 720 lines on, BT.601 below. Returns 0 or
 * the error. Thread word of all: reentrant.
 */
int y4m_write_frame(FILE *stream, const struct virtual_frame *frame,
		    uint8_t *planes) CAMIPC_MUST_CHECK;

#endif /* TOOLS_Y4M_H */
