/* SPDX-License-Identifier: MIT */
/* Lists the sizes of frames that a video node captures, and their intervals. */
#ifndef DEVICE_VIDEO_SIZES_H
#define DEVICE_VIDEO_SIZES_H

#include "video_capture.h"

/** Sizes in pixels. Plain data. */
struct video_sizes {
	uint32_t min_width;
	uint32_t min_height;
	uint32_t max_width; /* as min_width: one size only */
	uint32_t max_height;
	uint32_t step_width; /* from one width to the next; at least 1 */
	uint32_t step_height;
};

/** The time from frame to frame, in seconds. Plain data; neither is 0. */
struct video_interval {
	uint32_t numerator;
	uint32_t denominator;
};

/**
 * video_sizes_each() - list the sizes of a format
 * @visit: ends the list by returning another number than 0
 *
 * Returns what @visit returned last; 0, also if the driver does not list sizes;
 * -EPROTO (a size of 0) or another negative errno, each with a text in
 * capture->node.error.
 */
int video_sizes_each(struct video_capture *capture, uint32_t fourcc,
		     int (*visit)(void *user, const struct video_sizes *sizes),
		     void *user) CAMIPC_MUST_CHECK;

/**
 * video_sizes_intervals() - list the frame intervals of a size
 * @intervals: receives at most @max of them
 * @ret_is_range: true: they are the shortest and the longest one, and others
 *                between them are possible
 *
 * Returns how many @intervals has; 0 if the driver does not list any; or a
 * negative errno, and a text in capture->node.error.
 */
int video_sizes_intervals(struct video_capture *capture, uint32_t fourcc,
			  uint32_t width, uint32_t height,
			  struct video_interval *intervals, uint32_t max,
			  bool *ret_is_range) CAMIPC_MUST_CHECK;

#endif /* DEVICE_VIDEO_SIZES_H */
