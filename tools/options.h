/* SPDX-License-Identifier: MIT */
/* The options of the command line. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <camipc/manager.h>

#include "control_option.h"
#include "virtual_camera.h"

/** How often an option may be repeated. */
#define OPTIONS_MAX_PATHS 16
#define OPTIONS_MAX_CONTROLS 32

/** All options of all commands; text points into argv. */
struct options {
	/* Of every command. */
	const char *module_paths[OPTIONS_MAX_PATHS + 1];
	const char *worker_paths[OPTIONS_MAX_PATHS + 1];
	const char *trusted_paths[OPTIONS_MAX_PATHS + 1];
	bool verbose;
	bool help;

	/* Of capture. */
	const char *camera;
	uint32_t n_frames;
	const char *output;
	const char *metadata;
	const char *plot;
	bool quiet;
	bool stats;
	struct virtual_camera_options virtual_camera;
	struct control_option controls[OPTIONS_MAX_CONTROLS];
	size_t n_controls;
};

/**
 * options_parse() - read the options of one command
 * @capture: accept the options of capture, too
 * @argv: begins with the command; must live as long as @options
 *
 * Do not move @options afterwards. Returns 0, or -EINVAL after it has reported
 * the error.
 */
int options_parse(struct options *options, bool capture, int argc,
		  char **argv) CAMIPC_MUST_CHECK;

/** Sets options of a manager; they point into @options. */
void options_for_manager(const struct options *options,
			 struct camipc_manager_options *ret_options);

#endif /* TOOLS_OPTIONS_H */
