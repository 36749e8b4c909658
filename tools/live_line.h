/* SPDX-License-Identifier: MIT */
/* The line on a terminal that says how a capture is going. */
#ifndef TOOLS_LIVE_LINE_H
#define TOOLS_LIVE_LINE_H

#include "camera.h"

/** Zero it before use. Thread word: bound. */
struct live_line {
	bool is_shown; /* false: nothing is printed */
	double shown_s; /* when it was written last; CLOCK_MONOTONIC */
	double since_s; /* the rate is counted from then on */
	uint32_t since_frames;
	double rate; /* frames per second */
	int width; /* characters that were written last */
};

/** Prepares the line. It is shown unless @quiet, and only if stderr is a
 *  terminal. */
void live_line_init(struct live_line *line, bool quiet);

/**
 * live_line_frame() - a frame was captured
 * @n_done: how many there are with this one
 * @n_frames: how many there will be; 0: any number
 *
 * Writes the line ten times per second at most, and with the last frame. The
 * rate is that of the latest second. report_end_line() ends the line, as any
 * message does.
 */
void live_line_frame(struct live_line *line, const struct camera *camera,
		     const struct camera_frame *frame, uint32_t n_done,
		     uint32_t n_frames);

#endif /* TOOLS_LIVE_LINE_H */
