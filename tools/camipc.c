/* SPDX-License-Identifier: MIT */
/* camipc: looks at cameras and IPA modules, and takes pictures. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "report.h"

static const char usage[] =
	"usage: camipc COMMAND [OPTION]...\n"
	"\n"
	"commands\n"
	"  list      cameras, the IPA module of each, and media devices\n"
	"  modules   IPA modules, and how each would be run, and why\n"
	"  capture   take pictures\n"
	"\n"
	"options of every command\n"
	"  --module-path DIR   look for modules here first; may be repeated\n"
	"  --worker FILE       the program that runs isolated modules\n"
	"  --trust PATH        modules here may run in a thread\n"
	"  -v, --verbose       say what happens inside\n"
	"  -h, --help\n"
	"\n"
	"options of capture\n"
	"  --camera NAME       virtual, which is the default\n"
	"  --scene FILE        a PNG or JPEG to look at; default: a chart\n"
	"  --light SCRIPT      FRAME=BRIGHTNESS@KELVIN,... or ~ for =: gliding;\n"
	"                      default: 0=1@5000,20=4@5000,40=1@3000\n"
	"  --frames N          default: 60\n"
	"  --seed N            of the sensor's noise; default: 1\n"
	"  --size WxH          default: 640x480\n"
	"  --isolation HOW     auto, thread, process or loopback\n"
	"  --ipa NAME|PATH     the module; default: softisp\n"
	"  --tuning FILE       for the module\n"
	"  --control NAME=V    set a control; arrays as V,V; may be repeated\n"
	"  --realtime          frames come when the sensor has them, and do not\n"
	"                      wait for the IPA; late ones are counted\n"
	"  --output NAME       frame-%04d.png, or .ppm; all in one: out.y4m;\n"
	"                      none, the default\n"
	"  --metadata FILE     a line of JSON for each frame\n"
	"  --plot FILE.png     how exposure and colours settle\n"
	"  --stats             what was called and how long it took, at the end\n"
	"  --timeout MS        for the parameters of a frame; default: 2000\n"
	"  -q, --quiet         no progress, no summary\n"
	"\n"
	"exit codes\n"
	"  0  done\n"
	"  1  it went wrong: the IPA died or refused, a file cannot be written\n"
	"  2  options, or a file that they name, are wrong\n"
	"  128 + n  ended by signal n (Ctrl-C: 130); no worker is left\n"
	"\n"
	"Files get their names when they are whole; metadata, plot and .y4m only if\n"
	"the capture ended well.\n";

static const struct {
	const char *name;
	int (*run)(const struct options *options);
	bool is_capture;
} commands[] = {
	{ "list", command_list, false },
	{ "modules", command_modules, false },
	{ "capture", command_capture, true },
};

static int print_usage(void)
{
	fputs(usage, stdout);
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	static struct options options; /* controls point into it */
	size_t i;

	if (argc < 2) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help"))
		return print_usage();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (options_parse(&options, commands[i].is_capture, argc - 1,
				  argv + 1) < 0)
			return EXIT_USAGE;
		if (options.help)
			return print_usage();
		report_init(options.verbose);
		return commands[i].run(&options);
	}
	report_error("there is no command '%s'; try --help", argv[1]);
	return EXIT_USAGE;
}
