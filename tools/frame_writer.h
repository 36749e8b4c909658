/* SPDX-License-Identifier: MIT */
/* Writes frames to picture files. */
#ifndef TOOLS_FRAME_WRITER_H
#define TOOLS_FRAME_WRITER_H

#include "camera.h"
#include "output_file.h"

/** The format of picture files. */
enum frame_format {
	FRAME_FORMAT_NONE = 0,
	FRAME_FORMAT_PNG,
	FRAME_FORMAT_PPM,
	FRAME_FORMAT_Y4M, /* all frames in one file */
};

/** The files, named @before, the number with @digits, @after. Thread word:
 *  bound. */
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
 * frame_writer_init() - parse the value of --output
 * @pattern: a file name, with one %d or %04d for the number; a stream, pipe or
 *           device, which gets a PNG, or a movie of several frames; or "none"
 * @n_frames: 0: any number
 * @reterr_error: gets a text on failure; static
 *
 * Returns 0, or -EINVAL (a wrong pattern, an unknown ending, or a format that
 * this build cannot write).
 */
int frame_writer_init(struct frame_writer *writer, const char *pattern,
		      uint32_t n_frames,
		      const char **reterr_error) CAMIPC_MUST_CHECK;

/**
 * Makes the path of a frame's file, of at most OUTPUT_PATH_SIZE bytes. Returns
 * 0 or -ENAMETOOLONG.
 */
int frame_writer_path(const struct frame_writer *writer, uint32_t number,
		      char *ret_path) CAMIPC_MUST_CHECK;

/** Returns true if one of the numbered files of @n_frames frames, 0: of any
 *  number of them, is @target. */
bool frame_writer_writes(const struct frame_writer *writer, uint32_t n_frames,
			 const struct output_target *target);

/**
 * frame_writer_put() - write one frame
 * @ret_path: gets the path of the file, for messages; OUTPUT_PATH_SIZE bytes
 *
 * Returns 0, or the errno of writing; then no part of the file is left.
 */
int frame_writer_put(struct frame_writer *writer,
		     const struct camera_frame *frame,
		     char *ret_path) CAMIPC_MUST_CHECK;

/**
 * frame_writer_finish() - complete a file of many frames, if there is one
 * @keep: give the file its name; else remove it
 *
 * Accepts a zeroed or finished writer. Returns 0, or the errno of writing.
 */
int frame_writer_finish(struct frame_writer *writer,
			bool keep) CAMIPC_MUST_CHECK;

#endif /* TOOLS_FRAME_WRITER_H */
