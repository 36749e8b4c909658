/* SPDX-License-Identifier: MIT */
#include "cam_controls.h"

#include <errno.h>
#include <string.h>

/* What became of a value. */
enum verdict {
	VERDICT_KEPT,
	VERDICT_CLAMPED,
	VERDICT_REFUSED,
};

static bool clamp_int64(int64_t *value, int64_t min, int64_t max)
{
	int64_t wanted = *value;

	if (*value > max)
		*value = max;
	if (*value < min)
		*value = min;
	return *value != wanted;
}

static bool clamp_int32(int32_t *value, int32_t min, int32_t max)
{
	int64_t wide = *value;
	bool changed = clamp_int64(&wide, min, max);

	*value = (int32_t)wide;
	return changed;
}

static bool clamp_uint32(uint32_t *value, uint32_t min, uint32_t max)
{
	int64_t wide = *value;
	bool changed = clamp_int64(&wide, min, max);

	*value = (uint32_t)wide;
	return changed;
}

/* True if @value is no number, or changed. */
static bool clamp_float(float *value, float min, float max, float def)
{
	if (*value >= min && *value <= max)
		return false;
	if (*value < min)
		*value = min;
	else if (*value > max)
		*value = max;
	else
		*value = def;
	return true;
}

static bool clamp_point(struct cam_point *value, const struct cam_point *min,
			const struct cam_point *max)
{
	bool x = clamp_int32(&value->x, min->x, max->x);
	bool y = clamp_int32(&value->y, min->y, max->y);

	return x || y;
}

static bool clamp_size(struct cam_size *value, const struct cam_size *min,
		       const struct cam_size *max)
{
	bool width = clamp_uint32(&value->width, min->width, max->width);
	bool height = clamp_uint32(&value->height, min->height, max->height);

	return width || height;
}

static bool clamp_rectangle(struct cam_rectangle *value,
			    const struct cam_rectangle *min,
			    const struct cam_rectangle *max)
{
	bool x = clamp_int32(&value->x, min->x, max->x);
	bool y = clamp_int32(&value->y, min->y, max->y);
	bool width = clamp_uint32(&value->width, min->width, max->width);
	bool height = clamp_uint32(&value->height, min->height, max->height);

	return x || y || width || height;
}

/*
 * Brings one scalar into range; true if it changed. All three values have the
 * type of @value, or it is VERDICT_REFUSED in the caller.
 */
static bool clamp_scalar(struct cam_control_value *value,
			 const struct cam_control_info *info)
{
	const struct cam_control_value *min = &info->min;
	const struct cam_control_value *max = &info->max;
	int64_t wide;
	bool changed;

	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		wide = value->boolean;
		changed = clamp_int64(&wide, min->boolean, max->boolean);
		value->boolean = wide != 0;
		return changed;
	case CAM_CONTROL_VALUE_BYTE:
		wide = value->byte;
		changed = clamp_int64(&wide, min->byte, max->byte);
		value->byte = (uint8_t)wide;
		return changed;
	case CAM_CONTROL_VALUE_UNSIGNED16:
		wide = value->unsigned16;
		changed = clamp_int64(&wide, min->unsigned16, max->unsigned16);
		value->unsigned16 = (uint16_t)wide;
		return changed;
	case CAM_CONTROL_VALUE_UNSIGNED32:
		return clamp_uint32(&value->unsigned32, min->unsigned32,
				    max->unsigned32);
	case CAM_CONTROL_VALUE_INTEGER32:
		return clamp_int32(&value->integer32, min->integer32,
				   max->integer32);
	case CAM_CONTROL_VALUE_INTEGER64:
		return clamp_int64(&value->integer64, min->integer64,
				   max->integer64);
	case CAM_CONTROL_VALUE_FLOAT32:
		return clamp_float(&value->float32, min->float32, max->float32,
				   info->def.tag == value->tag
					   ? info->def.float32
					   : min->float32);
	case CAM_CONTROL_VALUE_RECTANGLE:
		return clamp_rectangle(&value->rectangle, &min->rectangle,
				       &max->rectangle);
	case CAM_CONTROL_VALUE_SIZE:
		return clamp_size(&value->size, &min->size, &max->size);
	case CAM_CONTROL_VALUE_POINT:
		return clamp_point(&value->point, &min->point, &max->point);
	default:
		return false;
	}
}

/* Element @i of an array as a scalar, and its number of elements. */
static size_t array_element(const struct cam_control_value *array, size_t i,
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

/* The type of an array's elements; of a scalar, its own. */
static enum cam_control_value_tag scalar_tag(enum cam_control_value_tag tag)
{
	return tag >= CAM_CONTROL_VALUE_BOOLEAN_ARRAY
		       ? (enum cam_control_value_tag)(
				 tag - CAM_CONTROL_VALUE_BOOLEAN_ARRAY +
				 CAM_CONTROL_VALUE_BOOLEAN)
		       : tag;
}

static bool same_scalar(const struct cam_control_value *a,
			const struct cam_control_value *b)
{
	struct cam_control_info only = { .min = *b, .max = *b, .def = *b };
	struct cam_control_value copy = *a;

	if (a->tag != b->tag)
		return false;
	if (a->tag == CAM_CONTROL_VALUE_STRING)
		return !strcmp(a->string, b->string);
	return !clamp_scalar(&copy, &only);
}

static bool is_listed(const struct cam_control_value *value,
		      const struct cam_control_info *info)
{
	size_t i;

	for (i = 0; i < info->n_values; i++)
		if (same_scalar(value, &info->values[i]))
			return true;
	return false;
}

/* Ranges of arrays are those of their elements. */
static enum verdict check_array(const struct cam_control_value *value,
				const struct cam_control_info *info)
{
	struct cam_control_value element = { .tag = CAM_CONTROL_VALUE_NONE };
	size_t n = array_element(value, 0, &element);
	size_t i;

	for (i = 0; i < n; i++) {
		array_element(value, i, &element);
		if (clamp_scalar(&element, info))
			return VERDICT_REFUSED;
		if (info->n_values && !is_listed(&element, info))
			return VERDICT_REFUSED;
	}
	return VERDICT_KEPT;
}

static enum verdict clamp_value(struct cam_control_value *value,
				const struct cam_control_info *info)
{
	if (value->tag >= CAM_CONTROL_VALUE_BOOLEAN_ARRAY)
		return check_array(value, info);
	if (info->n_values) {
		if (is_listed(value, info))
			return VERDICT_KEPT;
		if (info->def.tag != value->tag)
			return VERDICT_REFUSED;
		*value = info->def;
		return VERDICT_CLAMPED;
	}
	return clamp_scalar(value, info) ? VERDICT_CLAMPED : VERDICT_KEPT;
}

/* True if the range says something about values of this type. */
static bool fits_type(const struct cam_control_value *value,
		      const struct cam_control_info *info)
{
	enum cam_control_value_tag tag = scalar_tag(value->tag);

	if (tag == CAM_CONTROL_VALUE_STRING)
		return info->min.tag == tag ||
		       (info->n_values && info->values[0].tag == tag);
	return tag != CAM_CONTROL_VALUE_NONE && info->min.tag == tag &&
	       info->max.tag == tag;
}

int cam_control_list_clamp(const struct cam_control_list *list,
			   const struct cam_control_info_map *infos,
			   struct cam_control *controls, size_t room,
			   struct cam_clamp_counts *counts,
			   struct cam_control_list *ret_list)
{
	struct cam_control_list result = { .id_space = list->id_space };
	int changed = 0;
	size_t n = 0;
	size_t i;

	for (i = 0; i < list->n_controls; i++) {
		const struct cam_control_info *info =
			list->id_space == infos->id_space
				? cam_uint32_control_info_find(
					  infos->infos, infos->n_infos,
					  list->controls[i].id)
				: NULL;
		uint64_t *counter = NULL;
		bool keep = true;

		if (n == room)
			return -ENOSPC;
		controls[n] = list->controls[i];
		if (!info) {
			counter = &counts->unknown;
			keep = false;
		} else if (!fits_type(&controls[n].value, info)) {
			counter = &counts->mistyped;
			keep = false;
		} else {
			enum verdict v = clamp_value(&controls[n].value, info);

			keep = v != VERDICT_REFUSED;
			if (v != VERDICT_KEPT)
				counter = keep ? &counts->clamped
					       : &counts->refused;
		}
		if (counter) {
			++*counter;
			changed++;
		}
		n += keep;
	}
	result.controls = controls;
	result.n_controls = n;
	*ret_list = result;
	return changed;
}
