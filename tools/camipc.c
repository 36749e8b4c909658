/* SPDX-License-Identifier: MIT */
/* The program camipc: finds the command and its options, and runs it. */
#include <stdio.h>
#include <string.h>

#include "command_table.h"
#include "commands.h"
#include "report.h"
#include "suggest.h"

static int (*const functions[N_COMMANDS])(const struct options *options) = {
	[COMMAND_LIST] = command_list,
	[COMMAND_MODULES] = command_modules,
	[COMMAND_CAPTURE] = command_capture,
	[COMMAND_SANDBOX] = NULL, /* run_sandbox(), which needs the words */
	[COMMAND_KEYGEN] = command_keygen,
	[COMMAND_SIGN] = command_sign,
	[COMMAND_VERIFY] = command_verify,
	[COMMAND_DUMP] = command_dump,
	[COMMAND_REPLAY] = command_replay,
	[COMMAND_MINIMISE] = command_minimise,
	[COMMAND_TIMELINE] = command_timeline,
	[COMMAND_MONITOR] = command_monitor,
	[COMMAND_HOSTILE] = command_hostile,
};

static void print_lines(FILE *stream, const char *const *lines)
{
	for (; *lines; lines++)
		fprintf(stream, "%s\n", *lines);
}

static int print_help(const char *const *lines)
{
	print_lines(stdout, lines);
	return report_finish_stdout(EXIT_OK);
}

static int print_version(void)
{
	printf("%s\n", program_version);
	return report_finish_stdout(EXIT_OK);
}

static int refuse_command(const char *name)
{
	const char *names[N_COMMANDS + 1] = { NULL };
	char list[VALUES_SIZE];
	char hint[SUGGESTION_SIZE];
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		names[i] = command_rows[i].name;
	words_join(names, "and", list, sizeof(list));
	suggest(name, names, hint);
	report_error("unknown command '%.200s'%s%s the commands are %s", name,
		     hint, hint[0] ? "" : ";", list);
	return EXIT_USAGE;
}

/* An option where a command must be: one of the program's, or of a command. */
static int refuse_option(const char *word)
{
	static const char *const names[] = { "help", "version", NULL };
	const char *name = word + strspn(word, "-");
	char hint[SUGGESTION_SIZE];

	suggest_option(name, names, hint);
	if (hint[0])
		report_error("unknown option %.200s%s 'camipc --help' lists the "
			     "commands",
			     word, hint);
	else
		report_error("%.200s: expected a command before any option, as in "
			     "'camipc capture --frames 10'; 'camipc --help' lists "
			     "the commands",
			     word);
	return EXIT_USAGE;
}

/* Returns the number of a command, or N_COMMANDS. */
static size_t find_command(const char *name)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (strcmp(command_rows[i].name, name) == 0)
			break;
	return i;
}

/* "camipc help [COMMAND]" */
static int help_for(int argc, char **argv)
{
	size_t found;

	if (argc < 2)
		return print_help(program_help);
	found = find_command(argv[1]);
	if (found == N_COMMANDS)
		return refuse_command(argv[1]);
	if (argc > 2) {
		report_error("unexpected argument '%.200s'; expected 'camipc "
			     "help COMMAND'",
			     argv[2]);
		return EXIT_USAGE;
	}
	return print_help(command_rows[found].help);
}

/* "camipc sandbox learn -- camipc capture [OPTION]..." */
static int run_sandbox(int argc, char **argv)
{
	static struct options options; /* controls point into it */
	int first;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return print_help(command_rows[COMMAND_SANDBOX].help);
	if (argc > 1 && !strcmp(argv[1], "--version"))
		return print_version();
	first = learn_find_command(argc, argv);
	if (first < 0 || options_parse(&options, COMMAND_CAPTURE, argc - first,
				       argv + first) < 0)
		return EXIT_USAGE;
	if (options.help)
		return print_help(command_rows[COMMAND_SANDBOX].help);
	if (options.version)
		return print_version();
	report_init(options.verbose);
	return learn_capture(&options);
}

int main(int argc, char **argv)
{
	static struct options options; /* controls point into it */
	enum command_id command;
	size_t found;

	report_prepare_streams();
	if (argc < 2) {
		print_lines(stderr, program_help);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print_help(program_help);
	if (!strcmp(argv[1], "--version"))
		return print_version();
	if (!strcmp(argv[1], "help"))
		return help_for(argc - 1, argv + 1);
	found = find_command(argv[1]);
	if (found == N_COMMANDS && argv[1][0] == '-')
		return refuse_option(argv[1]);
	if (found == N_COMMANDS)
		return refuse_command(argv[1]);
	command = (enum command_id)found;
	if (command == COMMAND_SANDBOX)
		return run_sandbox(argc - 1, argv + 1);
	if (options_parse(&options, command, argc - 1, argv + 1) < 0)
		return EXIT_USAGE;
	if (options.help)
		return print_help(command_rows[command].help);
	if (options.version)
		return print_version();
	report_init(options.verbose);
	return functions[command](&options);
}
