/* SPDX-License-Identifier: MIT */
/* The program camipc: finds the command and its options, and runs it. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "help.h"
#include "report.h"

static const struct command {
	const char *name;
	int (*run)(const struct options *options);
	void (*help)(FILE *stream);
	bool is_capture;
} commands[] = {
	{
		.name = "list",
		.run = command_list,
		.help = help_print_list,
	},
	{
		.name = "modules",
		.run = command_modules,
		.help = help_print_modules,
	},
	{
		.name = "capture",
		.run = command_capture,
		.help = help_print_capture,
		.is_capture = true,
	},
};

static int print_help(void (*help)(FILE *stream))
{
	help(stdout);
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	static struct options options; /* controls point into it */
	const struct command *command;

	if (argc < 2) {
		help_print(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help"))
		return print_help(help_print);
	command = find_command(argv[1]);
	if (!command) {
		report_error("unknown command '%s'; the commands are list, "
			     "modules and capture",
			     argv[1]);
		return EXIT_USAGE;
	}
	if (options_parse(&options, command->is_capture, argc - 1, argv + 1) <
	    0)
		return EXIT_USAGE;
	if (options.help)
		return print_help(command->help);
	report_init(options.verbose);
	return command->run(&options);
}
