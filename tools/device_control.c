/* SPDX-License-Identifier: MIT */
/* Parses --control NAME=VALUE for a control of the device, by what the driver
 * reports about it. */
#include "device_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control_text.h"

/* Types that are numbers: tag, arm, and memory for an array. */
#define NUMBERS(X)                                   \
	X(BOOLEAN, boolean, unsigneds.booleans)      \
	X(BYTE, byte, unsigneds.bytes)               \
	X(UNSIGNED16, unsigned16, unsigneds.shorts)  \
	X(UNSIGNED32, unsigned32, unsigneds.words)   \
	X(INTEGER32, integer32, integers)            \
	X(INTEGER64, integer64, wides)

static bool is_number(const struct cam_control_info *info)
{
	switch (info->type) {
#define X(tag_of, arm, memory)           \
	case CAM_CONTROL_TYPE_##tag_of: \
		return true;
		NUMBERS(X)
#undef X
	default:
		return false;
	}
}

static int64_t number_of(const struct cam_control_value *value)
{
	switch (value->tag) {
#define X(tag_of, arm, memory)            \
	case CAM_CONTROL_VALUE_##tag_of: \
		return (int64_t)value->arm;
		NUMBERS(X)
#undef X
	default:
		return 0;
	}
}

/* Numbers that the type cannot have are out of the range, too. */
static bool is_in_range(const struct cam_control_info *info, int64_t number)
{
	bool is_listed = info->n_values == 0;

	if (info->type == CAM_CONTROL_TYPE_BOOLEAN)
		return number == 0 || number == 1;
	for (size_t i = 0; i < info->n_values; i++)
		is_listed |= number_of(&info->values[i]) == number;
	return is_listed && number >= number_of(&info->min) &&
	       number <= number_of(&info->max);
}

/* Reads the numbers of a value, which are in the range. */
static int parse_numbers(const struct cam_control_info *info, const char *text,
			 size_t n, int64_t *numbers)
{
	char *end = NULL;
	bool flag;

	if (info->type == CAM_CONTROL_TYPE_BOOLEAN && info->size == 0) {
		if (control_option_parse_bool(text, &flag) < 0)
			return -EINVAL;
		numbers[0] = flag;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (i && *end != ',')
			return -EINVAL;
		if (control_option_parse_integer(i ? end + 1 : text, &end,
						 &numbers[i]) < 0 ||
		    !is_in_range(info, numbers[i]))
			return -EINVAL;
	}
	return *end ? -EINVAL : 0;
}

/* Makes a value of the control's type. */
static void put_numbers(struct control_option *option,
			const struct cam_control_info *info,
			const int64_t *numbers)
{
	struct cam_control_value *value = &option->control.value;

	switch (info->type) {
#define X(tag_of, arm_of, memory)                                           \
	case CAM_CONTROL_TYPE_##tag_of:                                     \
		for (size_t i = 0; i < info->size; i++)                     \
			option->memory[i] =                                 \
				(__typeof__(option->memory[i]))numbers[i];  \
		if (info->size) {                                           \
			value->tag = CAM_CONTROL_VALUE_##tag_of##_ARRAY;    \
			value->arm_of##_array.items = option->memory;       \
			value->arm_of##_array.n_items = info->size;         \
		} else {                                                    \
			value->tag = CAM_CONTROL_VALUE_##tag_of;            \
			value->arm_of =                                     \
				(__typeof__(value->arm_of))numbers[0];      \
		}                                                           \
		break;
		NUMBERS(X)
#undef X
	default:
		break;
	}
}

static void expect(const struct cam_control_info *info,
		   char error[CONTROL_OPTION_ERROR_SIZE])
{
	char range[CONTROL_OPTION_ERROR_SIZE / 2];

	control_text_range(info, range, sizeof(range));
	if (info->size)
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected %u values of type %s, separated by commas, "
			 "each %s",
			 info->size, control_text_type(info->type), range);
	else
		snprintf(error, CONTROL_OPTION_ERROR_SIZE, "expected %s",
			 range);
}

static int read_value(struct control_option *option,
		     const struct cam_control_info *info,
		     char error[CONTROL_OPTION_ERROR_SIZE])
{
	int64_t numbers[CONTROL_OPTION_MAX_ITEMS] = { 0 };

	if (info->type == CAM_CONTROL_TYPE_STRING && info->size == 0) {
		option->control.value.tag = CAM_CONTROL_VALUE_STRING;
		option->control.value.string = option->value;
		return 0;
	}
	if (!is_number(info) || info->size > CONTROL_OPTION_MAX_ITEMS) {
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "the control has %s%s, which --control cannot set",
			 info->size ? "too many values of type " :
				      "a value of type ",
			 control_text_type(info->type));
		return -EINVAL;
	}
	if (parse_numbers(info, option->value, info->size ? info->size : 1,
			  numbers) < 0) {
		expect(info, error);
		return -EINVAL;
	}
	put_numbers(option, info, numbers);
	return 0;
}

static const struct cam_uint32_control_info_entry *
find_entry(const struct cam_control_info_map *infos, const char *name)
{
	for (size_t i = 0; infos && i < infos->n_infos; i++)
		if (infos->infos[i].value.name &&
		    strcmp(infos->infos[i].value.name, name) == 0)
			return &infos->infos[i];
	return NULL;
}

bool device_control_is_meant(const struct control_option *option,
			     const struct cam_control_info_map *ipa,
			     const struct cam_control_info_map *device)
{
	const struct cam_control_info *info;

	if (option->is_device)
		return true;
	info = cam_uint32_control_info_find(ipa->infos, ipa->n_infos,
					    option->control.id);
	return !(info && info->direction & CAM_CONTROL_DIRECTION_IN) &&
	       find_entry(device, option->name);
}

int device_control_parse(struct control_option *option,
			 const struct cam_control_info_map *infos,
			 char error[CONTROL_OPTION_ERROR_SIZE])
{
	const struct cam_uint32_control_info_entry *entry =
		find_entry(infos, option->name);

	if (!entry) {
		control_option_refuse_name(option, infos, error);
		return -EINVAL;
	}
	if (!(entry->value.direction & CAM_CONTROL_DIRECTION_IN)) {
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "the control can only be read");
		return -EINVAL;
	}
	option->control.id_space = CAM_CONTROL_ID_SPACE_V4L2;
	option->control.id = entry->key;
	return read_value(option, &entry->value, error);
}
