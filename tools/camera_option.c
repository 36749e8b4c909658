/* SPDX-License-Identifier: MIT */
/* Compares --camera with the cameras that exist, parses --light, --format and --fps,
 * and checks --ipa. */
#include "camera_option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <camipc/error.h>
#include <camipc/manager.h>

#include "cam_fourcc.h"
#include "light.h"
#include "media_devices.h"
#include "report.h"
#include "suggest.h"

/* Cameras that are listed in a message. */
#define MAX_CAMERA_NAMES 24

/* The names of the cameras that exist. */
struct camera_names {
	const char *wanted;
	char names[MAX_CAMERA_NAMES][CAMERA_NAME_SIZE];
	size_t n;
};

static bool is_called(const struct camera_info *info, const char *name)
{
	return strcmp(info->name, name) == 0 ||
	       strcmp(info->handler, name) == 0 ||
	       (info->devnode && strcmp(info->devnode, name) == 0);
}

static int find_device(void *user, const struct camera_info *info)
{
	return info->devnode && is_called(info, user);
}

bool camera_option_has_device(const char *name)
{
	return camera_list(find_device, (void *)(uintptr_t)name) == 1;
}

/* Returns 1 if this camera is the wanted one. */
static int add_camera_name(void *user, const struct camera_info *info)
{
	struct camera_names *names = user;

	if (names->n < MAX_CAMERA_NAMES)
		snprintf(names->names[names->n++], CAMERA_NAME_SIZE, "%s",
			 info->name);
	return is_called(info, names->wanted);
}

int camera_option_check(const char *name)
{
	struct camera_names names = { .wanted = name };
	const char *known[MAX_CAMERA_NAMES + 1] = { NULL };
	char list[VALUES_SIZE];
	char hint[SUGGESTION_SIZE];
	char why[VALUES_SIZE];
	int ret = camera_list(add_camera_name, &names);

	if (ret == 1)
		return 0;
	if (ret < 0) {
		report_error("cannot search for cameras: %s",
			     camipc_strerror(ret));
		return ret;
	}
	for (size_t i = 0; i < names.n; i++)
		known[i] = names.names[i];
	words_join(known, "or", list, sizeof(list));
	suggest(name, known, hint);
	media_devices_explain(name, why, sizeof(why));
	report_option("camera", name, "%sexpected %s%s", why, list, hint);
	return -ENODEV;
}

int camera_option_check_light(const char *text)
{
	struct virtual_light_script script;
	size_t position = 0;
	int ret = virtual_light_parse(text, &script, &position);

	if (ret == -E2BIG)
		report_option("light", text, "expected at most %d points",
			      VIRTUAL_LIGHT_MAX_POINTS);
	else if (ret == -ERANGE)
		report_option("light", text,
			      "at character %zu: expected a brightness from "
			      "%g to %g and %g to %g K",
			      position + 1, VIRTUAL_LIGHT_MIN_BRIGHTNESS,
			      VIRTUAL_LIGHT_MAX_BRIGHTNESS,
			      VIRTUAL_LIGHT_MIN_KELVIN,
			      VIRTUAL_LIGHT_MAX_KELVIN);
	else if (ret < 0)
		report_option("light", text,
			      "at character %zu: expected "
			      "FRAME=BRIGHTNESS@KELVIN, separated by commas, "
			      "with frames that begin with 0 and ascend",
			      position + 1);
	return ret;
}

int camera_option_parse_format(const char *text, uint32_t *ret_fourcc)
{
	const int ret = cam_fourcc_from_string(text, ret_fourcc);

	if (ret < 0)
		report_option("format", text,
			      "expected a name such as SRGGB10, or four "
			      "characters; --list-formats prints the camera's "
			      "formats");
	return ret;
}

/* Reads digits, @most of them; moves *@text behind them. Returns their number. */
static unsigned int read_digits(const char **text, unsigned int most,
				uint32_t *value)
{
	unsigned int n = 0;

	for (; n < most && **text >= '0' && **text <= '9'; n++, ++*text)
		*value = *value * 10 + (uint32_t)(**text - '0');
	return n;
}

int camera_option_parse_rate(const char *text,
			     struct camera_interval *ret_interval)
{
	const char *p = text;
	uint32_t frames = 0;
	uint32_t seconds = 1;
	bool is_number = read_digits(&p, 6, &frames) > 0;

	if (is_number && *p == '/') {
		p++;
		seconds = 0;
		is_number = read_digits(&p, 6, &seconds) > 0;
	} else if (is_number && *p == '.') {
		p++;
		for (unsigned int n = read_digits(&p, 3, &frames); n > 0; n--)
			seconds *= 10;
	}
	if (is_number && *p == '\0' && frames > 0 && seconds > 0) {
		*ret_interval = (struct camera_interval){ seconds, frames };
		return 0;
	}
	report_option("fps", text,
		      "expected frames per second: a number such as 30 or "
		      "29.97, or a fraction such as 30000/1001");
	return -EINVAL;
}

int camera_option_check_module(const char *name)
{
	struct camipc_module_info info;

	if (strchr(name, '/') || strlen(name) < sizeof(info.name))
		return 0;
	report_option("ipa", name,
		      "expected a name of at most %zu characters, or a path "
		      "with a '/'",
		      sizeof(info.name) - 1);
	return -EINVAL;
}
