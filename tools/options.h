/* SPDX-License-Identifier: MIT */
/* The options of the command line. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <camipc/manager.h>

#include "camera.h"
#include "command_table.h"
#include "control_option.h"
#include "record_options.h"

/** How often an option may be repeated. */
#define OPTIONS_MAX_PATHS 16
#define OPTIONS_MAX_CONTROLS 32

/** All options of all commands; text points into argv. */
struct options {
	/* Of every command. */
	const char *module_paths[OPTIONS_MAX_PATHS + 1];
	const char *worker_paths[OPTIONS_MAX_PATHS + 1];
	const char *trusted_paths[OPTIONS_MAX_PATHS + 1];
	const char *keys_folder; /* NULL: the system's */
	const char *policy_folder; /* likewise */
	enum camipc_sandbox_mode sandbox;
	bool verbose;
	bool help;
	bool version;
	const char *argument; /* what the command works on; NULL: it has none */

	/* Of sign and verify. */
	const char *key;

	/* Of capture. */
	const char *camera;
	const char *fps; /* as it was given; NULL: it was not */
	uint32_t n_frames; /* 0: until a signal comes */
	uint32_t transport; /* enum camipc_transport */
	const char *output;
	const char *metadata;
	const char *plot;
	bool quiet;
	bool preview;
	bool stats;
	bool list_controls;
	bool list_formats;
	struct camera_options camera_options;
	struct control_option controls[OPTIONS_MAX_CONTROLS];
	size_t n_controls;

	struct record_options record;

	/* Of monitor. */
	uint32_t n_tables; /* 0: until all processes have ended */
	uint32_t interval_s;

	/* Of hostile. */
	bool list;
	const char *only; /* a pattern of names; NULL: all */
	uint32_t every; /* n: each n-th attack */
	uint32_t limit_s;
	bool failed; /* print no others */
	char *const *program; /* with arguments, ends with NULL; may be empty */
};

/**
 * options_parse() - read the options of one command
 * @command: the options of other commands are refused
 * @argv: begins with the command; must live as long as @options
 *
 * Do not move @options afterwards. Returns 0, or -EINVAL after it has reported
 * the error.
 */
int options_parse(struct options *options, enum command_id command, int argc,
		  char **argv) CAMIPC_MUST_CHECK;

/** Sets options of a manager; they point into @options. */
void options_for_manager(const struct options *options,
			 struct camipc_manager_options *ret_options);

#endif /* TOOLS_OPTIONS_H */
