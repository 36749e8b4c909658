/* SPDX-License-Identifier: MIT */
/* Detects what the source at an input sends, and sets the input to it. */
#include "video_source.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/videodev2.h>

/* Hz by which two measurements of one clock may differ. */
#define CLOCK_TOLERANCE 1000000

/* The input has no such thing, or the driver cannot detect it. */
static bool is_missing(int ret)
{
	return ret == -ENODATA || ret == -ENOTTY;
}

static bool are_same(const struct v4l2_bt_timings *a,
		     const struct v4l2_bt_timings *b)
{
	return a->width == b->width && a->height == b->height &&
	       a->interlaced == b->interlaced &&
	       llabs((long long)a->pixelclock - (long long)b->pixelclock) <=
		       CLOCK_TOLERANCE;
}

/* Timings of HDMI, DisplayPort, SDI and so on. */
static int follow_timings(struct video_capture *capture)
{
	struct v4l2_dv_timings timings = { .type = 0 };
	struct v4l2_dv_timings set = { .type = 0 };
	int ret = device_node_ioctl(&capture->node, VIDIOC_QUERY_DV_TIMINGS,
				    "VIDIOC_QUERY_DV_TIMINGS", &timings);

	if (ret == 0)
		ret = device_node_ioctl(&capture->node, VIDIOC_G_DV_TIMINGS,
					"VIDIOC_G_DV_TIMINGS", &set);
	if (ret < 0 || are_same(&timings.bt, &set.bt))
		return ret;
	ret = device_node_ioctl(&capture->node, VIDIOC_S_DV_TIMINGS,
				"VIDIOC_S_DV_TIMINGS", &timings);
	return ret < 0 ? ret : 1;
}

/* PAL, NTSC and so on. */
static int follow_standard(struct video_capture *capture)
{
	v4l2_std_id standard = V4L2_STD_UNKNOWN;
	v4l2_std_id set = V4L2_STD_UNKNOWN;
	int ret = device_node_ioctl(&capture->node, VIDIOC_QUERYSTD,
				    "VIDIOC_QUERYSTD", &standard);

	if (ret == 0 && standard == V4L2_STD_UNKNOWN)
		return device_node_fail(&capture->node, -ENOLINK,
					"no source sends a signal: connect it "
					"and switch it on");
	if (ret == 0)
		ret = device_node_ioctl(&capture->node, VIDIOC_G_STD,
					"VIDIOC_G_STD", &set);
	/* A driver may detect a family of standards. */
	if (ret < 0 || (standard & set))
		return ret;
	ret = device_node_ioctl(&capture->node, VIDIOC_S_STD, "VIDIOC_S_STD",
				&standard);
	return ret < 0 ? ret : 1;
}

int video_source_follow(struct video_capture *capture)
{
	int ret = follow_timings(capture);

	if (is_missing(ret))
		ret = follow_standard(capture);
	return is_missing(ret) ? 0 : ret;
}
