/* SPDX-License-Identifier: MIT */
/* Translates single values and arrays between V4L2's types and ours. */
#include "control_kinds.h"

#include <string.h>

static const struct control_kind kinds[] = {
	{ V4L2_CTRL_TYPE_INTEGER, CAM_CONTROL_TYPE_INTEGER32,
	  CAM_CONTROL_VALUE_INTEGER32, CAM_CONTROL_VALUE_INTEGER32_ARRAY, 4 },
	{ V4L2_CTRL_TYPE_BOOLEAN, CAM_CONTROL_TYPE_BOOLEAN,
	  CAM_CONTROL_VALUE_BOOLEAN, CAM_CONTROL_VALUE_NONE, 0 },
	{ V4L2_CTRL_TYPE_MENU, CAM_CONTROL_TYPE_INTEGER32,
	  CAM_CONTROL_VALUE_INTEGER32, CAM_CONTROL_VALUE_NONE, 0 },
	{ V4L2_CTRL_TYPE_INTEGER_MENU, CAM_CONTROL_TYPE_INTEGER32,
	  CAM_CONTROL_VALUE_INTEGER32, CAM_CONTROL_VALUE_NONE, 0 },
	{ V4L2_CTRL_TYPE_BITMASK, CAM_CONTROL_TYPE_UNSIGNED32,
	  CAM_CONTROL_VALUE_UNSIGNED32, CAM_CONTROL_VALUE_NONE, 0 },
	{ V4L2_CTRL_TYPE_INTEGER64, CAM_CONTROL_TYPE_INTEGER64,
	  CAM_CONTROL_VALUE_INTEGER64, CAM_CONTROL_VALUE_INTEGER64_ARRAY, 8 },
	{ V4L2_CTRL_TYPE_STRING, CAM_CONTROL_TYPE_STRING,
	  CAM_CONTROL_VALUE_STRING, CAM_CONTROL_VALUE_NONE, 0 },
	{ V4L2_CTRL_TYPE_U8, CAM_CONTROL_TYPE_BYTE, CAM_CONTROL_VALUE_BYTE,
	  CAM_CONTROL_VALUE_BYTE_ARRAY, 1 },
	{ V4L2_CTRL_TYPE_U16, CAM_CONTROL_TYPE_UNSIGNED16,
	  CAM_CONTROL_VALUE_UNSIGNED16, CAM_CONTROL_VALUE_UNSIGNED16_ARRAY, 2 },
	{ V4L2_CTRL_TYPE_U32, CAM_CONTROL_TYPE_UNSIGNED32,
	  CAM_CONTROL_VALUE_UNSIGNED32, CAM_CONTROL_VALUE_UNSIGNED32_ARRAY, 4 },
	{ V4L2_CTRL_TYPE_BUTTON, CAM_CONTROL_TYPE_BOOLEAN,
	  CAM_CONTROL_VALUE_BOOLEAN, CAM_CONTROL_VALUE_NONE, 0 },
	{ V4L2_CTRL_TYPE_AREA, CAM_CONTROL_TYPE_SIZE, CAM_CONTROL_VALUE_SIZE,
	  CAM_CONTROL_VALUE_NONE, sizeof(struct v4l2_area) },
	{ CONTROL_KIND_TYPE_RECT, CAM_CONTROL_TYPE_RECTANGLE,
	  CAM_CONTROL_VALUE_RECTANGLE, CAM_CONTROL_VALUE_NONE,
	  sizeof(struct v4l2_rect) },
};

const struct control_kind *control_kind_find(uint32_t type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return NULL;
}

bool control_kind_is_number(const struct control_kind *kind)
{
	return kind->cam_type != CAM_CONTROL_TYPE_STRING &&
	       !control_kind_is_struct(kind);
}

bool control_kind_is_struct(const struct control_kind *kind)
{
	return kind->cam_type == CAM_CONTROL_TYPE_SIZE ||
	       kind->cam_type == CAM_CONTROL_TYPE_RECTANGLE;
}

struct cam_control_value control_kind_value(const struct control_kind *kind,
					    int64_t number)
{
	struct cam_control_value value = { .tag = kind->tag };

	switch (kind->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		value.boolean = number != 0;
		break;
	case CAM_CONTROL_VALUE_BYTE:
		value.byte = (uint8_t)number;
		break;
	case CAM_CONTROL_VALUE_UNSIGNED16:
		value.unsigned16 = (uint16_t)number;
		break;
	case CAM_CONTROL_VALUE_UNSIGNED32:
		value.unsigned32 = (uint32_t)number;
		break;
	case CAM_CONTROL_VALUE_INTEGER32:
		value.integer32 = (int32_t)number;
		break;
	case CAM_CONTROL_VALUE_INTEGER64:
		value.integer64 = number;
		break;
	default: /* not a number */
		value.tag = CAM_CONTROL_VALUE_NONE;
		break;
	}
	return value;
}

int64_t control_kind_number(const struct cam_control_value *value)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		return value->boolean;
	case CAM_CONTROL_VALUE_BYTE:
		return value->byte;
	case CAM_CONTROL_VALUE_UNSIGNED16:
		return value->unsigned16;
	case CAM_CONTROL_VALUE_UNSIGNED32:
		return value->unsigned32;
	case CAM_CONTROL_VALUE_INTEGER32:
		return value->integer32;
	case CAM_CONTROL_VALUE_INTEGER64:
		return value->integer64;
	default: /* not a number */
		return 0;
	}
}

struct cam_control_value control_kind_get_struct(const struct control_kind *kind,
						 const void *from)
{
	struct cam_control_value value = { .tag = kind->tag };
	union control_struct got;

	memcpy(&got, from, kind->element_size);
	if (kind->tag == CAM_CONTROL_VALUE_SIZE)
		value.size = (struct cam_size){ got.area.width,
						got.area.height };
	else
		value.rectangle = (struct cam_rectangle){
			got.rect.left, got.rect.top, got.rect.width,
			got.rect.height
		};
	return value;
}

void control_kind_put_struct(const struct cam_control_value *value,
			     union control_struct *to)
{
	if (value->tag == CAM_CONTROL_VALUE_SIZE) {
		to->area.width = value->size.width;
		to->area.height = value->size.height;
		return;
	}
	to->rect.left = value->rectangle.x;
	to->rect.top = value->rectangle.y;
	to->rect.width = value->rectangle.width;
	to->rect.height = value->rectangle.height;
}

struct cam_control_value control_kind_array(const struct control_kind *kind,
					    const void *items, size_t n)
{
	struct cam_control_value value = { .tag = kind->array_tag };

	switch (kind->array_tag) {
	case CAM_CONTROL_VALUE_BYTE_ARRAY:
		value.byte_array = (struct cam_uint8_array){ items, n };
		break;
	case CAM_CONTROL_VALUE_UNSIGNED16_ARRAY:
		value.unsigned16_array = (struct cam_uint16_array){ items, n };
		break;
	case CAM_CONTROL_VALUE_UNSIGNED32_ARRAY:
		value.unsigned32_array = (struct cam_uint32_array){ items, n };
		break;
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		value.integer32_array = (struct cam_int32_array){ items, n };
		break;
	case CAM_CONTROL_VALUE_INTEGER64_ARRAY:
		value.integer64_array = (struct cam_int64_array){ items, n };
		break;
	default: /* no arrays of this kind */
		value.tag = CAM_CONTROL_VALUE_NONE;
		break;
	}
	return value;
}

const void *control_kind_items(const struct cam_control_value *value,
			       size_t *ret_n)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BYTE_ARRAY:
		*ret_n = value->byte_array.n_items;
		return value->byte_array.items;
	case CAM_CONTROL_VALUE_UNSIGNED16_ARRAY:
		*ret_n = value->unsigned16_array.n_items;
		return value->unsigned16_array.items;
	case CAM_CONTROL_VALUE_UNSIGNED32_ARRAY:
		*ret_n = value->unsigned32_array.n_items;
		return value->unsigned32_array.items;
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		*ret_n = value->integer32_array.n_items;
		return value->integer32_array.items;
	case CAM_CONTROL_VALUE_INTEGER64_ARRAY:
		*ret_n = value->integer64_array.n_items;
		return value->integer64_array.items;
	default: /* no array that a node has */
		*ret_n = 0;
		return NULL;
	}
}

int64_t control_kind_element(const struct control_kind *kind, const void *items,
			     size_t i)
{
	switch (kind->array_tag) {
	case CAM_CONTROL_VALUE_BYTE_ARRAY:
		return ((const uint8_t *)items)[i];
	case CAM_CONTROL_VALUE_UNSIGNED16_ARRAY:
		return ((const uint16_t *)items)[i];
	case CAM_CONTROL_VALUE_UNSIGNED32_ARRAY:
		return ((const uint32_t *)items)[i];
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		return ((const int32_t *)items)[i];
	case CAM_CONTROL_VALUE_INTEGER64_ARRAY:
		return ((const int64_t *)items)[i];
	default: /* no arrays of this kind */
		return 0;
	}
}
