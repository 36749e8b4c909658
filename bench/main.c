/* SPDX-License-Identifier: MIT */
/*
 * The command line of camipc-bench. The options --count, --rivals and
 * --instructions are for check.py.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <camipc/log.h>

#include "bench.h"

static const struct bench_table *const tables[] = {
	&bench_floors,
	&bench_floors_mixed,
	&bench_codec,
	&bench_calls,
	&bench_cxx,
	&bench_tail,
#ifdef BENCH_PEERS
	&bench_absent,
	&bench_rpc,
#endif
	&bench_scale,
	&bench_layers,
	&bench_restart,
	&bench_restart_camera,
	&bench_record,
	&bench_pictures,
	&bench_real,
};

#define N_TABLES (sizeof(tables) / sizeof(*tables))

/* clang-format off */
static const char usage[] =
	"usage: camipc-bench [OPTION]...\n"
	"\n"
	"Measures camipc beside what the kernel and other libraries need.\n"
	"\n"
	"  --filter GLOB        run the cases whose names match; default: all\n"
	"  --short              fewer rounds and samples\n"
	"  --json FILE          write the figures to this file, too\n"
	"  --instructions FILE  add the instructions that check.py --write counted\n"
	"  --list               print the names of all cases\n"
	"  --count [--rivals]   run codecs for check.py, under callgrind\n"
	"  --help               print this help\n";
/* clang-format on */

static void list(void)
{
	for (size_t i = 0; i < N_TABLES; i++) {
		for (size_t j = 0; j < tables[i]->n; j++)
			puts(tables[i]->cases[j].name);
	}
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", required_argument, NULL, 'j' },
		{ "filter", required_argument, NULL, 'f' },
		{ "short", no_argument, NULL, 's' },
		{ "list", no_argument, NULL, 'l' },
		{ "count", no_argument, NULL, 'c' },
		{ "rivals", no_argument, NULL, 'r' },
		{ "instructions", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct bench_options options = {
		.filter = "*",
		.rounds = 5,
		.divisor = 1,
	};
	struct bench_table flat[N_TABLES];
	bool rivals = false;
	bool count = false;
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'j':
			options.json = optarg;
			break;
		case 'f':
			options.filter = optarg;
			break;
		case 's':
			options.rounds = 3;
			options.divisor = 8;
			break;
		case 'l':
			list();
			return 0;
		case 'c':
			count = true;
			break;
		case 'r':
			rivals = true;
			break;
		case 'i':
			options.instructions = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"bench: unexpected argument '%s'; see --help\n",
			argv[optind]);
		return 2;
	}
	if (count)
		return bench_count(&bench_codec, options.filter, rivals);
	/* A flood has refused calls, each of which would log a warning. */
	camipc_log_set(NULL, NULL, CAMIPC_LOG_ERROR);
	for (size_t i = 0; i < N_TABLES; i++)
		flat[i] = *tables[i];
	return bench_run(flat, N_TABLES, &options);
}
