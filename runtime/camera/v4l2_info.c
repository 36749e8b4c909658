/* SPDX-License-Identifier: MIT */
/* Turns the kernel's description of a control into an info. */
#include "cam_v4l2.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control_value.h"
#include "v4l2_layout.h"

/* V4L2_CTRL_TYPE_RECT, which headers have since Linux 6.15. */
#define TYPE_RECT 0x0107

static enum cam_control_type type_of(uint32_t type)
{
	switch (type) {
	case V4L2_CTRL_TYPE_INTEGER:
	case V4L2_CTRL_TYPE_MENU:
	case V4L2_CTRL_TYPE_INTEGER_MENU:
		return CAM_CONTROL_TYPE_INTEGER32;
	case V4L2_CTRL_TYPE_BOOLEAN:
	case V4L2_CTRL_TYPE_BUTTON:
		return CAM_CONTROL_TYPE_BOOLEAN;
	case V4L2_CTRL_TYPE_INTEGER64:
		return CAM_CONTROL_TYPE_INTEGER64;
	case V4L2_CTRL_TYPE_STRING:
		return CAM_CONTROL_TYPE_STRING;
	case V4L2_CTRL_TYPE_BITMASK:
	case V4L2_CTRL_TYPE_U32:
		return CAM_CONTROL_TYPE_UNSIGNED32;
	case V4L2_CTRL_TYPE_U8:
		return CAM_CONTROL_TYPE_BYTE;
	case V4L2_CTRL_TYPE_U16:
		return CAM_CONTROL_TYPE_UNSIGNED16;
	case V4L2_CTRL_TYPE_AREA:
		return CAM_CONTROL_TYPE_SIZE;
	case TYPE_RECT:
		return CAM_CONTROL_TYPE_RECTANGLE;
	default:
		return CAM_CONTROL_TYPE_NONE;
	}
}

static uint32_t direction_of(const struct v4l2_query_ext_ctrl *query)
{
	if (query->flags & V4L2_CTRL_FLAG_READ_ONLY)
		return CAM_CONTROL_DIRECTION_OUT;
	if (query->flags & V4L2_CTRL_FLAG_WRITE_ONLY ||
	    query->type == V4L2_CTRL_TYPE_BUTTON)
		return CAM_CONTROL_DIRECTION_IN;
	return CAM_CONTROL_DIRECTION_IN | CAM_CONTROL_DIRECTION_OUT;
}

/* Makes a value of the info's type. */
static int make_number(const struct cam_control_info *info, int64_t number,
		       struct cam_control_value *ret_value)
{
	struct cam_control_value value = {
		.tag = (enum cam_control_value_tag)info->type,
	};
	int64_t made = 0;

	/* The bit 31 of a mask may be the sign of what has the mask. */
	if (info->is_mask && number < 0 && number >= INT32_MIN)
		number = (uint32_t)number;
	control_number_put(&value, number);
	if (!control_number_get(&value, &made) || made != number)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

static int set_range(const struct v4l2_query_ext_ctrl *query,
		     struct cam_control_info *info)
{
	const bool is_mask = query->type == V4L2_CTRL_TYPE_BITMASK;
	int ret;

	if (query->minimum > query->maximum && !is_mask)
		return -EBADMSG;
	info->is_mask = is_mask;
	ret = make_number(info, is_mask ? 0 : query->minimum, &info->min);
	if (ret == 0)
		ret = make_number(info, query->maximum, &info->max);
	if (ret == 0)
		ret = make_number(info, query->default_value, &info->def);
	if (!is_mask && query->type != V4L2_CTRL_TYPE_BOOLEAN &&
	    query->step > 1)
		info->step = query->step;
	return ret;
}

static int set_lengths(const struct v4l2_query_ext_ctrl *query,
		       struct cam_control_info *info)
{
	/* No limit is 0. The kernel has no strings that are always empty. */
	if (query->minimum < 0 || query->maximum < query->minimum ||
	    query->maximum == 0 || query->elem_size <= query->maximum)
		return -EBADMSG;
	info->min_length = (uint32_t)query->minimum;
	info->max_length = (uint32_t)query->maximum;
	info->step = query->step > 1 ? query->step : 0;
	return 0;
}

static const char *name_of_entry(const struct v4l2_query_ext_ctrl *query,
				 const struct v4l2_querymenu *entry,
				 struct camipc_arena *arena)
{
	char name[sizeof(entry->name) + 1];

	if (query->type == V4L2_CTRL_TYPE_INTEGER_MENU)
		snprintf(name, sizeof(name), "%" PRId64, (int64_t)entry->value);
	else
		snprintf(name, sizeof(name), "%.*s", (int)sizeof(entry->name),
			 (const char *)entry->name);
	return camipc_copy_string(arena, name);
}

static int set_entries(const struct v4l2_query_ext_ctrl *query,
		       const struct v4l2_querymenu *menu, size_t n,
		       struct camipc_arena *arena,
		       struct cam_control_info *info)
{
	struct cam_control_enumerator *names;
	struct cam_control_value *values;

	info->step = 0; /* a set of the entries that exist, in old drivers */
	if (n == 0 || n > UINT32_MAX)
		return -EBADMSG;
	names = camipc_arena_alloc(arena, n * sizeof(*names));
	values = camipc_arena_alloc(arena, n * sizeof(*values));
	if (!names || !values)
		return arena->error;
	for (size_t i = 0; i < n; i++) {
		if (menu[i].index < query->minimum ||
		    menu[i].index > query->maximum)
			return -EBADMSG;
		names[i].value = menu[i].index;
		names[i].name = name_of_entry(query, &menu[i], arena);
		if (!names[i].name)
			return arena->error;
		if (make_number(info, menu[i].index, &values[i]) < 0)
			return -ERANGE;
	}
	info->enumerators = names;
	info->n_enumerators = n;
	info->values = values;
	info->n_values = n;
	return 0;
}

static int set_button(struct camipc_arena *arena, struct cam_control_info *info)
{
	struct cam_control_value *pushed =
		camipc_arena_alloc(arena, sizeof(*pushed));

	if (!pushed)
		return arena->error;
	*pushed = (struct cam_control_value){
		.tag = CAM_CONTROL_VALUE_BOOLEAN,
		.boolean = true,
	};
	info->values = pushed;
	info->n_values = 1;
	return 0;
}

static int set_size(const struct v4l2_query_ext_ctrl *query,
		    struct cam_control_info *info)
{
	const bool varies = query->flags & V4L2_CTRL_FLAG_DYNAMIC_ARRAY;
	const bool is_string = info->type == CAM_CONTROL_TYPE_STRING;

	if (query->nr_of_dims == 0)
		return 0;
	if (query->elems == 0 || query->elems == CAM_CONTROL_ANY_SIZE)
		return -EBADMSG;
	info->size = query->elems;
	if (!varies)
		return 0;
	/* The lengths are those of each string. */
	if (is_string)
		return -EOPNOTSUPP;
	if (query->nr_of_dims != 1 || query->dims[0] == 0)
		return -EBADMSG;
	info->size = CAM_CONTROL_ANY_SIZE;
	info->min_length = 1;
	info->max_length = query->dims[0];
	return 0;
}

static int set_values(const struct v4l2_query_ext_ctrl *query,
		      const struct v4l2_querymenu *menu, size_t n_menu,
		      struct camipc_arena *arena, struct cam_control_info *info)
{
	int ret;

	switch (query->type) {
	case V4L2_CTRL_TYPE_STRING:
		return set_lengths(query, info);
	case V4L2_CTRL_TYPE_AREA:
	case TYPE_RECT:
		return 0;
	case V4L2_CTRL_TYPE_BUTTON:
		return set_button(arena, info);
	default:
		break;
	}
	ret = set_range(query, info);
	if (ret == 0 && (query->type == V4L2_CTRL_TYPE_MENU ||
			 query->type == V4L2_CTRL_TYPE_INTEGER_MENU))
		ret = set_entries(query, menu, n_menu, arena, info);
	return ret;
}

int cam_v4l2_get_info(const struct v4l2_query_ext_ctrl *query,
		      const struct v4l2_querymenu *menu, size_t n_menu,
		      struct camipc_arena *arena,
		      struct cam_control_info *ret_info)
{
	char name[sizeof(query->name) + 1];
	struct cam_control_info info;
	int ret;

	cam_control_info_init(&info);
	info.type = type_of(query->type);
	info.direction = direction_of(query);
	if (info.type == CAM_CONTROL_TYPE_NONE)
		return -EOPNOTSUPP;
	ret = set_values(query, menu, n_menu, arena, &info);
	if (ret == 0)
		ret = set_size(query, &info);
	if (ret < 0)
		return ret;
	/* A string may have room that its length does not need, if it is alone. */
	if (v4l2_has_payload(&info) &&
	    query->elem_size != v4l2_element_size(&info) &&
	    (info.type != CAM_CONTROL_TYPE_STRING || info.size))
		return -EBADMSG;
	snprintf(name, sizeof(name), "%.*s", (int)sizeof(query->name),
		 query->name);
	info.name = camipc_copy_string(arena, name);
	if (!info.name)
		return arena->error;
	*ret_info = info;
	return 0;
}
