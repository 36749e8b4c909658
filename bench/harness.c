/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <camipc/error.h>

#include "bench.h"
#include "clock.h"
#include "report.h"

int bench_cpu;
int bench_peer_cpu;
uint32_t bench_max_operations = UINT32_MAX;

void bench_fail(const char *format, ...)
{
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void bench_pin(int tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(tid, sizeof(set), &set) < 0)
		bench_fail("cannot pin to CPU %d: %s", cpu, camipc_errno_to_string(errno));
}

void bench_pin_threads(int pid)
{
	int self = (int)syscall(SYS_gettid);
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid ? pid : getpid());
	dir = opendir(path);
	if (!dir)
		bench_fail("cannot list threads: %s", camipc_errno_to_string(errno));
	while ((entry = readdir(dir))) {
		int tid = atoi(entry->d_name);

		if (tid > 0 && tid != self)
			bench_pin(tid, bench_peer_cpu);
	}
	closedir(dir);
}

/* The first two CPUs that this process may use; the same one if only one. */
static void find_cpus(int cpus[2])
{
	cpu_set_t set;
	int n = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		bench_fail("sched_getaffinity: %s", camipc_errno_to_string(errno));
	for (int cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++) {
		if (CPU_ISSET((size_t)cpu, &set))
			cpus[n++] = cpu;
	}
	if (n == 1)
		cpus[1] = cpus[0];
}

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

static void measure(const struct bench_case *bench, void *state,
		    struct bench_result *result, unsigned int round,
		    size_t samples)
{
	double *values = calloc(samples, sizeof(*values));

	if (!values)
		bench_fail("no memory");
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
	bench->close(state);
}

/* Is @bench what @other is held against? */
static bool is_beside(const struct bench_case *bench,
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

/* Does the filter want @bench, or one that is held against it? */
static bool is_wanted(const struct bench_table *tables, size_t n_tables,
		      const struct bench_case *bench, const char *filter)
{
	if (fnmatch(filter, bench->name, 0) == 0)
		return true;
	for (size_t i = 0; i < n_tables; i++) {
		for (size_t j = 0; j < tables[i].n; j++) {
			const struct bench_case *other = &tables[i].cases[j];

			if (is_beside(bench, other) &&
			    fnmatch(filter, other->name, 0) == 0)
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
		bench_fail("no memory");
	for (size_t i = 0; i < n_tables; i++) {
		for (size_t j = 0; j < tables[i].n; j++) {
			const struct bench_case *bench = &tables[i].cases[j];
			struct bench_result *result =
				&report->results[report->n_results];

			if (!is_wanted(tables, n_tables, bench,
				       options->filter))
				continue;
			result->bench = bench;
			result->p50_ns = calloc(report->rounds, sizeof(double));
			result->p99_ns = calloc(report->rounds, sizeof(double));
			if (!result->p50_ns || !result->p99_ns)
				bench_fail("no memory");
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
	fprintf(stderr, "bench: cannot write %s: %s\n", path, camipc_errno_to_string(errno));
	return 1;
}

/* Its name is what check.py tells callgrind; one call is one figure. */
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

		if (!is_wanted(table, 1, bench, filter) ||
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

/* What cannot be written later is better known before hours are spent. */
static int check_writable(const char *path)
{
	FILE *file = path ? fopen(path, "a") : NULL;

	if (!path || (file && fclose(file) == 0))
		return 0;
	fprintf(stderr, "bench: cannot write %s: %s\n", path, camipc_errno_to_string(errno));
	return 1;
}

int bench_run(const struct bench_table *tables, size_t n_tables,
	      const struct bench_options *options)
{
	struct bench_report report = { .rounds = options->rounds };
	int cpus[2] = { 0, 0 };
	int ret;

	find_cpus(cpus);
	select_cases(tables, n_tables, options, &report);
	if (report.n_results == 0) {
		fprintf(stderr,
			"bench: nothing is called '%s'; camipc-bench --list "
			"has all\n",
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
	bench_print(&report, stdout);
	ret = write_json(&report, options->json);
	for (size_t i = 0; i < report.n_results; i++) {
		free(report.results[i].p50_ns);
		free(report.results[i].p99_ns);
	}
	free(report.results);
	return ret;
}
