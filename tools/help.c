/* SPDX-License-Identifier: MIT */
/* Help texts, printed by --help. README.md repeats the exit codes. */
#include "help.h"

/* clang-format off */
static const char commands[] =
	"usage: camipc COMMAND [OPTION]...\n"
	"\n"
	"Lists cameras and IPA modules, and captures frames.\n"
	"\n"
	"commands:\n"
	"  list      list cameras, their IPA modules, and media devices\n"
	"  modules   list IPA modules, how each would run, and why\n"
	"  capture   capture frames from a camera\n"
	"\n"
	"'camipc COMMAND --help' lists the options of a command.\n"
	"\n";

static const char list[] =
	"usage: camipc list [OPTION]...\n"
	"\n"
	"Lists cameras, the IPA module that each would use, and media devices.\n"
	"\n";

static const char modules[] =
	"usage: camipc modules [OPTION]...\n"
	"\n"
	"Lists the IPA modules that were found, how each would run, and why.\n"
	"\n";

static const char capture[] =
	"usage: camipc capture [OPTION]...\n"
	"\n"
	"Captures frames from a camera and prints a summary.\n"
	"\n"
	"the camera:\n"
	"  --camera NAME      the camera; only 'virtual', the default\n"
	"  --frames N         number of frames; default: 60\n"
	"  --size WxH         width and height in pixels; default: 640x480\n"
	"  --scene FILE       PNG or JPEG picture to look at; default: a chart\n"
	"  --light SCRIPT     points FRAME=BRIGHTNESS@KELVIN, separated by commas;\n"
	"                     with ~ instead of = the light changes evenly from\n"
	"                     the point before;\n"
	"                     default: 0=1@5000,20=4@5000,40=1@3000\n"
	"  --seed N           seed of the sensor's noise; default: 1\n"
	"  --realtime         take 30 frames per second without waiting for the\n"
	"                     IPA, and count late frames\n"
	"\n"
	"the IPA:\n"
	"  --ipa NAME|PATH    the module; default: softisp\n"
	"  --isolation HOW    auto (the default), thread, process or loopback\n"
	"  --tuning FILE      tuning file of the module\n"
	"  --control NAME=V   set a control; arrays as V,V; may be repeated\n"
	"  --timeout MS       time limit for the parameters of a frame;\n"
	"                     default: 2000\n"
	"\n"
	"output:\n"
	"  --output NAME      one file per frame: frame-%04d.png or .ppm;\n"
	"                     all frames in one file: out.y4m; default: none\n"
	"  --metadata FILE    one line of JSON per frame\n"
	"  --plot FILE.png    plot of exposure and colours over the frames\n"
	"  --stats            print a table of calls and their times at the end\n"
	"  -q, --quiet        print no progress and no summary\n"
	"\n"
	"An output file gets its name when it is complete. Metadata, plot and .y4m\n"
	"are kept only if the capture succeeded.\n"
	"\n";

static const char common[] =
	"options of every command:\n"
	"  --module-path DIR  search this folder for modules first; may be\n"
	"                     repeated\n"
	"  --worker FILE      program that runs isolated modules; may be repeated\n"
	"  --trust PATH       let modules in this file or folder run in a thread;\n"
	"                     may be repeated\n"
	"  -v, --verbose      print the log of the library to stderr\n"
	"  -h, --help         print this help\n"
	"\n"
	"exit codes:\n"
	"  0        success\n"
	"  1        failure: the IPA died or returned an error, or a file could\n"
	"           not be written\n"
	"  2        wrong options, or an unusable file that an option names\n"
	"  128 + n  ended by signal n (Ctrl-C: 130); no worker is left\n";
/* clang-format on */

static void print(FILE *stream, const char *text)
{
	fputs(text, stream);
	fputs(common, stream);
}

void help_print(FILE *stream)
{
	print(stream, commands);
}

void help_print_list(FILE *stream)
{
	print(stream, list);
}

void help_print_modules(FILE *stream)
{
	print(stream, modules);
}

void help_print_capture(FILE *stream)
{
	print(stream, capture);
}
