/* SPDX-License-Identifier: MIT */
/* Prints what a camera can do: formats, and the controls of its IPA. */
#include "capture_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cam_fourcc.h"
#include "controls_ipa_types.h"
#include "report.h"

/* ---- formats ------------------------------------------------------------- */

static double rate_of(const struct camera_interval *interval)
{
	return (double)interval->denominator / interval->numerator;
}

/* "1, 2.5, 30 frames per second", or "1 to 60 frames per second". */
static void format_rates(const struct camera_format *format, char *text,
			 size_t size)
{
	size_t used = 0;

	if (format->n_intervals == 0) {
		snprintf(text, size, "at the frame rate of the driver");
		return;
	}
	if (format->is_range) {
		/* The longest interval is the lowest rate. */
		snprintf(text, size, "%g to %g frames per second",
			 rate_of(&format->intervals[1]),
			 rate_of(&format->intervals[0]));
		return;
	}
	for (size_t i = 0; i < format->n_intervals && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%g",
					 i ? ", " : "",
					 rate_of(&format->intervals[i]));
	if (used < size)
		snprintf(text + used, size - used, " frames per second");
}

static void format_sizes(const struct camera_format *format, char *text,
			 size_t size)
{
	if (format->max_width == 0)
		snprintf(text, size, "sizes that the driver does not list");
	else if (format->min_width == format->max_width &&
		 format->min_height == format->max_height)
		snprintf(text, size, "%ux%u", format->max_width,
			 format->max_height);
	else
		snprintf(text, size, "%ux%u to %ux%u in steps of %ux%u",
			 format->min_width, format->min_height,
			 format->max_width, format->max_height,
			 format->step_width, format->step_height);
}

static int print_format(void *user, const struct camera_format *format)
{
	char name[CAM_FOURCC_STRING_SIZE];
	char sizes[96];
	char rates[512];
	unsigned int *n = user;

	format_sizes(format, sizes, sizeof(sizes));
	format_rates(format, rates, sizeof(rates));
	report_line("%s%s: %s, %s", cam_fourcc_to_string(format->fourcc, name),
		    format->is_default ? " (default)" : "", sizes, rates);
	++*n;
	return 0;
}

int capture_list_formats(const char *name)
{
	unsigned int n = 0;
	char error[1024];
	const int ret = camera_list_formats(name, print_format, &n, error,
					    sizeof(error));

	if (ret < 0) {
		report_option("camera", name, "%s", error);
		return ret == -ENOMEM ? EXIT_FAILED : EXIT_USAGE;
	}
	if (n == 0)
		report_line("no raw Bayer format of 8, 10 or 12 bits");
	return EXIT_OK;
}

/* ---- controls ------------------------------------------------------------ */

/* Writes one value; what is neither number nor rectangle has no text. */
static void format_value(const struct cam_control_value *value, char *text,
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
	default:
		text[0] = '\0';
	}
}

/* The default of an array, as --control takes it: "1.5,2.5". */
static void format_array(const struct cam_control_value *value, char *text,
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
		format_value(&one, text + used, size - used);                  \
		used += strlen(text + used);                                   \
	}
	switch (value->tag) {
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		APPEND(value->float32_array, CAM_CONTROL_VALUE_FLOAT32, float32)
		break;
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		APPEND(value->integer32_array, CAM_CONTROL_VALUE_INTEGER32,
		       integer32)
		break;
	case CAM_CONTROL_VALUE_INTEGER64_ARRAY:
		APPEND(value->integer64_array, CAM_CONTROL_VALUE_INTEGER64,
		       integer64)
		break;
	default:
		format_value(value, text, size);
	}
#undef APPEND
}

/* "1 to 4", "0, 1 or 3", "true or false"; any value: "". */
static void format_range(const struct cam_control_info *info, char *text,
			 size_t size)
{
	char min[64];
	char max[64];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < info->n_values && used < size; i++) {
		format_value(&info->values[i], min, sizeof(min));
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
	format_value(&info->min, min, sizeof(min));
	format_value(&info->max, max, sizeof(max));
	if (min[0] && max[0])
		snprintf(text, size, "%s to %s", min, max);
}

/* "ColourGains float[2]: 0 to 32, default 1,1" */
static void print_control(const char *indent, const char *name,
			  const char *type, uint32_t n_items,
			  const struct cam_control_info *info)
{
	char size[16] = "";
	char range[512];
	char def[256];

	if (n_items)
		snprintf(size, sizeof(size), "[%u]", n_items);
	format_range(info, range, sizeof(range));
	format_array(&info->def, def, sizeof(def));
	report_line("%s%s %s%s: %s%s%s%s", indent, name, type, size,
		    range[0] ? range : "any value", def[0] ? ", default " : "",
		    def,
		    info->direction & CAM_CONTROL_DIRECTION_IN ? "" :
								 ", read-only");
}

void capture_list_controls(const struct cam_control_info_map *infos)
{
	const struct camipc_control_type *type;
	unsigned int n = 0;

	for (type = cam_control_ids; type->name; type++) {
		const struct cam_control_info *info =
			cam_uint32_control_info_find(infos->infos,
						     infos->n_infos, type->id);

		if (!info || !(info->direction & CAM_CONTROL_DIRECTION_IN))
			continue;
		print_control("", type->name, type->type, type->size, info);
		n++;
	}
	if (n == 0)
		report_line("the IPA accepts no controls");
}

void capture_list_device_controls(const struct cam_control_info_map *infos)
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

	if (!infos || infos->n_infos == 0)
		return;
	report_line("of the device, for its driver and the IPA:");
	for (size_t i = 0; i < infos->n_infos; i++) {
		const struct cam_control_info *info = &infos->infos[i].value;

		print_control("    ", info->name, types[info->type], info->size,
			      info);
	}
}
