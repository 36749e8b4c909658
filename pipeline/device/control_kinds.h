/* SPDX-License-Identifier: MIT */
/* Types of V4L2 controls, and the types of control values that they become. */
#ifndef DEVICE_CONTROL_KINDS_H
#define DEVICE_CONTROL_KINDS_H

#include <linux/videodev2.h>

#include "cam_controls.h"

/** How values of one type are translated. */
struct control_kind {
	uint32_t type; /* V4L2_CTRL_TYPE_... */
	enum cam_control_type cam_type;
	enum cam_control_value_tag tag; /* of a single value */
	enum cam_control_value_tag array_tag; /* NONE: no arrays */
	uint32_t element_size; /* bytes of an element of an array */
};

/** Returns the kind of a type, or NULL if no interface can have it. */
const struct control_kind *control_kind_find(uint32_t type);

/** Makes a value of the kind's type of a number, which fits. */
struct cam_control_value control_kind_value(const struct control_kind *kind,
					    int64_t number);

/** Reads a single number, as control_kind_value() makes one. */
int64_t control_kind_number(const struct cam_control_value *value);

/** Returns true if the kind's values are numbers: no strings, no sizes. */
bool control_kind_is_number(const struct control_kind *kind);

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
