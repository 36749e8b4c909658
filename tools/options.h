/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <camipc/manager.h>

#include "control_option.h"
#include "virtual_camera.h"

#define OPTIONS_MAX_PATHS 16
#define OPTIONS_MAX_CONTROLS 32

/** Everything that the commands can be told. */
struct options {
	/* Any command. */
	const char *module_paths[OPTIONS_MAX_PATHS + 1];
	const char *worker_paths[OPTIONS_MAX_PATHS + 1];
	const char *trusted_paths[OPTIONS_MAX_PATHS + 1];
	bool verbose;
	bool help;

	/* capture. */
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
 * @capture: those of capture, too
 * @argv: begins with the command
 *
 * What it points to is in @argv. Returns 0, or -EINVAL after one line about it.
 */
int options_parse(struct options *options, bool capture, int argc,
		  char **argv) CAMIPC_MUST_CHECK;

/** What a manager is to be made with; points into @options. */
void options_for_manager(const struct options *options,
			 struct camipc_manager_options *ret_options);

#endif /* TOOLS_OPTIONS_H */
