/* SPDX-License-Identifier: MIT */
/* Reads and writes values of controls: integers, and elements of arrays. */
#ifndef CAMERA_CONTROL_VALUE_H
#define CAMERA_CONTROL_VALUE_H

#include "cam_controls.h"

/** Sets *@ret_number to an integer, or to 0 or 1 for a boolean. Returns false if
 *  the value is neither. */
static inline bool control_number_get(const struct cam_control_value *value,
				      int64_t *ret_number)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		*ret_number = value->boolean;
		return true;
	case CAM_CONTROL_VALUE_BYTE:
		*ret_number = value->byte;
		return true;
	case CAM_CONTROL_VALUE_UNSIGNED16:
		*ret_number = value->unsigned16;
		return true;
	case CAM_CONTROL_VALUE_UNSIGNED32:
		*ret_number = value->unsigned32;
		return true;
	case CAM_CONTROL_VALUE_INTEGER32:
		*ret_number = value->integer32;
		return true;
	case CAM_CONTROL_VALUE_INTEGER64:
		*ret_number = value->integer64;
		return true;
	default:
		return false;
	}
}

/** Writes a number that the value's type can hold. */
static inline void control_number_put(struct cam_control_value *value,
				      int64_t number)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		value->boolean = number != 0;
		break;
	case CAM_CONTROL_VALUE_BYTE:
		value->byte = (uint8_t)number;
		break;
	case CAM_CONTROL_VALUE_UNSIGNED16:
		value->unsigned16 = (uint16_t)number;
		break;
	case CAM_CONTROL_VALUE_UNSIGNED32:
		value->unsigned32 = (uint32_t)number;
		break;
	case CAM_CONTROL_VALUE_INTEGER32:
		value->integer32 = (int32_t)number;
		break;
	case CAM_CONTROL_VALUE_INTEGER64:
		value->integer64 = number;
		break;
	default:
		break;
	}
}

/** Gets element @i of an array, if there is one, as a single value. Returns the
 *  array's length. */
static inline size_t
control_array_element(const struct cam_control_value *array, size_t i,
		      struct cam_control_value *ret_element)
{
	struct cam_control_value *e = ret_element;

#define ELEMENT(TAG, arm)                                     \
	case CAM_CONTROL_VALUE_##TAG##_ARRAY:                 \
		if (i < array->arm##_array.n_items) {         \
			e->tag = CAM_CONTROL_VALUE_##TAG;     \
			e->arm = array->arm##_array.items[i]; \
		}                                             \
		return array->arm##_array.n_items

	switch (array->tag) {
		ELEMENT(BOOLEAN, boolean);
		ELEMENT(BYTE, byte);
		ELEMENT(UNSIGNED16, unsigned16);
		ELEMENT(UNSIGNED32, unsigned32);
		ELEMENT(INTEGER32, integer32);
		ELEMENT(INTEGER64, integer64);
		ELEMENT(FLOAT32, float32);
		ELEMENT(STRING, string);
		ELEMENT(RECTANGLE, rectangle);
		ELEMENT(SIZE, size);
		ELEMENT(POINT, point);
	default:
		return 0;
	}
#undef ELEMENT
}

#endif /* CAMERA_CONTROL_VALUE_H */
