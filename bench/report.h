/* SPDX-License-Identifier: MIT */
/* Figures of a run: medians, the table, the JSON. */
#ifndef CAMIPC_BENCH_REPORT_H
#define CAMIPC_BENCH_REPORT_H

#include <stdio.h>

#include "bench.h"

/** What a case gave. */
struct bench_result {
	const struct bench_case *bench;
	bool skipped; /* cannot be run here */
	double *p50_ns; /* one per round */
	double *p99_ns;
	uint64_t n; /* operations */
};

/** All of them. */
struct bench_report {
	struct bench_result *results;
	size_t n_results;
	unsigned int rounds;
};

/** Median; reorders @values. */
double bench_median(double *values, size_t n);

/** The @percent-th percentile; @values are sorted. */
double bench_percentile(const double *values, size_t n, double percent);

/** A line for each result, with its floor beside it. */
void bench_print(const struct bench_report *report, FILE *file);

/** A list of objects, see bench/README.md. */
void bench_write_json(const struct bench_report *report, FILE *file);

#endif /* CAMIPC_BENCH_REPORT_H */
