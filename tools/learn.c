/* SPDX-License-Identifier: MIT */
/* The command sandbox learn: a capture whose worker notes what it would refuse. */
#include "commands.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "needs.h"
#include "report.h"

static bool take_line(void *user, const char *text)
{
	return needs_take(user, text);
}

int learn_find_command(int argc, char **argv)
{
	int i = 1;

	if (argc < 2 || strcmp(argv[1], "learn") != 0) {
		report_error("sandbox%s%.200s: expected 'camipc sandbox learn -- "
			     "camipc capture ...'",
			     argc < 2 ? "" : " ", argc < 2 ? "" : argv[1]);
		return -1;
	}
	i++;
	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i < argc && strcmp(basename(argv[i]), "camipc") == 0)
		i++;
	if (i < argc && strcmp(argv[i], "capture") == 0)
		return i;
	if (i < argc)
		report_error("sandbox learn: expected 'camipc capture', not "
			     "'%.200s'",
			     argv[i]);
	else
		report_error("sandbox learn: expected 'camipc capture ...' after "
			     "it");
	return -1;
}

int learn_capture(struct options *options)
{
	static struct needs needs;
	const char **isolation = &options->camera_options.isolation;
	int code;

	if (*isolation && strcmp(*isolation, "process") != 0) {
		report_option("isolation", *isolation,
			      "only a worker has a sandbox; expected process");
		return EXIT_USAGE;
	}
	*isolation = "process";
	options->sandbox = CAMIPC_SANDBOX_LEARN;
	/* Standard output is for the manifest. */
	options->quiet = true;
	report_divert(take_line, &needs);
	code = command_capture(options);
	report_divert(NULL, NULL);
	needs_print(&needs, stdout);
	needs_clear(&needs);
	return report_finish_stdout(code);
}
