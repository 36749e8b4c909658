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
	uint64_t instructions; /* of one operation; 0: not counted */
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

/** Takes what check.py counted: lines of a name and a number. */
void bench_read_instructions(struct bench_report *report, const char *path);

/** A line for each result, with its floor and its rivals beside it. */
void bench_print(const struct bench_report *report, FILE *file);

/** A list of objects, see bench/README.md. */
void bench_write_json(const struct bench_report *report, FILE *file);

#endif /* CAMIPC_BENCH_REPORT_H */
