/* SPDX-License-Identifier: MIT */
/* The files that a capture writes: frames, metadata and plot. */
#ifndef TOOLS_CAPTURE_OUTPUTS_H
#define TOOLS_CAPTURE_OUTPUTS_H

#include "frame_writer.h"
#include "options.h"
#include "plot.h"

/** All outputs of one capture. Zero it before use. Thread word: bound. */
struct capture_outputs {
	const struct options *options;
	struct frame_writer writer;
	struct output_file metadata;
	bool has_metadata;
	bool uses_stdout; /* messages must go to stderr */
	struct plot plot;
};

/**
 * Checks the options that name outputs, before anything is opened or written:
 * endings, and that no file is named twice, be it as two outputs or as output
 * and input. Returns an exit code, after it has reported an error.
 */
int capture_outputs_check(struct capture_outputs *outputs,
			  const struct options *options) CAMIPC_MUST_CHECK;

/** Opens the outputs that grow with each frame. Returns an exit code, after it
 *  has reported an error. */
int capture_outputs_open(struct capture_outputs *outputs) CAMIPC_MUST_CHECK;

/** Writes one frame. Returns an exit code, after it has reported an error. */
int capture_outputs_write(struct capture_outputs *outputs,
			  const struct camera_frame *frame) CAMIPC_MUST_CHECK;

/**
 * Completes all outputs if @code is EXIT_OK, or else removes what is not
 * complete. Returns @code or, after it has reported an error, EXIT_FAILED.
 * Accepts zeroed outputs.
 */
int capture_outputs_finish(struct capture_outputs *outputs,
			   int code) CAMIPC_MUST_CHECK;

#endif /* TOOLS_CAPTURE_OUTPUTS_H */
