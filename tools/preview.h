/* SPDX-License-Identifier: MIT */
/* The option --preview: shows frames in the terminal while they are captured. */
#ifndef TOOLS_PREVIEW_H
#define TOOLS_PREVIEW_H

#include <pthread.h>

#include "camera.h"

/**
 * A preview. Zeroed memory shows nothing. It changes nothing of the terminal that
 * must be restored: what it writes ends with the terminal's own colours, and the
 * cursor stays visible. Thread word: bound.
 */
struct preview {
	bool is_shown;
	pthread_mutex_t mutex; /* messages of any thread settle the drawing */
	int fd; /* the terminal, which this never waits for */
	char *text; /* a drawing */
	size_t room;
	size_t size;
	size_t sent; /* bytes of it that the terminal has taken */
	double drawn_s; /* when it began; CLOCK_MONOTONIC */
	uint32_t rows; /* of the last drawing; 0 before the first one */
	uint32_t columns; /* of the terminal then, and lines */
	uint32_t lines;
	unsigned int n_lines; /* report_count_lines() then */
};

/**
 * preview_open() - find the terminal
 * @uses_stdout: outputs are on standard output, which is thus no terminal to
 *               draw on
 *
 * Standard error, or else standard output, must be a terminal whose variables of
 * the environment say that it has 24-bit colours. Returns an exit code, after it has
 * reported an error.
 */
int preview_open(struct preview *preview, bool uses_stdout) CAMIPC_MUST_CHECK;

/**
 * preview_frame() - a frame was captured
 * @is_last: it is the last one, which is always drawn
 *
 * Draws it, fifteen times per second at most, unless the terminal has not yet taken
 * the last drawing: then the frame is left out. Returns false if bytes wait, and
 * nothing else must be written to the terminal.
 */
bool preview_frame(struct preview *preview, const struct camera_frame *frame,
		   bool is_last);

/** Waits until the terminal has taken a drawing that has begun, 1 s at most.
 *  Messages do so by themselves. Thread word: safe. */
void preview_settle(struct preview *preview);

/** Frees the memory; accepts zeroed memory. */
void preview_close(struct preview *preview);

#endif /* TOOLS_PREVIEW_H */
