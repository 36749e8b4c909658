/* SPDX-License-Identifier: MIT */
/*
 * camipc-bench [--json FILE] [--instructions FILE] [--filter GLOB] [--short]
 * camipc-bench --list
 * camipc-bench --count [--rivals] [--filter GLOB], under callgrind: check.py
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <camipc/log.h>

#include "bench.h"

static const struct bench_table *const tables[] = {
	&bench_floors,
	&bench_codec,
	&bench_calls,
};

#define N_TABLES (sizeof(tables) / sizeof(*tables))

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
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "bench: what is '%s'?\n", argv[optind]);
		return 2;
	}
	if (count)
		return bench_count(&bench_codec, options.filter, rivals);
	/* Refused calls are part of a flood, and would be told each time. */
	camipc_log_set(NULL, NULL, CAMIPC_LOG_ERROR);
	for (size_t i = 0; i < N_TABLES; i++)
		flat[i] = *tables[i];
	return bench_run(flat, N_TABLES, &options);
}
