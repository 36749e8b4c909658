/* SPDX-License-Identifier: MIT */
/* Writes types, values and ranges of controls for people, and what is wrong with
 * a value. */
#include "cam_controls.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "control_value.h"

/* A text that grows in the memory of a caller. What does not fit is cut. */
struct text {
	char *at;
	size_t room;
};

static struct text text_begin(char *buffer, size_t size)
{
	if (size)
		buffer[0] = '\0';
	return (struct text){ buffer, size };
}

static CAMIPC_PRINTF(2, 3) void append(struct text *text, const char *format,
				       ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->at, text->room, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= text->room)
		n = text->room ? (int)text->room - 1 : 0;
	text->at += n;
	text->room -= (size_t)n;
}

/* ---- values -------------------------------------------------------------- */

/* Writes the names of flags, and those without a name as one number. */
static void append_flags(struct text *text, int64_t flags,
			 const struct cam_control_info *info)
{
	const char *separator = "";
	int64_t left = flags;

	for (size_t i = 0; i < info->n_enumerators; i++) {
		const struct cam_control_enumerator *one = &info->enumerators[i];

		if (!one->value || (flags & one->value) != one->value ||
		    !(left & one->value))
			continue;
		append(text, "%s%s", separator, one->name);
		left &= ~one->value;
		separator = "|";
	}
	if (left || !flags)
		append(text, left ? "%s0x%" PRIx64 : "%s%" PRIx64, separator,
		       (uint64_t)left);
}

static const char *name_of(int64_t number, const struct cam_control_info *info)
{
	for (size_t i = 0; i < info->n_enumerators; i++)
		if (info->enumerators[i].value == number)
			return info->enumerators[i].name;
	return NULL;
}

static void append_number(struct text *text,
			  const struct cam_control_value *value, int64_t number,
			  const struct cam_control_info *info)
{
	const char *name = info ? name_of(number, info) : NULL;

	if (value->tag == CAM_CONTROL_VALUE_BOOLEAN)
		append(text, "%s", number ? "true" : "false");
	else if (info && info->is_mask)
		append_flags(text, number, info);
	else if (name)
		append(text, "%s (%" PRId64 ")", name, number);
	else
		append(text, "%" PRId64, number);
}

static void append_single(struct text *text,
			  const struct cam_control_value *value,
			  const struct cam_control_info *info)
{
	int64_t number;

	if (control_number_get(value, &number)) {
		append_number(text, value, number, info);
		return;
	}
	switch (value->tag) {
	case CAM_CONTROL_VALUE_FLOAT32:
		append(text, "%g", (double)value->float32);
		break;
	case CAM_CONTROL_VALUE_STRING:
		append(text, "%s", value->string ? value->string : "");
		break;
	case CAM_CONTROL_VALUE_RECTANGLE:
		append(text, "%" PRId32 ",%" PRId32 ",%" PRIu32 ",%" PRIu32,
		       value->rectangle.x, value->rectangle.y,
		       value->rectangle.width, value->rectangle.height);
		break;
	case CAM_CONTROL_VALUE_SIZE:
		append(text, "%" PRIu32 "x%" PRIu32, value->size.width,
		       value->size.height);
		break;
	case CAM_CONTROL_VALUE_POINT:
		append(text, "%" PRId32 ",%" PRId32, value->point.x,
		       value->point.y);
		break;
	default:
		break;
	}
}

static void append_value(struct text *text,
			 const struct cam_control_value *value,
			 const struct cam_control_info *info)
{
	struct cam_control_value element;
	size_t n = control_array_element(value, 0, &element);

	if (value->tag < CAM_CONTROL_VALUE_BOOLEAN_ARRAY) {
		append_single(text, value, info);
		return;
	}
	for (size_t i = 0; i < n && text->room > 1; i++) {
		control_array_element(value, i, &element);
		append(text, "%s", i ? "," : "");
		append_single(text, &element, info);
	}
}

void cam_control_value_to_string(const struct cam_control_value *value,
				 const struct cam_control_info *info,
				 char *buffer, size_t size)
{
	struct text text = text_begin(buffer, size);

	append_value(&text, value, info);
}

/* ---- ranges -------------------------------------------------------------- */

/* Appends ", " or " or " before the last of several. */
static void separate(struct text *text, size_t i, bool is_last)
{
	append(text, "%s", i == 0 ? "" : is_last ? " or " : ", ");
}

/* Returns true if range and permitted values leave the enumerator in. */
static bool has_enumerator(const struct cam_control_info *info, size_t i)
{
	struct cam_control_value value = {
		.tag = (enum cam_control_value_tag)info->type,
	};

	/* Infos of older IPAs have no type. */
	if (info->type == CAM_CONTROL_TYPE_NONE)
		value.tag = info->def.tag;
	control_number_put(&value, info->enumerators[i].value);
	if (info->size)
		return true;
	return cam_control_judge_value(&value, info) == CAM_CONTROL_KEPT;
}

static void append_enumerators(struct text *text,
			       const struct cam_control_info *info)
{
	size_t last = 0;
	size_t n = 0;

	for (size_t i = 0; i < info->n_enumerators; i++)
		if (has_enumerator(info, i))
			last = i;
	for (size_t i = 0; i <= last; i++) {
		if (!has_enumerator(info, i))
			continue;
		separate(text, n++, i == last);
		append(text, "%s (%" PRId64 ")", info->enumerators[i].name,
		       info->enumerators[i].value);
	}
}

static void append_mask(struct text *text, const struct cam_control_info *info)
{
	int64_t mask = 0;
	size_t n = 0;
	bool has_mask = control_number_get(&info->max, &mask);
	int64_t left = mask;

	append(text, "flags, any of ");
	for (size_t i = 0; i < info->n_enumerators; i++) {
		const struct cam_control_enumerator *one = &info->enumerators[i];

		if (has_mask && one->value & ~mask)
			continue;
		append(text, "%s%s (0x%" PRIx64 ")", n++ ? ", " : "", one->name,
		       (uint64_t)one->value);
		left &= ~one->value;
	}
	if (left)
		append(text, "%s0x%" PRIx64, n ? ", " : "", (uint64_t)left);
}

static void append_length(struct text *text,
			  const struct cam_control_info *info,
			  const char *unit)
{
	if (info->max_length)
		append(text, "%" PRIu32 " to %" PRIu32 " %s", info->min_length,
		       info->max_length, unit);
	else if (info->min_length)
		append(text, "at least %" PRIu32 " %s", info->min_length, unit);
}

static void append_limits(struct text *text, const struct cam_control_info *info)
{
	const bool has_text = info->min.tag != CAM_CONTROL_VALUE_STRING;

	if (info->type == CAM_CONTROL_TYPE_BOOLEAN &&
	    info->min.boolean == info->max.boolean &&
	    info->min.tag == CAM_CONTROL_VALUE_BOOLEAN) {
		append_value(text, &info->min, NULL);
	} else if (info->type == CAM_CONTROL_TYPE_BOOLEAN) {
		append(text, "true or false");
	} else if (has_text && info->min.tag && info->max.tag) {
		append_value(text, &info->min, NULL);
		append(text, " to ");
		append_value(text, &info->max, NULL);
		if (info->step > 1)
			append(text, " in steps of %" PRIu64, info->step);
	} else if (info->type == CAM_CONTROL_TYPE_SIZE) {
		append(text, "any WIDTHxHEIGHT");
	} else if (info->type == CAM_CONTROL_TYPE_RECTANGLE) {
		append(text, "any X,Y,WIDTH,HEIGHT");
	}
}

void cam_control_range_to_string(const struct cam_control_info *info,
				 char *buffer, size_t size)
{
	struct text text = text_begin(buffer, size);
	const bool is_string = info->type == CAM_CONTROL_TYPE_STRING;
	const char *start;

	if (info->size == CAM_CONTROL_ANY_SIZE && !is_string) {
		append_length(&text, info, "elements, each ");
	}
	start = text.at;
	if (info->is_mask) {
		append_mask(&text, info);
	} else if (info->n_enumerators) {
		append_enumerators(&text, info);
	} else if (info->n_values) {
		for (size_t i = 0; i < info->n_values; i++) {
			separate(&text, i, i + 1 == info->n_values);
			append_value(&text, &info->values[i], NULL);
		}
	} else if (is_string) {
		append_length(&text, info, "bytes");
		if (info->step > 1)
			append(&text, " in steps of %" PRIu64, info->step);
	} else {
		append_limits(&text, info);
	}
	if (text.at == start && start != buffer)
		append(&text, "any value");
}

const char *cam_control_type_name(enum cam_control_type type)
{
	/* As the IDL of controls calls them. */
	static const char *const types[] = {
		[CAM_CONTROL_TYPE_NONE] = "value",
		[CAM_CONTROL_TYPE_BOOLEAN] = "bool",
		[CAM_CONTROL_TYPE_BYTE] = "byte",
		[CAM_CONTROL_TYPE_UNSIGNED16] = "uint16",
		[CAM_CONTROL_TYPE_UNSIGNED32] = "uint32",
		[CAM_CONTROL_TYPE_INTEGER32] = "int32",
		[CAM_CONTROL_TYPE_INTEGER64] = "int64",
		[CAM_CONTROL_TYPE_FLOAT32] = "float",
		[CAM_CONTROL_TYPE_STRING] = "string",
		[CAM_CONTROL_TYPE_RECTANGLE] = "Rectangle",
		[CAM_CONTROL_TYPE_SIZE] = "Size",
		[CAM_CONTROL_TYPE_POINT] = "Point",
	};
	const size_t i = (size_t)type;

	return i < sizeof(types) / sizeof(types[0]) ? types[i] : "value";
}

/* ---- which control, and why ---------------------------------------------- */

static const char *const verdict_texts[] = {
	[CAM_CONTROL_KEPT] = "kept",
	[CAM_CONTROL_CLAMPED] = "brought into its range",
	[CAM_CONTROL_UNKNOWN] = "left out: there is no such control",
	[CAM_CONTROL_MISTYPED] = "left out: another type or size",
	[CAM_CONTROL_OUT_OF_RANGE] = "left out: a value that is not allowed",
};

const char *cam_control_verdict_to_string(enum cam_control_verdict verdict)
{
	const size_t i = (size_t)verdict;

	return i < sizeof(verdict_texts) / sizeof(*verdict_texts) ?
		       verdict_texts[i] :
		       "unknown";
}

static void append_type(struct text *text, const struct cam_control_info *info)
{
	const char *type = cam_control_type_name(info->type);

	if (info->size == CAM_CONTROL_ANY_SIZE)
		append(text, "an array of %s", type);
	else if (info->size)
		append(text, "an array of %" PRIu32 " %s", info->size, type);
	else
		append(text, "a value of type %s", type);
}

static const struct cam_control_info *
find_info(const struct cam_control *control,
	  const struct cam_control_info_map *infos)
{
	return control->id_space == infos->id_space ?
		       cam_uint32_control_info_find(infos->infos, infos->n_infos,
						    control->id) :
		       NULL;
}

enum cam_control_verdict
cam_control_explain(const struct cam_control *control,
		    const struct cam_control_info_map *infos, char *buffer,
		    size_t size)
{
	const enum cam_control_verdict verdict =
		cam_control_judge(control, infos);
	const struct cam_control_info *info = find_info(control, infos);
	struct text text = text_begin(buffer, size);
	char range[512];

	if (info && info->name && info->name[0])
		append(&text, "%s", info->name);
	else
		append(&text, "control 0x%08" PRIx32, control->id);
	append(&text, ": ");
	if (verdict == CAM_CONTROL_CLAMPED ||
	    verdict == CAM_CONTROL_OUT_OF_RANGE) {
		append_value(&text, &control->value, info);
		append(&text, " ");
	}
	append(&text, "%s", cam_control_verdict_to_string(verdict));
	if (verdict == CAM_CONTROL_MISTYPED && info->type) {
		append(&text, "; expected ");
		append_type(&text, info);
	} else if (verdict == CAM_CONTROL_CLAMPED ||
		   verdict == CAM_CONTROL_OUT_OF_RANGE) {
		cam_control_range_to_string(info, range, sizeof(range));
		append(&text, "%s%s", range[0] ? "; expected " : "", range);
	}
	return verdict;
}
