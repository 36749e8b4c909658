/* SPDX-License-Identifier: MIT */
/* Asks a video node for frame sizes and frame intervals. */
#include "video_sizes.h"

#include <errno.h>

#include <linux/videodev2.h>

/* A list ends with -EINVAL; a driver without lists says -ENOTTY at once. */
static bool is_end(int ret)
{
	return ret == -EINVAL || ret == -ENOTTY;
}

static void read_sizes(const struct v4l2_frmsizeenum *from,
		      struct video_sizes *sizes)
{
	if (from->type == V4L2_FRMSIZE_TYPE_DISCRETE) {
		const struct v4l2_frmsize_discrete *one = &from->discrete;

		*sizes = (struct video_sizes){ one->width, one->height,
					       one->width, one->height,
					       1,	   1 };
		return;
	}
	*sizes = (struct video_sizes){
		.min_width = from->stepwise.min_width,
		.min_height = from->stepwise.min_height,
		.max_width = from->stepwise.max_width,
		.max_height = from->stepwise.max_height,
		.step_width = from->stepwise.step_width,
		.step_height = from->stepwise.step_height,
	};
	if (from->type == V4L2_FRMSIZE_TYPE_CONTINUOUS || !sizes->step_width)
		sizes->step_width = 1;
	if (from->type == V4L2_FRMSIZE_TYPE_CONTINUOUS || !sizes->step_height)
		sizes->step_height = 1;
}

int video_sizes_each(struct video_capture *capture, uint32_t fourcc,
		     int (*visit)(void *user, const struct video_sizes *sizes),
		     void *user)
{
	for (uint32_t i = 0;; i++) {
		struct v4l2_frmsizeenum size = { .index = i,
						 .pixel_format = fourcc };
		struct video_sizes sizes;
		int ret = device_node_ioctl(&capture->node,
					    VIDIOC_ENUM_FRAMESIZES,
					    "VIDIOC_ENUM_FRAMESIZES", &size);

		if (is_end(ret))
			return 0;
		if (ret < 0)
			return ret;
		read_sizes(&size, &sizes);
		if (!sizes.min_width || !sizes.min_height ||
		    sizes.max_width < sizes.min_width ||
		    sizes.max_height < sizes.min_height)
			return device_node_fail(&capture->node, -EPROTO,
						"the driver lists frames of "
						"%ux%u to %ux%u pixels",
						sizes.min_width,
						sizes.min_height,
						sizes.max_width,
						sizes.max_height);
		ret = visit(user, &sizes);
		/* Ranges are alone. */
		if (ret != 0 || size.type != V4L2_FRMSIZE_TYPE_DISCRETE)
			return ret;
	}
}

/* Intervals of 0 s say nothing. */
static void add(struct video_interval *intervals, uint32_t max, uint32_t *n,
		const struct v4l2_fract *from)
{
	if (*n < max && from->numerator && from->denominator)
		intervals[(*n)++] = (struct video_interval){
			from->numerator, from->denominator
		};
}

int video_sizes_intervals(struct video_capture *capture, uint32_t fourcc,
			  uint32_t width, uint32_t height,
			  struct video_interval *intervals, uint32_t max,
			  bool *ret_is_range)
{
	uint32_t n = 0;

	*ret_is_range = false;
	for (uint32_t i = 0; n < max; i++) {
		struct v4l2_frmivalenum interval = {
			.index = i,
			.pixel_format = fourcc,
			.width = width,
			.height = height,
		};
		int ret = device_node_ioctl(&capture->node,
					    VIDIOC_ENUM_FRAMEINTERVALS,
					    "VIDIOC_ENUM_FRAMEINTERVALS",
					    &interval);

		if (is_end(ret) || i > max)
			break;
		if (ret < 0)
			return ret;
		if (interval.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
			add(intervals, max, &n, &interval.discrete);
			continue;
		}
		add(intervals, max, &n, &interval.stepwise.min);
		add(intervals, max, &n, &interval.stepwise.max);
		*ret_is_range = n == 2;
		break;
	}
	return (int)n;
}
