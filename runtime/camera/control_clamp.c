/* SPDX-License-Identifier: MIT */
/* Keeps controls within the ranges of a cam_control_info_map. */
#include "cam_controls.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "control_value.h"

/* What clamping did with a value. 0 is not a verdict. */
enum verdict {
	VERDICT_KEPT = 1,
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

/* Replaces NaN by @def. Returns true if @value changed. */
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
 * Brings an integer or a boolean into range, and then to the nearest step, as
 * the kernel does. Differences are unsigned: they may be larger than INT64_MAX.
 */
static bool clamp_number(struct cam_control_value *value,
			 const struct cam_control_info *info)
{
	int64_t min = 0;
	int64_t max = 0;
	int64_t number = 0;
	uint64_t rest;
	bool changed;

	control_number_get(&info->min, &min);
	control_number_get(&info->max, &max);
	control_number_get(value, &number);
	changed = clamp_int64(&number, min, max);
	rest = info->step && max >= min
		       ? ((uint64_t)number - (uint64_t)min) % info->step
		       : 0;
	if (rest) {
		const uint64_t up = info->step - rest;

		if (up <= rest && up <= (uint64_t)max - (uint64_t)number)
			number += (int64_t)up;
		else
			number -= (int64_t)rest;
		changed = true;
	}
	control_number_put(value, number);
	return changed;
}

/*
 * Brings one scalar into range. The caller has checked that minimum and maximum
 * have the type of @value. A type that is not here has no known order: values
 * of it are refused.
 */
static enum verdict clamp_scalar(struct cam_control_value *value,
				 const struct cam_control_info *info)
{
	const struct cam_control_value *min = &info->min;
	const struct cam_control_value *max = &info->max;
	bool changed;

	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
	case CAM_CONTROL_VALUE_BYTE:
	case CAM_CONTROL_VALUE_UNSIGNED16:
	case CAM_CONTROL_VALUE_UNSIGNED32:
	case CAM_CONTROL_VALUE_INTEGER32:
	case CAM_CONTROL_VALUE_INTEGER64:
		changed = clamp_number(value, info);
		break;
	case CAM_CONTROL_VALUE_FLOAT32:
		changed = clamp_float(&value->float32, min->float32,
				      max->float32,
				      info->def.tag == value->tag
					      ? info->def.float32
					      : min->float32);
		break;
	case CAM_CONTROL_VALUE_STRING:
		changed = false; /* strings have no order */
		break;
	case CAM_CONTROL_VALUE_RECTANGLE:
		changed = clamp_rectangle(&value->rectangle, &min->rectangle,
					  &max->rectangle);
		break;
	case CAM_CONTROL_VALUE_SIZE:
		changed = clamp_size(&value->size, &min->size, &max->size);
		break;
	case CAM_CONTROL_VALUE_POINT:
		changed = clamp_point(&value->point, &min->point, &max->point);
		break;
	default:
		return VERDICT_REFUSED;
	}
	return changed ? VERDICT_CLAMPED : VERDICT_KEPT;
}

CAMIPC_STATIC_ASSERT(CAM_CONTROL_VALUE_POINT_ARRAY - CAM_CONTROL_VALUE_POINT ==
			     CAM_CONTROL_VALUE_BOOLEAN_ARRAY -
				     CAM_CONTROL_VALUE_BOOLEAN,
		     "array types are in the order of their scalars");

/* Returns the type of an array's elements; for a scalar, its own type. */
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
	return clamp_scalar(&copy, &only) == VERDICT_KEPT;
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

static bool has_range(const struct cam_control_info *info)
{
	return info->min.tag != CAM_CONTROL_VALUE_NONE ||
	       info->max.tag != CAM_CONTROL_VALUE_NONE;
}

static enum verdict use_default(struct cam_control_value *value,
				const struct cam_control_info *info)
{
	if (info->def.tag != value->tag)
		return VERDICT_REFUSED;
	*value = info->def;
	return VERDICT_CLAMPED;
}

/* Clears flags that the control does not have. A driver does the same. */
static enum verdict clamp_mask(struct cam_control_value *value,
			       const struct cam_control_info *info)
{
	int64_t mask = 0;
	int64_t flags = 0;

	if (!control_number_get(value, &flags))
		return VERDICT_REFUSED;
	if (!control_number_get(&info->max, &mask))
		for (size_t i = 0; i < info->n_enumerators; i++)
			mask |= info->enumerators[i].value;
	control_number_put(value, flags & mask);
	return flags & ~mask ? VERDICT_CLAMPED : VERDICT_KEPT;
}

/* Enumerators have no order: another one is not nearer than the default. */
static enum verdict check_enumerator(const struct cam_control_value *value,
				     const struct cam_control_info *info)
{
	struct cam_control_value copy = *value;
	int64_t number;

	if (!control_number_get(value, &number) ||
	    (info->n_values && !is_listed(value, info)) ||
	    (has_range(info) && clamp_scalar(&copy, info) != VERDICT_KEPT))
		return VERDICT_REFUSED;
	for (size_t i = 0; i < info->n_enumerators; i++)
		if (info->enumerators[i].value == number)
			return VERDICT_KEPT;
	return VERDICT_REFUSED;
}

static bool is_length(uint64_t length, const struct cam_control_info *info)
{
	return length >= info->min_length &&
	       (!info->max_length || length <= info->max_length);
}

static bool has_length(const char *text, const struct cam_control_info *info)
{
	const size_t length = text ? strlen(text) : 0;

	return is_length(length, info) &&
	       (!info->step || (length - info->min_length) % info->step == 0);
}

/* Judges a value that is not an array. */
static enum verdict clamp_single(struct cam_control_value *value,
				 const struct cam_control_info *info)
{
	if (info->is_mask)
		return clamp_mask(value, info);
	if (info->n_enumerators)
		return check_enumerator(value, info);
	if (value->tag == CAM_CONTROL_VALUE_STRING &&
	    !has_length(value->string, info))
		return VERDICT_REFUSED;
	if (info->n_values)
		return is_listed(value, info) ? VERDICT_KEPT
					      : use_default(value, info);
	if (has_range(info))
		return clamp_scalar(value, info);
	if (value->tag == CAM_CONTROL_VALUE_FLOAT32 && isnan(value->float32))
		return use_default(value, info);
	return VERDICT_KEPT;
}

/* The range of an array is the range of each element. */
static enum verdict check_array(const struct cam_control_value *value,
				const struct cam_control_info *info)
{
	struct cam_control_value element = { .tag = CAM_CONTROL_VALUE_NONE };
	size_t n = control_array_element(value, 0, &element);
	size_t i;

	if (info->size == CAM_CONTROL_ANY_SIZE &&
	    value->tag != CAM_CONTROL_VALUE_STRING_ARRAY && !is_length(n, info))
		return VERDICT_REFUSED;
	for (i = 0; i < n; i++) {
		control_array_element(value, i, &element);
		if (clamp_single(&element, info) != VERDICT_KEPT)
			return VERDICT_REFUSED;
	}
	return VERDICT_KEPT;
}

static enum verdict clamp_value(struct cam_control_value *value,
				const struct cam_control_info *info)
{
	return value->tag >= CAM_CONTROL_VALUE_BOOLEAN_ARRAY
		       ? check_array(value, info)
		       : clamp_single(value, info);
}

CAMIPC_STATIC_ASSERT((int)CAM_CONTROL_TYPE_BOOLEAN ==
				     (int)CAM_CONTROL_VALUE_BOOLEAN &&
			     (int)CAM_CONTROL_TYPE_POINT ==
				     (int)CAM_CONTROL_VALUE_POINT,
		     "types have the numbers of the arms");

/* Returns true if the value has the type and size that the map gives. */
static bool has_given_type(const struct cam_control_value *value,
			   const struct cam_control_info *info)
{
	struct cam_control_value ignored;
	bool is_array = value->tag >= CAM_CONTROL_VALUE_BOOLEAN_ARRAY;

	if ((int)scalar_tag(value->tag) != (int)info->type ||
	    is_array != (info->size > 0))
		return false;
	return !is_array || info->size == CAM_CONTROL_ANY_SIZE ||
	       control_array_element(value, 0, &ignored) == info->size;
}

/* Returns true if type, range and permitted values apply to this value. */
static bool fits_type(const struct cam_control_value *value,
		      const struct cam_control_info *info)
{
	enum cam_control_value_tag tag = scalar_tag(value->tag);
	bool is_given = info->type != CAM_CONTROL_TYPE_NONE;
	bool has_min = info->min.tag != CAM_CONTROL_VALUE_NONE;

	if (tag == CAM_CONTROL_VALUE_NONE ||
	    (is_given && !has_given_type(value, info)))
		return false;
	if (info->n_values && info->values[0].tag != tag)
		return false;
	if (!has_range(info))
		return is_given || info->n_values || info->n_enumerators;
	if (tag == CAM_CONTROL_VALUE_STRING)
		return info->min.tag == tag;
	if (info->is_mask && !has_min)
		return info->max.tag == tag;
	return info->min.tag == tag && info->max.tag == tag;
}

/* Judges one value, and brings it into its range. */
static enum cam_control_verdict judge_value(struct cam_control_value *value,
					    const struct cam_control_info *info)
{
	if (!fits_type(value, info))
		return CAM_CONTROL_MISTYPED;
	switch (clamp_value(value, info)) {
	case VERDICT_KEPT:
		return CAM_CONTROL_KEPT;
	case VERDICT_CLAMPED:
		return CAM_CONTROL_CLAMPED;
	default:
		return CAM_CONTROL_OUT_OF_RANGE;
	}
}

static enum cam_control_verdict judge(struct cam_control *control,
				      const struct cam_control_info_map *infos)
{
	const struct cam_control_info *info = NULL;

	if (control->id_space == infos->id_space)
		info = cam_uint32_control_info_find(infos->infos,
						    infos->n_infos,
						    control->id);
	return info ? judge_value(&control->value, info) : CAM_CONTROL_UNKNOWN;
}

static void count(struct cam_clamp_counts *counts,
		  enum cam_control_verdict verdict)
{
	counts->clamped += verdict == CAM_CONTROL_CLAMPED;
	counts->unknown += verdict == CAM_CONTROL_UNKNOWN;
	counts->mistyped += verdict == CAM_CONTROL_MISTYPED;
	counts->refused += verdict == CAM_CONTROL_OUT_OF_RANGE;
}

int cam_control_list_clamp(const struct cam_control_list *list,
			   const struct cam_control_info_map *infos,
			   struct cam_control *controls, size_t room,
			   struct cam_clamp_counts *counts,
			   struct cam_control_list *ret_list)
{
	int changed = 0;
	size_t n = 0;
	size_t i;

	for (i = 0; i < list->n_controls; i++) {
		enum cam_control_verdict verdict;

		if (n == room)
			return -ENOSPC;
		controls[n] = list->controls[i];
		verdict = judge(&controls[n], infos);
		count(counts, verdict);
		changed += verdict != CAM_CONTROL_KEPT;
		n += verdict == CAM_CONTROL_KEPT ||
		     verdict == CAM_CONTROL_CLAMPED;
	}
	*ret_list = (struct cam_control_list){
		.controls = controls,
		.n_controls = n,
	};
	return changed;
}

/* ---- which control, and why ---------------------------------------------- */

enum cam_control_verdict
cam_control_judge(const struct cam_control *control,
		  const struct cam_control_info_map *infos)
{
	struct cam_control copy = *control;

	return judge(&copy, infos);
}

enum cam_control_verdict
cam_control_judge_value(const struct cam_control_value *value,
			const struct cam_control_info *info)
{
	struct cam_control_value copy = *value;

	return judge_value(&copy, info);
}
