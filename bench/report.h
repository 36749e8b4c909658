/* SPDX-License-Identifier: MIT */
/* The figures of a run: medians, the table, the JSON. */
#ifndef CAMIPC_BENCH_REPORT_H
#define CAMIPC_BENCH_REPORT_H

#include <stdio.h>

#include "bench.h"

/** The percentile by which cases with is_tail are compared. */
#define BENCH_TAIL 99.9

/** The figures of one case. */
struct bench_result {
	const struct bench_case *bench;
	bool skipped; /* cannot run on this machine */
	double *p50_ns; /* one per round */
	double *p99_ns;
	double *values_ns; /* of all rounds, for the distribution */
	size_t n_values;
	uint64_t n; /* operations */
	uint64_t instructions; /* of one operation; 0: not counted */
	char note[96]; /* what else is worth knowing; "" */
};

/** The figures of all cases. */
struct bench_report {
	struct bench_result *results;
	size_t n_results;
	unsigned int rounds;
};

/** Returns a percentile; @values must be sorted. */
double bench_percentile(const double *values, size_t n, double percent);

/** Reads the output of check.py: lines of a name and a number. */
void bench_read_instructions(struct bench_report *report, const char *path);

/** Prints a line for each case, with comparisons with its floor and rivals. */
void bench_print(const struct bench_report *report, FILE *file);

/** Writes a list of objects; bench/README.md explains them. */
void bench_write_json(const struct bench_report *report, FILE *file);

#endif /* CAMIPC_BENCH_REPORT_H */
