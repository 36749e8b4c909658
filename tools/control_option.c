/* SPDX-License-Identifier: MIT */
/* Parses --control NAME=VALUE, and checks it against a camera. */
#include "control_option.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "controls_ipa_types.h"
#include "suggest.h"

/* Controls that a suggestion may name: more than there are. */
#define MAX_CONTROL_NAMES 256

static const struct camipc_control_type *find_type(const char *name,
						   size_t length)
{
	char copy[64];

	if (length >= sizeof(copy))
		return NULL;
	memcpy(copy, name, length);
	copy[length] = 0;
	return cam_control_by_name(copy);
}

/* An application may set the control. */
static bool is_settable(const struct cam_control_info *info)
{
	return info && (info->direction & CAM_CONTROL_DIRECTION_IN);
}

int control_option_parse_bool(const char *text, bool *ret_value)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "false", false }, { "0", false },
		{ "off", false },   { "no", false },
		{ "true", true },   { "1", true },
		{ "on", true },	    { "yes", true },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].word, text)) {
			*ret_value = words[i].value;
			return 0;
		}
	return -EINVAL;
}

int control_option_parse_integer(const char *text, char **ret_end,
				 int64_t *ret_value)
{
	long long value;

	errno = 0;
	value = strtoll(text, ret_end, 10);
	if (errno || *ret_end == text || (**ret_end && **ret_end != ','))
		return -EINVAL;
	*ret_value = value;
	return 0;
}

/* Finds the value that has a name of @length letters, in capitals or not. */
static bool find_named(const struct cam_control_info *info, const char *text,
		       size_t length, int64_t *ret_value)
{
	for (size_t i = 0; i < info->n_enumerators; i++) {
		const struct cam_control_enumerator *one = &info->enumerators[i];

		if (strlen(one->name) != length ||
		    strncasecmp(one->name, text, length) != 0)
			continue;
		*ret_value = one->value;
		return true;
	}
	return false;
}

/* Reads names and numbers of flags, with '|' between them. */
static int parse_flags(const struct cam_control_info *info, const char *text,
		       size_t length, int64_t *ret_value)
{
	const char *const end = text + length;
	int64_t flags = 0;

	for (;;) {
		const size_t n = strcspn(text, "|,");
		unsigned long long number;
		int64_t named;
		char *stop;

		errno = 0;
		number = strtoull(text, &stop, 0);
		if (find_named(info, text, n, &named))
			flags |= named;
		else if (n == 0 || errno || stop != text + n || *text == '-' ||
			 number > INT64_MAX)
			return -EINVAL;
		else
			flags |= (int64_t)number;
		text += n;
		if (text >= end)
			break;
		text++;
	}
	*ret_value = flags;
	return 0;
}

int control_option_parse_number(const struct cam_control_info *info,
				const char *text, char **ret_end,
				int64_t *ret_value)
{
	const size_t length = info->size ? strcspn(text, ",") : strlen(text);
	int ret;

	if (info->is_mask)
		ret = parse_flags(info, text, length, ret_value);
	else if (find_named(info, text, length, ret_value))
		ret = 0;
	else
		return control_option_parse_integer(text, ret_end, ret_value);
	*ret_end = (char *)(uintptr_t)(text + length);
	return ret;
}

/* The tool never leaves the C locale, so the decimal separator is a point. */
static int parse_float(const char *text, char **ret_end, float *ret_value)
{
	float value;

	errno = 0;
	value = strtof(text, ret_end);
	if (errno || *ret_end == text || !isfinite(value) ||
	    (**ret_end && **ret_end != ','))
		return -EINVAL;
	*ret_value = value;
	return 0;
}

static bool is_rectangle(const struct camipc_control_type *type)
{
	return !strcmp(type->type, "Rectangle") && !type->size;
}

static int parse_items(struct control_option *option,
		       const struct camipc_control_type *type, const char *text)
{
	bool is_float = !strcmp(type->type, "float");
	bool is_wide = strcmp(type->type, "int32") != 0;
	size_t n = type->size ? type->size : 1;
	struct cam_control_info names = { .size = type->size };
	char *end = NULL;
	size_t i;

	cam_control_info_describe(&names, type->id);
	if (n > CONTROL_OPTION_MAX_ITEMS)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		int64_t wide = 0;

		if (i && *end != ',')
			return -EINVAL;
		if (i)
			text = end + 1;
		if (is_float ? parse_float(text, &end, &option->floats[i])
			     : control_option_parse_number(&names, text, &end,
							   &wide))
			return -EINVAL;
		option->wides[i] = wide;
		if (wide >= INT32_MIN && wide <= INT32_MAX)
			option->integers[i] = (int32_t)wide;
		else if (!is_wide)
			return -EINVAL;
	}
	return *end ? -EINVAL : 0;
}

int control_option_parse_rectangle(const char *text,
				   struct cam_rectangle *ret_rectangle)
{
	int64_t n[4] = { 0 };
	char *end = NULL;

	for (int i = 0; i < 4; i++) {
		if (i && *end != ',')
			return -EINVAL;
		if (control_option_parse_integer(i ? end + 1 : text, &end,
						 &n[i]) < 0)
			return -EINVAL;
	}
	if (*end || n[0] < INT32_MIN || n[0] > INT32_MAX || n[1] < INT32_MIN ||
	    n[1] > INT32_MAX || n[2] < 0 || n[2] > UINT32_MAX || n[3] < 0 ||
	    n[3] > UINT32_MAX)
		return -EINVAL;
	*ret_rectangle = (struct cam_rectangle){
		(int32_t)n[0], (int32_t)n[1], (uint32_t)n[2], (uint32_t)n[3]
	};
	return 0;
}

/* Reads the value of a control's type. */
static int set_value(struct control_option *option,
		     const struct camipc_control_type *type, const char *text)
{
	struct cam_control_builder builder;
	bool flag;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 &option->control, 1);
	if (!strcmp(type->type, "bool") && !type->size) {
		if (control_option_parse_bool(text, &flag) < 0)
			return -EINVAL;
		cam_control_builder_set_bool(&builder, type->id, flag);
		return 0;
	}
	if (is_rectangle(type)) {
		if (control_option_parse_rectangle(text, &option->rectangle) < 0)
			return -EINVAL;
		cam_control_builder_set_rectangle(&builder, type->id,
						  option->rectangle);
		return 0;
	}
	if (parse_items(option, type, text) < 0)
		return -EINVAL;
	if (!strcmp(type->type, "float") && type->size)
		cam_control_builder_set_float_array(&builder, type->id,
						    option->floats, type->size);
	else if (!strcmp(type->type, "float"))
		cam_control_builder_set_float(&builder, type->id,
					      option->floats[0]);
	else if (!strcmp(type->type, "int32") && type->size)
		cam_control_builder_set_int32_array(
			&builder, type->id, option->integers, type->size);
	else if (!strcmp(type->type, "int32"))
		cam_control_builder_set_int32(&builder, type->id,
					      option->integers[0]);
	else if (!strcmp(type->type, "int64") && type->size)
		cam_control_builder_set_int64_array(&builder, type->id,
						    option->wides, type->size);
	else if (!strcmp(type->type, "int64"))
		cam_control_builder_set_int64(&builder, type->id,
					      option->wides[0]);
	else
		return -EINVAL;
	return 0;
}

/* Appends the names of controls, those that can be set of @infos if given. */
static void append_names(char error[CONTROL_OPTION_ERROR_SIZE],
			 const struct cam_control_info_map *infos)
{
	const struct camipc_control_type *type;
	const char *separator = "";
	size_t used = strlen(error);

	for (type = cam_control_ids; type->name; type++) {
		const struct cam_control_info *info;

		info = infos ? cam_uint32_control_info_find(infos->infos,
							    infos->n_infos,
							    type->id)
			     : NULL;
		if (infos && !is_settable(info))
			continue;
		used += (size_t)snprintf(error + used,
					 CONTROL_OPTION_ERROR_SIZE - used,
					 "%s%s", separator, type->name);
		if (used >= CONTROL_OPTION_ERROR_SIZE)
			return;
		separator = ", ";
	}
}

static void expect_value(const struct camipc_control_type *type,
			 char error[CONTROL_OPTION_ERROR_SIZE])
{
	struct cam_control_info names = { .size = type->size };
	char values[CONTROL_OPTION_ERROR_SIZE - 16];

	cam_control_info_describe(&names, type->id);
	cam_control_range_to_string(&names, values, sizeof(values));
	if (names.n_enumerators)
		snprintf(error, CONTROL_OPTION_ERROR_SIZE, "expected %s",
			 values);
	else if (type->size)
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected %u values of type %s, separated by commas",
			 type->size, type->type);
	else if (is_rectangle(type))
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected a rectangle: X,Y,WIDTH,HEIGHT");
	else if (!strcmp(type->type, "bool"))
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected true or false");
	else
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected a value of type %s", type->type);
}

void control_option_refuse_name(const struct control_option *option,
				const struct cam_control_info_map *infos,
				char error[CONTROL_OPTION_ERROR_SIZE])
{
	const struct camipc_control_type *type;
	const char *names[MAX_CONTROL_NAMES + 1] = { NULL };
	char hint[SUGGESTION_SIZE];
	size_t n = 0;

	for (size_t i = 0; infos && i < infos->n_infos; i++)
		if (n < MAX_CONTROL_NAMES && infos->infos[i].value.name)
			names[n++] = infos->infos[i].value.name;
	for (type = cam_control_ids; type->name && n < MAX_CONTROL_NAMES; type++)
		names[n++] = type->name;
	suggest(option->device_name, names, hint);
	snprintf(error, CONTROL_OPTION_ERROR_SIZE, "unknown control '%.*s'%s%s",
		 (int)sizeof(option->device_name), option->device_name, hint,
		 infos ? hint[0] ? "" : "; --list-controls prints the controls" :
		 hint[0] ? " the controls are " :
			   "; the controls are ");
	if (!infos)
		append_names(error, NULL);
}

/* Keeps a name, whose control is found when the device is open. */
static int set_device(struct control_option *option, const char *name,
		      size_t length, char error[CONTROL_OPTION_ERROR_SIZE])
{
	const bool fits = length < sizeof(option->device_name);

	snprintf(option->device_name, sizeof(option->device_name), "%.*s",
		 fits ? (int)length : (int)sizeof(option->device_name) - 1,
		 name);
	option->name = option->device_name;
	option->is_device = true;
	if (length > 0 && fits)
		return 0;
	control_option_refuse_name(option, NULL, error);
	return -EINVAL;
}

int control_option_parse(struct control_option *option, const char *text,
			 char error[CONTROL_OPTION_ERROR_SIZE])
{
	static const char device[] = "device:";
	const char *equals = strchr(text, '=');
	const struct camipc_control_type *type;

	memset(option, 0, sizeof(*option));
	if (!equals) {
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "expected NAME=VALUE");
		return -EINVAL;
	}
	option->text = text;
	option->value = equals + 1;
	if (strncmp(text, device, strlen(device)) == 0)
		return set_device(option, text + strlen(device),
				  (size_t)(equals - text) - strlen(device),
				  error);
	type = find_type(text, (size_t)(equals - text));
	if (!type)
		return set_device(option, text, (size_t)(equals - text), error);
	option->name = type->name;
	if (set_value(option, type, equals + 1) < 0) {
		expect_value(type, error);
		return -EINVAL;
	}
	return 0;
}

int control_option_check(const struct control_option *option,
			 const struct cam_control_info_map *infos,
			 char error[CONTROL_OPTION_ERROR_SIZE])
{
	const struct cam_control_info *info = cam_uint32_control_info_find(
		infos->infos, infos->n_infos, option->control.id);
	struct cam_control_list list = {
		.controls = &option->control,
		.n_controls = 1,
	};
	struct cam_clamp_counts counts = { 0 };
	struct cam_control clamped;
	struct cam_control_list result;
	char range[CONTROL_OPTION_ERROR_SIZE / 2];

	if (!is_settable(info)) {
		snprintf(error, CONTROL_OPTION_ERROR_SIZE,
			 "this control cannot be set on this camera; %s",
			 infos->n_infos ? "the controls are " :
					  "its IPA accepts no controls");
		append_names(error, infos);
		return -EINVAL;
	}
	if (cam_control_list_clamp(&list, infos, &clamped, 1, &counts,
				   &result) == 0)
		return 0;
	cam_control_range_to_string(info, range, sizeof(range));
	snprintf(error, CONTROL_OPTION_ERROR_SIZE, "%s%s",
		 info->n_enumerators ? "this camera does not accept the value; "
				       "expected " :
				       "the value is out of range: ",
		 range);
	return -EINVAL;
}
