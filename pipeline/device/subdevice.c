/* SPDX-License-Identifier: MIT */
/* Reads and sets the active state of a sub-device's pads. */
#include "subdevice.h"

#include <errno.h>

#include <linux/v4l2-subdev.h>

int subdevice_get_format(struct device_node *node, uint32_t pad,
			 struct pad_format *ret_format)
{
	struct v4l2_subdev_format format = {
		.which = V4L2_SUBDEV_FORMAT_ACTIVE,
		.pad = pad,
	};
	int ret = device_node_ioctl(node, VIDIOC_SUBDEV_G_FMT,
				    "VIDIOC_SUBDEV_G_FMT", &format);

	if (ret < 0)
		return ret;
	ret_format->code = format.format.code;
	ret_format->width = format.format.width;
	ret_format->height = format.format.height;
	return 0;
}

int subdevice_set_format(struct device_node *node, uint32_t pad,
			 const struct pad_format *wanted)
{
	struct v4l2_subdev_format format = {
		.which = V4L2_SUBDEV_FORMAT_ACTIVE,
		.pad = pad,
		.format = {
			.code = wanted->code,
			.width = wanted->width,
			.height = wanted->height,
			.field = V4L2_FIELD_NONE,
		},
	};
	int ret = device_node_ioctl(node, VIDIOC_SUBDEV_S_FMT,
				    "VIDIOC_SUBDEV_S_FMT", &format);

	if (ret < 0)
		return ret;
	if (format.format.code == wanted->code &&
	    format.format.width == wanted->width &&
	    format.format.height == wanted->height)
		return 0;
	return device_node_fail(node, -ERANGE,
				"pad %u cannot do %ux%u with media-bus code "
				"0x%04x; the nearest is %ux%u with 0x%04x",
				pad, wanted->width, wanted->height,
				wanted->code, format.format.width,
				format.format.height, format.format.code);
}

static void to_kernel(const struct pad_rectangle *from, struct v4l2_rect *to)
{
	to->left = from->left;
	to->top = from->top;
	to->width = from->width;
	to->height = from->height;
}

static void from_kernel(const struct v4l2_rect *from, struct pad_rectangle *to)
{
	to->left = from->left;
	to->top = from->top;
	to->width = from->width;
	to->height = from->height;
}

int subdevice_get_selection(struct device_node *node, uint32_t pad,
			    uint32_t target,
			    struct pad_rectangle *ret_rectangle)
{
	struct v4l2_subdev_selection selection = {
		.which = V4L2_SUBDEV_FORMAT_ACTIVE,
		.pad = pad,
		.target = target,
	};
	int ret = device_node_ioctl(node, VIDIOC_SUBDEV_G_SELECTION,
				    "VIDIOC_SUBDEV_G_SELECTION", &selection);

	if (ret == 0)
		from_kernel(&selection.r, ret_rectangle);
	return ret;
}

int subdevice_set_selection(struct device_node *node, uint32_t pad,
			    uint32_t target, struct pad_rectangle *rectangle)
{
	struct v4l2_subdev_selection selection = {
		.which = V4L2_SUBDEV_FORMAT_ACTIVE,
		.pad = pad,
		.target = target,
	};
	int ret;

	to_kernel(rectangle, &selection.r);
	ret = device_node_ioctl(node, VIDIOC_SUBDEV_S_SELECTION,
				"VIDIOC_SUBDEV_S_SELECTION", &selection);
	if (ret == 0)
		from_kernel(&selection.r, rectangle);
	return ret;
}

int subdevice_get_interval(struct device_node *node, uint32_t pad,
			   uint32_t *ret_numerator, uint32_t *ret_denominator)
{
	struct v4l2_subdev_frame_interval interval = { .pad = pad };
	int ret = device_node_ioctl(node, VIDIOC_SUBDEV_G_FRAME_INTERVAL,
				    "VIDIOC_SUBDEV_G_FRAME_INTERVAL",
				    &interval);

	if (ret < 0)
		return ret;
	*ret_numerator = interval.interval.numerator;
	*ret_denominator = interval.interval.denominator;
	return 0;
}

int subdevice_set_interval(struct device_node *node, uint32_t pad,
			   uint32_t numerator, uint32_t denominator)
{
	struct v4l2_subdev_frame_interval interval = {
		.pad = pad,
		.interval = { numerator, denominator },
	};
	const struct v4l2_fract *got = &interval.interval;
	int ret = device_node_ioctl(node, VIDIOC_SUBDEV_S_FRAME_INTERVAL,
				    "VIDIOC_SUBDEV_S_FRAME_INTERVAL",
				    &interval);

	if (ret < 0)
		return ret;
	if ((uint64_t)got->numerator * denominator ==
	    (uint64_t)got->denominator * numerator)
		return 0;
	return device_node_fail(node, -ERANGE,
				"pad %u cannot send a frame each %u/%u s (%g "
				"frames per second); the nearest is %u/%u s "
				"(%g)",
				pad, numerator, denominator,
				(double)denominator / numerator, got->numerator,
				got->denominator,
				(double)got->denominator / got->numerator);
}
