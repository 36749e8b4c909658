/* SPDX-License-Identifier: MIT */
/* Writes types, values and ranges of controls for people. */
#include "control_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Writes one value. */
static void format_one(const struct cam_control_value *value, char *text,
		       size_t size)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		snprintf(text, size, "%s", value->boolean ? "true" : "false");
		break;
	case CAM_CONTROL_VALUE_BYTE:
		snprintf(text, size, "%u", value->byte);
		break;
	case CAM_CONTROL_VALUE_UNSIGNED16:
		snprintf(text, size, "%u", value->unsigned16);
		break;
	case CAM_CONTROL_VALUE_UNSIGNED32:
		snprintf(text, size, "%" PRIu32, value->unsigned32);
		break;
	case CAM_CONTROL_VALUE_INTEGER32:
		snprintf(text, size, "%" PRId32, value->integer32);
		break;
	case CAM_CONTROL_VALUE_INTEGER64:
		snprintf(text, size, "%" PRId64, value->integer64);
		break;
	case CAM_CONTROL_VALUE_FLOAT32:
		snprintf(text, size, "%g", (double)value->float32);
		break;
	case CAM_CONTROL_VALUE_RECTANGLE:
		snprintf(text, size, "%" PRId32 ",%" PRId32 ",%" PRIu32
				     ",%" PRIu32,
			 value->rectangle.x, value->rectangle.y,
			 value->rectangle.width, value->rectangle.height);
		break;
	case CAM_CONTROL_VALUE_SIZE:
		snprintf(text, size, "%" PRIu32 "x%" PRIu32, value->size.width,
			 value->size.height);
		break;
	case CAM_CONTROL_VALUE_POINT:
		snprintf(text, size, "%" PRId32 ",%" PRId32, value->point.x,
			 value->point.y);
		break;
	case CAM_CONTROL_VALUE_STRING:
		snprintf(text, size, "%s", value->string);
		break;
	default:
		text[0] = '\0';
	}
}

void control_text_value(const struct cam_control_value *value, char *text,
			size_t size)
{
	size_t used = 0;

	text[0] = '\0';
#define APPEND(array, tag_of, arm_of)                                          \
	for (size_t i = 0; i < (array).n_items && used + 1 < size; i++) {      \
		const struct cam_control_value one = {                         \
			.tag = tag_of, .arm_of = (array).items[i]              \
		};                                                             \
		if (i)                                                         \
			text[used++] = ',';                                    \
		format_one(&one, text + used, size - used);                  \
		used += strlen(text + used);                                   \
	}
#define CASE(tag_of, arm_of)                                                   \
	case CAM_CONTROL_VALUE_##tag_of##_ARRAY:                               \
		APPEND(value->arm_of##_array, CAM_CONTROL_VALUE_##tag_of,      \
		       arm_of)                                                 \
		break;
	switch (value->tag) {
		CASE(BOOLEAN, boolean)
		CASE(BYTE, byte)
		CASE(UNSIGNED16, unsigned16)
		CASE(UNSIGNED32, unsigned32)
		CASE(INTEGER32, integer32)
		CASE(INTEGER64, integer64)
		CASE(FLOAT32, float32)
	default:
		format_one(value, text, size);
	}
#undef CASE
#undef APPEND
}

void control_text_range(const struct cam_control_info *info, char *text,
			size_t size)
{
	char min[64];
	char max[64];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < info->n_values && used < size; i++) {
		format_one(&info->values[i], min, sizeof(min));
		used += (size_t)snprintf(
			text + used, size - used, "%s%s",
			i == 0			    ? "" :
			i + 1 == info->n_values ? " or " :
						    ", ",
			min);
	}
	if (info->n_values)
		return;
	if (info->type == CAM_CONTROL_TYPE_BOOLEAN) {
		snprintf(text, size, "true or false");
		return;
	}
	format_one(&info->min, min, sizeof(min));
	format_one(&info->max, max, sizeof(max));
	if (min[0] && max[0])
		snprintf(text, size, "%s to %s", min, max);
	else if (info->type == CAM_CONTROL_TYPE_SIZE)
		snprintf(text, size, "any WIDTHxHEIGHT");
	else if (info->type == CAM_CONTROL_TYPE_RECTANGLE)
		snprintf(text, size, "any X,Y,WIDTH,HEIGHT");
}

const char *control_text_type(enum cam_control_type type)
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

	return types[type];
}
