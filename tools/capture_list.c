/* SPDX-License-Identifier: MIT */
/* Prints what a camera can do: formats, and the controls of its IPA. */
#include "capture_list.h"

#include <errno.h>
#include <stdio.h>

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

/* "ColourGains float[2]: 0 to 32, default 1,1" */
static void print_control(const char *indent, const char *name,
			  const char *type, uint32_t n_items,
			  const struct cam_control_info *info)
{
	char size[16] = "";
	char range[512];
	char def[256];

	if (n_items == CAM_CONTROL_ANY_SIZE)
		snprintf(size, sizeof(size), "[]");
	else if (n_items)
		snprintf(size, sizeof(size), "[%u]", n_items);
	cam_control_range_to_string(info, range, sizeof(range));
	cam_control_value_to_string(&info->def, info, def, sizeof(def));
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
	if (!infos || infos->n_infos == 0)
		return;
	report_line("of the device, for its driver, the IPA and --control:");
	for (size_t i = 0; i < infos->n_infos; i++) {
		const struct cam_control_info *info = &infos->infos[i].value;

		print_control("    ", info->name, cam_control_type_name(info->type),
			      info->size, info);
	}
}
