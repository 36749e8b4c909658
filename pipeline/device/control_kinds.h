/* SPDX-License-Identifier: MIT */
/* Types of V4L2 controls, and the types of control values that they become. */
#ifndef DEVICE_CONTROL_KINDS_H
#define DEVICE_CONTROL_KINDS_H

#include <linux/videodev2.h>

#include "cam_controls.h"

/** V4L2_CTRL_TYPE_RECT, which Linux has since 6.14. */
#define CONTROL_KIND_TYPE_RECT 0x0107

/** How values of one type are translated. */
struct control_kind {
	uint32_t type; /* V4L2_CTRL_TYPE_... */
	enum cam_control_type cam_type;
	enum cam_control_value_tag tag; /* of a single value */
	enum cam_control_value_tag array_tag; /* NONE: no arrays */
	uint32_t element_size; /* bytes of a struct, or an array's element */
};

/** Returns the kind of a type, or NULL if no interface can have it. */
const struct control_kind *control_kind_find(uint32_t type);

/** Makes a value of the kind's type of a number, which fits. */
struct cam_control_value control_kind_value(const struct control_kind *kind,
					    int64_t number);

/** Reads a single number, as control_kind_value() makes one. */
int64_t control_kind_number(const struct cam_control_value *value);

/** Returns true if the kind's values are numbers: no strings, no structs. */
bool control_kind_is_number(const struct control_kind *kind);

/** Returns true if the kind's values are sizes or rectangles. */
bool control_kind_is_struct(const struct control_kind *kind);

/** Values that the kernel takes through a pointer. */
union control_struct {
	struct v4l2_area area;
	struct v4l2_rect rect;
};

/** Makes a value of the kind's type of what the kernel wrote there. */
struct cam_control_value control_kind_get_struct(const struct control_kind *kind,
						 const void *from);

/** Writes a value for the kernel, as control_kind_get_struct() makes one. */
void control_kind_put_struct(const struct cam_control_value *value,
			     union control_struct *to);

/** Makes an array of the kind's type. The elements are borrowed. */
struct cam_control_value control_kind_array(const struct control_kind *kind,
					    const void *items, size_t n);

/** Returns the elements of an array that control_kind_array() could have made,
 *  and their number. */
const void *control_kind_items(const struct cam_control_value *value,
			       size_t *ret_n);

/** Returns one element of an array of the kind, as a number. */
int64_t control_kind_element(const struct control_kind *kind, const void *items,
			     size_t i);

#endif /* DEVICE_CONTROL_KINDS_H */
