/* SPDX-License-Identifier: MIT */
/* The command replay: gives recorded calls to a module, and compares. */
#include "commands.h"
#include "interrupt.h"
#include "recorded_module.h"
#include "replay_run.h"
#include "report.h"

int command_replay(const struct options *options)
{
	const struct replay_run run = {
		.options = options,
		.path = options->argument,
		.isolation = options->camera_options.isolation,
		.wait_ms = REPLAY_WAIT_MS,
		.late_ms = REPLAY_LATE_MS,
	};
	struct replay_outcome outcome;
	int code;

	if (options->record.pipeline)
		return recorded_module_write(options->argument,
					     options->record.pipeline);
	if (interrupt_init() < 0) {
		report_error("out of memory");
		return EXIT_FAILED;
	}
	code = replay_run(&run, &outcome);
	interrupt_fini();
	return report_finish_stdout(code);
}
