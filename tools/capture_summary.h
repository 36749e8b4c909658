/* SPDX-License-Identifier: MIT */
/* The line about a capture that has ended. */
#ifndef TOOLS_CAPTURE_SUMMARY_H
#define TOOLS_CAPTURE_SUMMARY_H

#include <stdio.h>

#include "camera.h"

/** Prints how many frames there were in how much time, and what went wrong.
 *  @is_realtime: late frames count. */
void capture_summary_print(FILE *stream, struct camera *camera, uint32_t n_frames,
			   double seconds, bool is_realtime);

#endif /* TOOLS_CAPTURE_SUMMARY_H */
