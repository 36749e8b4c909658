/* SPDX-License-Identifier: MIT */
/* The source at the input of a video node: HDMI and its timings, analogue video and
 * its standard. */
#ifndef DEVICE_VIDEO_SOURCE_H
#define DEVICE_VIDEO_SOURCE_H

#include "video_capture.h"

/**
 * video_source_follow() - set the input to what its source sends
 *
 * Detects timings or standard of the source, and sets them if they are not set.
 * Call it after video_capture_set_input() and before video_capture_set_format(),
 * which it may change. Some drivers report a change of the source when the input is
 * set to it.
 *
 * Returns 1 if it has set them; 0 if they were set, or the driver detects neither;
 * -ENOLINK (no signal),
 * -ENOLCK (it is unstable), -ERANGE (the device cannot receive it), -EBUSY (buffers
 * exist) or another negative errno; each with a text in capture->node.error.
 */
int video_source_follow(struct video_capture *capture) CAMIPC_MUST_CHECK;

#endif /* DEVICE_VIDEO_SOURCE_H */
