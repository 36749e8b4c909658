/* SPDX-License-Identifier: MIT */
/* Turns values of kernel controls into values of this library, and back. */
#include "cam_v4l2.h"

#include <errno.h>
#include <string.h>

#include <camipc/check.h>

#include "control_value.h"
#include "v4l2_layout.h"

/* Types whose elements are the same in the kernel and here. */
#define SAME(X)                              \
	X(BYTE, byte, uint8_t)               \
	X(UNSIGNED16, unsigned16, uint16_t)  \
	X(UNSIGNED32, unsigned32, uint32_t)  \
	X(INTEGER32, integer32, int32_t)     \
	X(INTEGER64, integer64, int64_t)

/* Gives @control memory for @n elements, all 0. */
static int add_payload(const struct cam_control_info *info, uint64_t n,
		       struct camipc_arena *arena,
		       struct v4l2_ext_control *control)
{
	const uint64_t size = n * v4l2_element_size(info);

	if (n > UINT32_MAX || size > UINT32_MAX)
		return -EMSGSIZE;
	control->size = (uint32_t)size;
	control->ptr = camipc_arena_alloc(arena, control->size);
	if (!control->ptr)
		return arena->error;
	memset(control->ptr, 0, control->size);
	return 0;
}

int cam_v4l2_prepare_get(const struct cam_control_info *info, uint32_t id,
			 struct camipc_arena *arena,
			 struct v4l2_ext_control *ret_control)
{
	struct v4l2_ext_control control = { .id = id };
	uint64_t n = info->size ? info->size : 1;
	int ret = 0;

	if (!v4l2_element_size(info))
		return -EOPNOTSUPP;
	if (!(info->direction & CAM_CONTROL_DIRECTION_OUT))
		return -EACCES;
	if (info->size == CAM_CONTROL_ANY_SIZE)
		n = info->max_length;
	if (v4l2_has_payload(info))
		ret = add_payload(info, n, arena, &control);
	if (ret == 0)
		*ret_control = control;
	return ret;
}

/* ---- from the kernel ----------------------------------------------------- */

static int get_string(const char *text, size_t room, const char **ret_string)
{
	const char *end = memchr(text, '\0', room);

	if (!end)
		return -EBADMSG;
	if (!camipc_utf8_is_valid(text, (size_t)(end - text)))
		return -EILSEQ;
	*ret_string = text;
	return 0;
}

static struct cam_size size_of(const struct v4l2_area *area)
{
	return (struct cam_size){ area->width, area->height };
}

static struct cam_rectangle rectangle_of(const struct v4l2_rect *rect)
{
	return (struct cam_rectangle){ rect->left, rect->top, rect->width,
				       rect->height };
}

/* A single value, behind a pointer. */
static int get_pointed(const struct cam_control_info *info,
		       const struct v4l2_ext_control *control,
		       struct cam_control_value *value)
{
	if (info->type == CAM_CONTROL_TYPE_STRING)
		return control->ptr ? get_string(control->string, control->size,
						 &value->string) :
				      -EBADMSG;
	if (!control->ptr || control->size != v4l2_element_size(info))
		return -EBADMSG;
	switch (info->type) {
	case CAM_CONTROL_TYPE_BYTE:
		value->byte = *control->p_u8;
		return 0;
	case CAM_CONTROL_TYPE_UNSIGNED16:
		value->unsigned16 = *control->p_u16;
		return 0;
	case CAM_CONTROL_TYPE_UNSIGNED32:
		value->unsigned32 = *control->p_u32;
		return 0;
	case CAM_CONTROL_TYPE_SIZE:
		value->size = size_of(control->p_area);
		return 0;
	case CAM_CONTROL_TYPE_RECTANGLE:
		value->rectangle = rectangle_of(control->ptr);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static int get_number(const struct cam_control_info *info,
		      const struct v4l2_ext_control *control,
		      struct cam_control_value *value)
{
	const int32_t number = control->value;

	if (info->type == CAM_CONTROL_TYPE_INTEGER64) {
		value->integer64 = control->value64;
		return 0;
	}
	if (info->type == CAM_CONTROL_TYPE_BOOLEAN && number != 0 &&
	    number != 1)
		return -ERANGE;
	control_number_put(value, info->type == CAM_CONTROL_TYPE_UNSIGNED32 ?
					  (int64_t)(uint32_t)number :
					  (int64_t)number);
	return 0;
}

/* Arrays whose elements are other ones than the kernel's. */
static int get_copied(const struct cam_control_info *info, const void *from,
		      size_t n, void *items)
{
	const size_t room = (size_t)v4l2_element_size(info);
	int ret = 0;

	for (size_t i = 0; i < n && ret == 0; i++) {
		switch (info->type) {
		case CAM_CONTROL_TYPE_BOOLEAN:
			if (((const int32_t *)from)[i] & ~1)
				return -ERANGE;
			((bool *)items)[i] = ((const int32_t *)from)[i] != 0;
			break;
		case CAM_CONTROL_TYPE_SIZE:
			((struct cam_size *)items)[i] =
				size_of(&((const struct v4l2_area *)from)[i]);
			break;
		case CAM_CONTROL_TYPE_RECTANGLE:
			((struct cam_rectangle *)items)[i] = rectangle_of(
				&((const struct v4l2_rect *)from)[i]);
			break;
		case CAM_CONTROL_TYPE_STRING:
			ret = get_string((const char *)from + i * room, room,
					 &((const char **)items)[i]);
			break;
		default:
			return -EOPNOTSUPP;
		}
	}
	return ret;
}

static void put_items(struct cam_control_value *value, void *items, size_t n)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		value->boolean_array = (struct cam_bool_array){ items, n };
		value->tag = CAM_CONTROL_VALUE_BOOLEAN_ARRAY;
		break;
	case CAM_CONTROL_VALUE_SIZE:
		value->size_array = (struct cam_size_array){ items, n };
		value->tag = CAM_CONTROL_VALUE_SIZE_ARRAY;
		break;
	case CAM_CONTROL_VALUE_RECTANGLE:
		value->rectangle_array = (struct cam_rectangle_array){ items, n };
		value->tag = CAM_CONTROL_VALUE_RECTANGLE_ARRAY;
		break;
	default:
		value->string_array = (struct cam_string_array){ items, n };
		value->tag = CAM_CONTROL_VALUE_STRING_ARRAY;
		break;
	}
}

/* Room for an element of any type of get_copied(). */
#define COPIED_SIZE sizeof(struct cam_rectangle)

static int get_pointed_array(const struct cam_control_info *info,
			     const struct v4l2_ext_control *control,
			     struct camipc_arena *arena,
			     struct cam_control_value *value)
{
	const uint64_t room = v4l2_element_size(info);
	const size_t n = (size_t)(control->size / room);
	void *items;
	int ret;

	if (!control->ptr || control->size % room ||
	    (info->size == CAM_CONTROL_ANY_SIZE ? n > info->max_length :
						  n != info->size))
		return -EBADMSG;
	switch (info->type) {
#define X(TAG, arm, type)                                                 \
	case CAM_CONTROL_TYPE_##TAG:                                      \
		value->tag = CAM_CONTROL_VALUE_##TAG##_ARRAY;             \
		value->arm##_array.items = (const type *)control->ptr;    \
		value->arm##_array.n_items = n;                           \
		return 0;
		SAME(X)
#undef X
	default:
		break;
	}
	items = camipc_arena_alloc(arena, n * COPIED_SIZE);
	if (!items)
		return arena->error;
	ret = get_copied(info, control->ptr, n, items);
	if (ret < 0)
		return ret;
	put_items(value, items, n);
	return 0;
}

int cam_v4l2_get_value(const struct cam_control_info *info,
		       const struct v4l2_ext_control *control,
		       struct camipc_arena *arena,
		       struct cam_control_value *ret_value)
{
	struct cam_control_value value;
	int ret;

	if (!v4l2_element_size(info))
		return -EOPNOTSUPP;
	memset(&value, 0, sizeof(value));
	value.tag = (enum cam_control_value_tag)info->type;
	if (info->size)
		ret = get_pointed_array(info, control, arena, &value);
	else if (v4l2_has_payload(info))
		ret = get_pointed(info, control, &value);
	else
		ret = get_number(info, control, &value);
	if (ret == 0)
		*ret_value = value;
	return ret;
}

/* ---- to the kernel ------------------------------------------------------- */

/* Writes a single value, or an element of an array, where the kernel reads it. */
static void put_element(const struct cam_control_value *value, void *to)
{
	int32_t flag;

	switch (value->tag) {
#define X(TAG, arm, type)                                   \
	case CAM_CONTROL_VALUE_##TAG:                       \
		memcpy(to, &value->arm, sizeof(type));      \
		break;
		SAME(X)
#undef X
	case CAM_CONTROL_VALUE_BOOLEAN:
		flag = value->boolean;
		memcpy(to, &flag, sizeof(flag));
		break;
	case CAM_CONTROL_VALUE_SIZE:
		memcpy(to,
		       &(struct v4l2_area){ value->size.width,
					    value->size.height },
		       sizeof(struct v4l2_area));
		break;
	case CAM_CONTROL_VALUE_RECTANGLE:
		memcpy(to,
		       &(struct v4l2_rect){ value->rectangle.x,
					    value->rectangle.y,
					    value->rectangle.width,
					    value->rectangle.height },
		       sizeof(struct v4l2_rect));
		break;
	case CAM_CONTROL_VALUE_STRING: /* its length was judged */
		if (value->string)
			memcpy(to, value->string, strlen(value->string) + 1);
		break;
	default:
		break;
	}
}

static int put_pointed(const struct cam_control_info *info,
		       const struct cam_control_value *value,
		       struct camipc_arena *arena,
		       struct v4l2_ext_control *control)
{
	const size_t room = (size_t)v4l2_element_size(info);
	struct cam_control_value element = { .tag = CAM_CONTROL_VALUE_NONE };
	size_t n = 1;
	int ret;

	if (info->size)
		n = control_array_element(value, 0, &element);
	ret = add_payload(info, n, arena, control);
	if (ret < 0)
		return ret;
	if (!info->size)
		put_element(value, control->ptr);
	for (size_t i = 0; info->size && i < n; i++) {
		control_array_element(value, i, &element);
		put_element(&element, (char *)control->ptr + i * room);
	}
	return 0;
}

int cam_v4l2_put_value(const struct cam_control_info *info, uint32_t id,
		       const struct cam_control_value *value,
		       struct camipc_arena *arena,
		       struct v4l2_ext_control *ret_control)
{
	struct v4l2_ext_control control = { .id = id };
	int64_t number = 0;
	int ret = 0;

	if (!v4l2_element_size(info))
		return -EOPNOTSUPP;
	if (!(info->direction & CAM_CONTROL_DIRECTION_IN))
		return -EACCES;
	switch (cam_control_judge_value(value, info)) {
	case CAM_CONTROL_KEPT:
		break;
	case CAM_CONTROL_MISTYPED:
		return -EINVAL;
	default:
		return -ERANGE;
	}
	if (v4l2_has_payload(info)) {
		ret = put_pointed(info, value, arena, &control);
	} else {
		control_number_get(value, &number);
		if (info->type == CAM_CONTROL_TYPE_INTEGER64)
			control.value64 = number;
		else
			control.value = (int32_t)(uint32_t)number;
	}
	if (ret == 0)
		*ret_control = control;
	return ret;
}

/* ---- lists --------------------------------------------------------------- */

int cam_v4l2_get_list(const struct cam_control_info_map *infos,
		      const struct v4l2_ext_control *controls, size_t n,
		      struct camipc_arena *arena,
		      struct cam_control_list *ret_list, size_t *reterr_index)
{
	struct cam_control *made =
		camipc_arena_alloc(arena, (n ? n : 1) * sizeof(*made));

	if (!made) {
		*reterr_index = 0;
		return arena->error;
	}
	for (size_t i = 0; i < n; i++) {
		const struct cam_control_info *info =
			cam_uint32_control_info_find(
				infos->infos, infos->n_infos, controls[i].id);
		int ret = -ENOENT;

		made[i].id_space = infos->id_space;
		made[i].id = controls[i].id;
		if (info)
			ret = cam_v4l2_get_value(info, &controls[i], arena,
						 &made[i].value);
		if (ret < 0) {
			*reterr_index = i;
			return ret;
		}
	}
	*ret_list = (struct cam_control_list){ made, n };
	return 0;
}

int cam_v4l2_put_list(const struct cam_control_info_map *infos,
		      const struct cam_control_list *list,
		      struct camipc_arena *arena,
		      struct v4l2_ext_control **ret_controls,
		      size_t *reterr_index)
{
	const size_t n = list->n_controls;
	struct v4l2_ext_control *made =
		camipc_arena_alloc(arena, (n ? n : 1) * sizeof(*made));

	if (!made) {
		*reterr_index = 0;
		return arena->error;
	}
	for (size_t i = 0; i < n; i++) {
		const struct cam_control *control = &list->controls[i];
		const struct cam_control_info *info = NULL;
		int ret = -ENOENT;

		if (control->id_space == infos->id_space)
			info = cam_uint32_control_info_find(
				infos->infos, infos->n_infos, control->id);
		if (info)
			ret = cam_v4l2_put_value(info, control->id,
						 &control->value, arena,
						 &made[i]);
		if (ret < 0) {
			*reterr_index = i;
			return ret;
		}
	}
	*ret_controls = made;
	return 0;
}
