/* SPDX-License-Identifier: MIT */
/* Frames as picture files. */
#ifndef TOOLS_FRAME_WRITER_H
#define TOOLS_FRAME_WRITER_H

#include "output_file.h"
#include "virtual_camera.h"

enum frame_format {
	FRAME_FORMAT_NONE,
	FRAME_FORMAT_PNG,
	FRAME_FORMAT_PPM,
	FRAME_FORMAT_Y4M, /* all frames in one file */
};

/** How files are called: @before, the number with @digits, @after. */
struct frame_writer {
	enum frame_format format;
	char before[OUTPUT_PATH_SIZE];
	char after[OUTPUT_PATH_SIZE];
	int digits;
	bool numbered;
	struct output_file movie;
	uint8_t *planes; /* Y, Cb and Cr of one frame */
};

/**
 * frame_writer_init() - understand --output
 * @pattern: a file name, with one %d or %04d for the number; or "none"
 * @error: in words, if it fails
 *
 * Returns 0, -EINVAL, or -ENOSYS (PNG, and built without libpng).
 */
int frame_writer_init(struct frame_writer *writer, const char *pattern,
		      const char **reterr_error) CAMIPC_MUST_CHECK;

/**
 * frame_writer_put() - write one frame
 * @ret_path: of the file, for messages; OUTPUT_PATH_SIZE
 *
 * Returns 0, or what went wrong; no part of the file is left then.
 */
int frame_writer_put(struct frame_writer *writer,
		     const struct virtual_frame *frame,
		     char *ret_path) CAMIPC_MUST_CHECK;

/**
 * frame_writer_finish() - end a file of many frames, if there is one
 * @keep: give it its name; otherwise nothing is left of it
 *
 * Returns 0, or what went wrong. A zeroed or finished writer is fine.
 */
int frame_writer_finish(struct frame_writer *writer,
			bool keep) CAMIPC_MUST_CHECK;

#endif /* TOOLS_FRAME_WRITER_H */
