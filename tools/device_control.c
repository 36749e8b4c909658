/* SPDX-License-Identifier: MIT */
/* Parses --control NAME=VALUE for a control of the device, by what the driver
 * reports about it. */
#include "device_control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cam_controls.h"
#include "control_value.h"

/* Far longer than an option can be. */
#define MAX_ITEMS (1024 * 1024)

/* Types that are numbers: tag and arm. */
#define NUMBERS(X)                \
	X(BOOLEAN, boolean)       \
	X(BYTE, byte)             \
	X(UNSIGNED16, unsigned16) \
	X(UNSIGNED32, unsigned32) \
	X(INTEGER32, integer32)   \
	X(INTEGER64, integer64)

static bool is_number(const struct cam_control_info *info)
{
	switch (info->type) {
#define X(tag_of, arm)                  \
	case CAM_CONTROL_TYPE_##tag_of: \
		return true;
		NUMBERS(X)
#undef X
	default:
		return false;
	}
}

/* Numbers that the type cannot have are refused, too. A driver would change one that
 * is out of the range, and report success. */
static bool is_accepted(const struct cam_control_info *info, int64_t number)
{
	struct cam_control_info one = *info;
	struct cam_control_value value = {
		.tag = (enum cam_control_value_tag)info->type,
	};
	int64_t held = 0;

	one.size = 0;
	control_number_put(&value, number);
	return control_number_get(&value, &held) && held == number &&
	       cam_control_judge_value(&value, &one) == CAM_CONTROL_KEPT;
}

static int parse_flag(const struct cam_control_info *info, const char *text,
		      int64_t *ret_number)
{
	bool flag;

	if (control_option_parse_bool(text, &flag) < 0 ||
	    !is_accepted(info, flag))
		return -EINVAL;
	*ret_number = flag;
	return 0;
}

/* Reads the numbers of a value, which are in the range; sets *@ret_n to the
 * number of those that are right. */
static int parse_numbers(const struct cam_control_info *info, const char *text,
			 size_t n, int64_t *numbers, size_t *ret_n)
{
	char *end = NULL;

	*ret_n = 0;
	if (info->type == CAM_CONTROL_TYPE_BOOLEAN && info->size == 0)
		return parse_flag(info, text, numbers);
	for (size_t i = 0; i < n; i++) {
		if (i && *end != ',')
			return -EINVAL;
		if (control_option_parse_number(info, i ? end + 1 : text, &end,
						&numbers[i]) < 0 ||
		    !is_accepted(info, numbers[i]))
			return -EINVAL;
		++*ret_n;
	}
	return *end ? -EINVAL : 0;
}

/* Makes a value of the control's type. */
static int put_numbers(struct control_option *option,
		       const struct cam_control_info *info,
		       const int64_t *numbers)
{
	struct cam_control_value *value = &option->control.value;

	switch (info->type) {
#define X(tag_of, arm_of)                                                   \
	case CAM_CONTROL_TYPE_##tag_of: {                                   \
		__typeof__(value->arm_of) *items;                           \
									    \
		if (!info->size) {                                          \
			value->tag = CAM_CONTROL_VALUE_##tag_of;            \
			value->arm_of =                                     \
				(__typeof__(value->arm_of))numbers[0];      \
			break;                                              \
		}                                                           \
		items = calloc(info->size, sizeof(*items));                 \
		if (!items)                                                 \
			return -ENOMEM;                                     \
		for (size_t i = 0; i < info->size; i++)                     \
			items[i] = (__typeof__(*items))numbers[i];          \
		option->items = items;                                      \
		value->tag = CAM_CONTROL_VALUE_##tag_of##_ARRAY;            \
		value->arm_of##_array.items = items;                        \
		value->arm_of##_array.n_items = info->size;                 \
		break;                                                      \
	}
		NUMBERS(X)
#undef X
	default:
		break;
	}
	return 0;
}

static void expect(const struct cam_control_info *info,
		   char error[CONTROL_OPTION_ERROR_SIZE])
{
	char range[CONTROL_OPTION_ERROR_SIZE / 2];

	cam_control_range_to_string(info, range, sizeof(range));
	snprintf(error, CONTROL_OPTION_ERROR_SIZE, "expected %s", range);
}

/* Says what is wrong with the value of an array. */
static void expect_array(const struct cam_control_info *info, const char *text,
			 size_t n_right, char error[CONTROL_OPTION_ERROR_SIZE])
{
	char range[CONTROL_OPTION_ERROR_SIZE / 2];
	size_t n = 1;

	for (; (text = strchr(text, ',')) != NULL; text++)
		n++;
	cam_control_range_to_string(info, range, sizeof(range));
	snprintf(error, CONTROL_OPTION_ERROR_SIZE,
		 "expected %u value%s of type %s, separated by commas, each "
		 "%s; %s %zu",
		 info->size, info->size == 1 ? "" : "s",
		 cam_control_type_name(info->type), range,
		 n == info->size ? "the first wrong one is number" :
				   "their number is",
		 n == info->size ? n_right + 1 : n);
}

static int read_numbers(struct control_option *option,
			const struct cam_control_info *info,
			char error[CONTROL_OPTION_ERROR_SIZE])
{
	const size_t n = info->size ? info->size : 1;
	int64_t *numbers = calloc(n, sizeof(*numbers));
	size_t n_right;
	int ret;

	if (!numbers) {
		snprintf(error, CONTROL_OPTION_ERROR_SIZE, "out of memory");
		return -EINVAL;
	}
	ret = parse_numbers(info, option->value, n, numbers, &n_right);
	if (ret < 0 && info->size) {
		expect_array(info, option->value, n_right, error);
	} else if (ret < 0) {
		expect(info, error);
	} else if (put_numbers(option, info, numbers) < 0) {
		snprintf(error, CONTROL_OPTION_ERROR_SIZE, "out of memory");
		ret = -EINVAL;
	}
	free(numbers);
	return ret;
}

/* A number without sign and blanks, up to @end. */
static int parse_side(const char *text, char end, const char **ret_end,
		      uint32_t *ret_side)
{
	unsigned long long side;
	char *stop;

	errno = 0;
	side = strtoull(text, &stop, 10);
	if (text[0] < '0' || text[0] > '9' || *stop != end || errno ||
	    side > UINT32_MAX)
		return -EINVAL;
	*ret_end = stop + 1;
	*ret_side = (uint32_t)side;
	return 0;
}

/* WIDTHxHEIGHT, as of the option --size. */
static int parse_sides(const char *text, struct cam_size *ret_size)
{
	if (parse_side(text, 'x', &text, &ret_size->width) < 0)
		return -EINVAL;
	return parse_side(text, '\0', &text, &ret_size->height);
}

static int read_value(struct control_option *option,
		      const struct cam_control_info *info,
		      char error[CONTROL_OPTION_ERROR_SIZE])
{
	struct cam_control_value *value = &option->control.value;

	if (is_number(info) && info->size <= MAX_ITEMS)
		return read_numbers(option, info, error);
	if (info->size == 0 && info->type == CAM_CONTROL_TYPE_STRING) {
		value->tag = CAM_CONTROL_VALUE_STRING;
		value->string = option->value;
		if (cam_control_judge_value(value, info) == CAM_CONTROL_KEPT)
			return 0;
		expect(info, error);
		return -EINVAL;
	}
	if (info->size == 0 && info->type == CAM_CONTROL_TYPE_SIZE) {
		value->tag = CAM_CONTROL_VALUE_SIZE;
		if (parse_sides(option->value, &value->size) == 0)
			return 0;
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected a size: WIDTHxHEIGHT");
		return -EINVAL;
	}
	if (info->size == 0 && info->type == CAM_CONTROL_TYPE_RECTANGLE) {
		value->tag = CAM_CONTROL_VALUE_RECTANGLE;
		if (control_option_parse_rectangle(option->value,
						   &value->rectangle) == 0)
			return 0;
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected a rectangle: X,Y,WIDTH,HEIGHT");
		return -EINVAL;
	}
	snprintf(error, CONTROL_OPTION_ERROR_SIZE,
		 "the control has %s%s, which --control cannot set",
		 info->size ? "too many values of type " : "a value of type ",
		 cam_control_type_name(info->type));
	return -EINVAL;
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

void device_control_clear(struct control_option *option)
{
	free(option->items);
	option->items = NULL;
}
