/* SPDX-License-Identifier: MIT */
/* How the kernel lays out values of a control, by its info. */
#ifndef CAMERA_V4L2_LAYOUT_H
#define CAMERA_V4L2_LAYOUT_H

#include <linux/videodev2.h>

#include "cam_controls.h"

/** Returns the bytes of one element of a value that is passed by a pointer; 0 if
 *  the kernel has no controls of this type. */
static inline uint64_t v4l2_element_size(const struct cam_control_info *info)
{
	switch (info->type) {
	case CAM_CONTROL_TYPE_BYTE:
		return 1;
	case CAM_CONTROL_TYPE_UNSIGNED16:
		return 2;
	case CAM_CONTROL_TYPE_BOOLEAN: /* an int */
	case CAM_CONTROL_TYPE_UNSIGNED32:
	case CAM_CONTROL_TYPE_INTEGER32:
		return 4;
	case CAM_CONTROL_TYPE_INTEGER64:
		return 8;
	case CAM_CONTROL_TYPE_SIZE:
		return sizeof(struct v4l2_area);
	case CAM_CONTROL_TYPE_RECTANGLE:
		return sizeof(struct v4l2_rect);
	case CAM_CONTROL_TYPE_STRING:
		return (uint64_t)info->max_length + 1;
	default:
		return 0;
	}
}

/** Returns true if values are passed by a pointer, and not in the struct. */
static inline bool v4l2_has_payload(const struct cam_control_info *info)
{
	switch (info->type) {
	case CAM_CONTROL_TYPE_BOOLEAN:
	case CAM_CONTROL_TYPE_INTEGER32:
	case CAM_CONTROL_TYPE_INTEGER64:
		return info->size > 0;
	case CAM_CONTROL_TYPE_UNSIGNED32: /* a BITMASK, or an U32 */
		return info->size > 0 || !info->is_mask;
	default:
		return true;
	}
}

#endif /* CAMERA_V4L2_LAYOUT_H */
