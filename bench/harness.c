/* SPDX-License-Identifier: MIT */
/* Selects cases, and runs them round by round. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "bench.h"
#include "clock.h"
#include "cpus.h"
#include "fail.h"
#include "report.h"

uint32_t bench_max_operations = UINT32_MAX;

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

static void keep_values(struct bench_result *result, const double *values,
			size_t n)
{
	double *kept = realloc(result->values_ns,
			       (result->n_values + n) * sizeof(*kept));

	if (!kept)
		bench_fail("out of memory");
	memcpy(kept + result->n_values, values, n * sizeof(*kept));
	result->values_ns = kept;
	result->n_values += n;
}

static void measure(const struct bench_case *bench, void *state,
		    struct bench_result *result, unsigned int round,
		    size_t samples)
{
	double *values = calloc(samples, sizeof(*values));

	if (!values)
		bench_fail("out of memory");
	if (bench->run)
		bench->run(state, bench->batch * (uint32_t)(samples / 10 + 1));
	for (size_t i = 0; i < samples; i++) {
		uint64_t begin = camipc_now_ns();

		if (bench->time) {
			values[i] = bench->time(state);
			continue;
		}
		bench->run(state, bench->batch);
		values[i] = (double)(camipc_now_ns() - begin) / bench->batch;
	}
	qsort(values, samples, sizeof(*values), compare_doubles);
	result->p50_ns[round] = bench_percentile(values, samples, 50);
	result->p99_ns[round] = bench_percentile(values, samples, 99);
	result->n += (uint64_t)samples * bench->batch;
	keep_values(result, values, samples);
	free(values);
}

static void run_once(struct bench_result *result, unsigned int round,
		     const int cpus[2], unsigned int divisor)
{
	const struct bench_case *bench = result->bench;
	size_t samples = bench->samples / divisor + 1;
	void *state;

	if (bench->cores == BENCH_CROSS_CORE && cpus[0] == cpus[1])
		result->skipped = true;
	if (result->skipped)
		return;
	bench_cpu = cpus[0];
	bench_peer_cpu = cpus[bench->cores == BENCH_CROSS_CORE];
	bench_pin(0, bench_cpu);
	state = bench->open(bench);
	if (!state) {
		result->skipped = true;
		return;
	}
	measure(bench, state, result, round, samples);
	if (bench->describe)
		bench->describe(state, result->note, sizeof(result->note));
	bench->close(state);
}

/* Returns true if @other is compared with @bench. */
static bool is_reference_of(const struct bench_case *bench,
		      const struct bench_case *other)
{
	size_t length = strlen(other->name);

	if (other->floor && strcmp(bench->name, other->floor) == 0)
		return true;
	if (!other->has_rivals ||
	    strncmp(bench->name, other->name, length) != 0)
		return false;
	for (const struct bench_rival *rival = bench_rivals; rival->suffix;
	     rival++) {
		if (strcmp(bench->name + length, rival->suffix) == 0)
			return true;
	}
	return false;
}

/* Returns true if the filter selects @bench, or a case compared with it. */
static bool is_selected(const struct bench_table *tables, size_t n_tables,
		      const struct bench_case *bench, const char *filter)
{
	if (fnmatch(filter, bench->name, FNM_EXTMATCH) == 0)
		return true;
	for (size_t i = 0; i < n_tables; i++) {
		for (size_t j = 0; j < tables[i].n; j++) {
			const struct bench_case *other = &tables[i].cases[j];

			if (is_reference_of(bench, other) &&
			    fnmatch(filter, other->name, FNM_EXTMATCH) == 0)
				return true;
		}
	}
	return false;
}

static void select_cases(const struct bench_table *tables, size_t n_tables,
			 const struct bench_options *options,
			 struct bench_report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < n_tables; i++)
		n += tables[i].n;
	report->results = calloc(n + 1, sizeof(*report->results));
	if (!report->results)
		bench_fail("out of memory");
	for (size_t i = 0; i < n_tables; i++) {
		for (size_t j = 0; j < tables[i].n; j++) {
			const struct bench_case *bench = &tables[i].cases[j];
			struct bench_result *result =
				&report->results[report->n_results];

			if (!is_selected(tables, n_tables, bench,
					 options->filter))
				continue;
			result->bench = bench;
			result->p50_ns = calloc(report->rounds, sizeof(double));
			result->p99_ns = calloc(report->rounds, sizeof(double));
			if (!result->p50_ns || !result->p99_ns)
				bench_fail("out of memory");
			report->n_results++;
		}
	}
}

static int write_json(const struct bench_report *report, const char *path)
{
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!path)
		return 0;
	if (file) {
		bench_write_json(report, file);
		if (fclose(file) == 0)
			return 0;
	}
	fprintf(stderr, "bench: cannot write %s: %s\n", path,
		camipc_errno_to_string(errno));
	return 1;
}

/* check.py gives this name to callgrind; one call is one figure. */
void bench_counted(const struct bench_case *bench, void *state, uint32_t n);

__attribute__((noinline)) void bench_counted(const struct bench_case *bench,
					     void *state, uint32_t n)
{
	bench->run(state, n);
	bench_use(state);
}

int bench_count(const struct bench_table *table, const char *filter,
		bool rivals)
{
	bench_max_operations = BENCH_COUNTED;
	for (size_t i = 0; i < table->n; i++) {
		const struct bench_case *bench = &table->cases[i];
		void *state;

		if (!is_selected(table, 1, bench, filter) ||
		    !(rivals || bench->has_rivals))
			continue;
		state = bench->open(bench);
		bench->run(state, BENCH_COUNTED);
		bench_counted(bench, state, BENCH_COUNTED);
		bench->close(state);
		printf("%s %u\n", bench->name, BENCH_COUNTED);
	}
	return 0;
}

/* Reports a file that cannot be written before the long run. */
static int check_writable(const char *path)
{
	FILE *file = path ? fopen(path, "a") : NULL;

	if (!path || (file && fclose(file) == 0))
		return 0;
	fprintf(stderr, "bench: cannot write %s: %s\n", path,
		camipc_errno_to_string(errno));
	return 1;
}

int bench_run(const struct bench_table *tables, size_t n_tables,
	      const struct bench_options *options)
{
	struct bench_report report = { .rounds = options->rounds };
	int cpus[2] = { 0, 0 };
	int ret;

	bench_find_cpus(cpus);
	select_cases(tables, n_tables, options, &report);
	if (report.n_results == 0) {
		fprintf(stderr,
			"bench: no case matches --filter '%s'; camipc-bench "
			"--list prints all names\n",
			options->filter);
		free(report.results);
		return 2;
	}
	if (options->instructions)
		bench_read_instructions(&report, options->instructions);
	if (check_writable(options->json))
		return 1;
	for (unsigned int round = 0; round < report.rounds; round++) {
		for (size_t i = 0; i < report.n_results; i++)
			run_once(&report.results[i], round, cpus,
				 options->divisor);
		fprintf(stderr, "round %u of %u\n", round + 1, report.rounds);
	}
	for (size_t i = 0; i < report.n_results; i++) {
		struct bench_result *result = &report.results[i];

		if (!result->skipped)
			qsort(result->values_ns, result->n_values,
			      sizeof(double), compare_doubles);
	}
	bench_print(&report, stdout);
	ret = write_json(&report, options->json);
	for (size_t i = 0; i < report.n_results; i++) {
		free(report.results[i].p50_ns);
		free(report.results[i].p99_ns);
		free(report.results[i].values_ns);
	}
	free(report.results);
	return ret;
}
