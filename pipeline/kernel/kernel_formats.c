/* SPDX-License-Identifier: MIT */
/* Asks a kernel camera's video node for formats, sizes and frame intervals. */
#include "kernel_formats.h"

#include <errno.h>

#include "kernel_device.h"
#include "video_sizes.h"
#include "virtual_frame.h"

/* Intervals of one size; vivid has ten. */
#define MAX_INTERVALS 64

/* One list of formats. */
struct listing {
	const struct kernel_route *route;
	struct video_capture capture;
	uint32_t fourcc; /* whose sizes are listed */
	bool has_sizes;
	int (*visit)(void *user, const struct camera_format *format);
	void *user;
};

static uint32_t max_of(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t min_of(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static int visit_size(void *user, const struct video_sizes *sizes)
{
	struct listing *listing = user;
	struct video_interval found[MAX_INTERVALS];
	struct camera_interval intervals[MAX_INTERVALS];
	struct camera_format format = {
		.fourcc = listing->fourcc,
		.is_default = listing->fourcc == listing->route->fourcc,
		.min_width = max_of(sizes->min_width, VIRTUAL_CAMERA_MIN_SIDE),
		.min_height = max_of(sizes->min_height, VIRTUAL_CAMERA_MIN_SIDE),
		.max_width = min_of(sizes->max_width, VIRTUAL_CAMERA_MAX_SIDE),
		.max_height = min_of(sizes->max_height, VIRTUAL_CAMERA_MAX_SIDE),
		/* Both must be even. */
		.step_width = max_of(sizes->step_width, 2),
		.step_height = max_of(sizes->step_height, 2),
		.intervals = intervals,
	};
	int n;

	listing->has_sizes = true;
	if (format.min_width > format.max_width ||
	    format.min_height > format.max_height)
		return 0;
	n = video_sizes_intervals(&listing->capture, listing->fourcc,
				  format.max_width, format.max_height, found,
				  MAX_INTERVALS, &format.is_range);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++)
		intervals[i] = (struct camera_interval){
			found[i].numerator, found[i].denominator
		};
	format.n_intervals = (size_t)n;
	return listing->visit(listing->user, &format);
}

static int visit_format(void *user, uint32_t fourcc)
{
	struct listing *listing = user;
	const struct camera_format any = {
		.fourcc = fourcc,
		.is_default = fourcc == listing->route->fourcc,
	};
	int ret;

	if (!raw_format_find(fourcc))
		return 0;
	listing->fourcc = fourcc;
	listing->has_sizes = false;
	ret = video_sizes_each(&listing->capture, fourcc, visit_size, listing);
	if (ret != 0 || listing->has_sizes)
		return ret;
	return listing->visit(listing->user, &any);
}

int kernel_formats_list(const struct kernel_route *route,
			const struct media_device *media,
			int (*visit)(void *user,
				     const struct camera_format *format),
			void *user, struct virtual_error *error)
{
	struct listing listing = {
		.route = route,
		.visit = visit,
		.user = user,
	};
	const char *path = kernel_device_find_node(media, route->capture, error);
	int ret;

	if (!path)
		return -ENODEV;
	ret = video_capture_open(&listing.capture, path);
	if (ret == 0 && route->input >= 0)
		ret = video_capture_set_input(&listing.capture,
					      (uint32_t)route->input);
	if (ret == 0)
		ret = video_capture_each_format(&listing.capture, 0,
						visit_format, &listing);
	if (ret < 0)
		virtual_error_set(error, ret, "%s", listing.capture.node.error);
	video_capture_close(&listing.capture);
	return ret;
}
