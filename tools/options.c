/* SPDX-License-Identifier: MIT */
/* Parses the options of the command line, and reports wrong ones. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

enum {
	OPT_MODULE_PATH = 256,
	OPT_WORKER,
	OPT_TRUST,
	OPT_CAMERA, /* this and the following ones: capture only */
	OPT_SCENE,
	OPT_LIGHT,
	OPT_FRAMES,
	OPT_SEED,
	OPT_SIZE,
	OPT_IPA,
	OPT_TUNING,
	OPT_ISOLATION,
	OPT_OUTPUT,
	OPT_METADATA,
	OPT_CONTROL,
	OPT_TIMEOUT,
	OPT_REALTIME,
	OPT_PLOT,
	OPT_STATS,
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "module-path", required_argument, NULL, OPT_MODULE_PATH },
	{ "worker", required_argument, NULL, OPT_WORKER },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "camera", required_argument, NULL, OPT_CAMERA },
	{ "scene", required_argument, NULL, OPT_SCENE },
	{ "light", required_argument, NULL, OPT_LIGHT },
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "ipa", required_argument, NULL, OPT_IPA },
	{ "tuning", required_argument, NULL, OPT_TUNING },
	{ "isolation", required_argument, NULL, OPT_ISOLATION },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "metadata", required_argument, NULL, OPT_METADATA },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "realtime", no_argument, NULL, OPT_REALTIME },
	{ "plot", required_argument, NULL, OPT_PLOT },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ NULL, 0, NULL, 0 },
};

/* Reads a decimal number up to @max; @ret_end gets the rest of the text. */
static int parse_number(const char *text, uint64_t max, const char **ret_end,
			uint64_t *ret_value)
{
	uint64_t value = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (value > (max - digit) / 10)
			return -ERANGE;
		value = value * 10 + digit;
	}
	if (p == text)
		return -EINVAL;
	*ret_end = p;
	*ret_value = value;
	return 0;
}

/* Reads the whole of @text; reports it unless it is from @min to @max. */
static int parse_whole(const char *name, const char *text, uint64_t min,
		       uint64_t max, uint64_t *ret_value)
{
	const char *end;

	if (parse_number(text, max, &end, ret_value) == 0 && !*end &&
	    *ret_value >= min)
		return 0;
	report_error("--%s %s: expected a number from %llu to %llu", name, text,
		     (unsigned long long)min, (unsigned long long)max);
	return -EINVAL;
}

static int parse_size(const char *text, struct virtual_camera_options *options)
{
	uint64_t width;
	uint64_t height;
	const char *p;

	if (parse_number(text, VIRTUAL_CAMERA_MAX_SIDE, &p, &width) == 0 &&
	    (*p == 'x' || *p == 'X') &&
	    parse_number(p + 1, VIRTUAL_CAMERA_MAX_SIDE, &p, &height) == 0 &&
	    !*p && width >= VIRTUAL_CAMERA_MIN_SIDE &&
	    height >= VIRTUAL_CAMERA_MIN_SIDE && width % 2 == 0 &&
	    height % 2 == 0) {
		options->width = (uint32_t)width;
		options->height = (uint32_t)height;
		return 0;
	}
	report_error("--size %s: expected WIDTHxHEIGHT, even numbers from %d "
		     "to %d",
		     text, VIRTUAL_CAMERA_MIN_SIDE, VIRTUAL_CAMERA_MAX_SIDE);
	return -EINVAL;
}

/* Gives NULL for auto: the manager decides. */
static int parse_isolation(const char *text, const char **ret_isolation)
{
	static const char *const names[] = { "thread", "process", "loopback" };
	size_t i;

	if (!strcmp(text, "auto")) {
		*ret_isolation = NULL;
		return 0;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i])) {
			*ret_isolation = names[i];
			return 0;
		}
	report_error("--isolation %s: expected auto, thread, process or "
		     "loopback",
		     text);
	return -EINVAL;
}

static int add_path(const char *name, const char **paths, const char *path)
{
	size_t n = 0;

	while (paths[n])
		n++;
	if (n == OPTIONS_MAX_PATHS) {
		report_error("--%s %s: the option may be given %d times at "
			     "most",
			     name, path, OPTIONS_MAX_PATHS);
		return -EINVAL;
	}
	paths[n] = path;
	return 0;
}

static int add_control(struct options *options, const char *text)
{
	char error[CONTROL_OPTION_ERROR_SIZE];

	if (options->n_controls == OPTIONS_MAX_CONTROLS) {
		report_error("--control %s: the option may be given %d times "
			     "at most",
			     text, OPTIONS_MAX_CONTROLS);
		return -EINVAL;
	}
	if (control_option_parse(&options->controls[options->n_controls], text,
				 error) < 0) {
		report_error("%s", error);
		return -EINVAL;
	}
	options->n_controls++;
	return 0;
}

/* Applies an option of capture. */
static int apply_capture(struct options *options, int option, const char *value)
{
	struct virtual_camera_options *camera = &options->virtual_camera;
	uint64_t number = 0;
	int ret = 0;

	switch (option) {
	case OPT_CAMERA:
		options->camera = value;
		break;
	case OPT_SCENE:
		camera->scene = value;
		break;
	case OPT_LIGHT:
		camera->light = value;
		break;
	case OPT_FRAMES:
		ret = parse_whole("frames", value, 1, 1000000000, &number);
		options->n_frames = (uint32_t)number;
		break;
	case OPT_SEED:
		ret = parse_whole("seed", value, 0, UINT64_MAX, &camera->seed);
		break;
	case OPT_SIZE:
		ret = parse_size(value, camera);
		break;
	case OPT_IPA:
		camera->module = value;
		break;
	case OPT_TUNING:
		camera->tuning = value;
		break;
	case OPT_ISOLATION:
		ret = parse_isolation(value, &camera->isolation);
		break;
	case OPT_OUTPUT:
		options->output = value;
		break;
	case OPT_METADATA:
		options->metadata = value;
		break;
	case OPT_CONTROL:
		ret = add_control(options, value);
		break;
	case OPT_TIMEOUT:
		ret = parse_whole("timeout", value, 1, 3600000, &number);
		camera->frame_timeout_ms = (int)number;
		break;
	case OPT_REALTIME:
		camera->realtime = true;
		break;
	case OPT_PLOT:
		options->plot = value;
		break;
	case OPT_STATS:
		options->stats = true;
		break;
	default:
		ret = -EINVAL;
	}
	return ret;
}

static int apply(struct options *options, bool capture, int option,
		 const char *value, const char *word)
{
	switch (option) {
	case 'h':
		options->help = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case OPT_MODULE_PATH:
		return add_path("module-path", options->module_paths, value);
	case OPT_WORKER:
		return add_path("worker", options->worker_paths, value);
	case OPT_TRUST:
		return add_path("trust", options->trusted_paths, value);
	case '?':
		report_error("unknown option %s; 'camipc %s --help' lists the "
			     "options",
			     word, capture ? "capture" : "list");
		return -EINVAL;
	case ':':
		report_error("%s needs a value", word);
		return -EINVAL;
	default:
		if (capture)
			return apply_capture(options, option, value);
		report_error("%s is an option of 'camipc capture' only", word);
		return -EINVAL;
	}
}

int options_parse(struct options *options, bool capture, int argc, char **argv)
{
	int option;

	memset(options, 0, sizeof(*options));
	options->camera = "virtual";
	options->n_frames = 60;
	options->output = "none";
	options->virtual_camera.seed = 1;
	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, ":hvq", long_options,
				     NULL)) >= 0) {
		int ret = apply(options, capture, option, optarg,
				argv[optind - 1]);

		if (ret < 0)
			return ret;
	}
	if (optind < argc) {
		report_error("unexpected argument '%s'", argv[optind]);
		return -EINVAL;
	}
	return 0;
}

void options_for_manager(const struct options *options,
			 struct camipc_manager_options *ret_options)
{
	memset(ret_options, 0, sizeof(*ret_options));
	ret_options->size = sizeof(*ret_options);
	ret_options->module_paths = options->module_paths;
	ret_options->worker_paths = options->worker_paths;
	ret_options->trusted_paths = options->trusted_paths;
}
