/* SPDX-License-Identifier: MIT */
/* Medians, ratios, the printed table and the JSON. */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "fail.h"

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Reorders @values. */
static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_doubles);
	return n % 2 ? values[n / 2] :
		       (values[n / 2 - 1] + values[n / 2]) / 2;
}

double bench_percentile(const double *values, size_t n, double percent)
{
	size_t at = (size_t)((double)n * percent / 100.0);

	return values[at < n ? at : n - 1];
}

static double median_of(const double *values, size_t n)
{
	double sorted[64];

	if (n > sizeof(sorted) / sizeof(*sorted))
		n = sizeof(sorted) / sizeof(*sorted);
	memcpy(sorted, values, n * sizeof(*sorted));
	return median(sorted, n);
}

const struct bench_rival bench_rivals[] = {
	{ .suffix = ".protobuf_c", .key = "vs_protobuf_c" },
	{ .suffix = ".protobuf_c_arena", .key = "vs_protobuf_c_arena" },
	{ .suffix = ".protobuf_cpp", .key = "vs_protobuf_cpp" },
	{ .suffix = ".capnp", .key = "vs_capnp" },
	{ .suffix = ".nanopb", .key = "vs_nanopb" },
	{ .suffix = ".memcpy", .key = "vs_memcpy" },
	{ .suffix = NULL },
};

static const struct bench_result *find(const struct bench_report *report,
				       const char *name)
{
	for (size_t i = 0; name && i < report->n_results; i++) {
		const struct bench_result *result = &report->results[i];

		if (strcmp(result->bench->name, name) == 0)
			return result->skipped ? NULL : result;
	}
	return NULL;
}

static double tail_of(const struct bench_result *result)
{
	return bench_percentile(result->values_ns, result->n_values,
				BENCH_TAIL);
}

/* The time by which a case is compared. */
static double figure_of(const struct bench_report *report,
			const struct bench_result *result)
{
	return result->bench->is_tail ?
		       tail_of(result) :
		       median_of(result->p50_ns, report->rounds);
}

/*
 * Returns the median of the rounds' ratios of @a to @b, so that each ratio
 * compares figures of the same round; 0 if there is no @b. A round has too few
 * samples for a tail: its ratio is that of all rounds.
 */
static double ratio_of(const struct bench_report *report,
		       const struct bench_result *a,
		       const struct bench_result *b)
{
	double ratios[64];
	unsigned int n = report->rounds < 64 ? report->rounds : 64;

	if (!a || !b)
		return 0;
	if (a->bench->is_tail)
		return tail_of(a) / tail_of(b);
	for (unsigned int i = 0; i < n; i++)
		ratios[i] = a->p50_ns[i] / b->p50_ns[i];
	return median(ratios, n);
}

/* Returns the time of @rival relative to @result; 0 if the case was not run. */
static double rival_ratio(const struct bench_report *report,
			 const struct bench_result *result,
			 const struct bench_rival *rival)
{
	char name[128];

	if (!result->bench->has_rivals)
		return 0;
	snprintf(name, sizeof(name), "%s%s", result->bench->name,
		 rival->suffix);
	return ratio_of(report, find(report, name), result);
}

void bench_read_instructions(struct bench_report *report, const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned long long figure;
	char name[128];

	if (!file)
		bench_fail("cannot read %s: %s", path, camipc_errno_to_string(errno));
	while (fscanf(file, "%127s %llu", name, &figure) == 2) {
		for (size_t i = 0; i < report->n_results; i++) {
			struct bench_result *result = &report->results[i];

			if (strcmp(result->bench->name, name) == 0)
				result->instructions = figure;
		}
	}
	fclose(file);
}

/* Returns @other without the beginning that it shares with @name. */
static const char *short_name(const char *other, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(other, name, length) == 0 && other[length] == '.')
		return other + length + 1;
	return other;
}

static void print_comparisons(const struct bench_report *report,
			 const struct bench_result *result, FILE *file)
{
	const struct bench_case *bench = result->bench;
	const struct bench_result *floor = find(report, bench->floor);

	if (bench->is_tail)
		fprintf(file, "  p%g %.1f", BENCH_TAIL, tail_of(result));
	if (floor)
		fprintf(file, "  %.2f of %s (%.1f)",
			ratio_of(report, result, floor),
			short_name(bench->floor, bench->name),
			figure_of(report, floor));
	for (const struct bench_rival *rival = bench_rivals; rival->suffix;
	     rival++) {
		double ratio = rival_ratio(report, result, rival);

		/* memcpy is printed as a floor already. */
		if (ratio > 0 && strcmp(rival->suffix, ".memcpy") != 0)
			fprintf(file, "  %s %.1f", rival->suffix + 1, ratio);
	}
}

static void print_result(const struct bench_report *report,
			 const struct bench_result *result, int width,
			 FILE *file)
{
	fprintf(file, "%-*s", width, result->bench->name);
	if (result->skipped) {
		fprintf(file, " skipped: %s\n",
			result->bench->skip_reason
				? result->bench->skip_reason
				: "cannot run on this machine");
		return;
	}
	fprintf(file, " %11.1f %11.1f",
		median_of(result->p50_ns, report->rounds),
		median_of(result->p99_ns, report->rounds));
	if (result->instructions)
		fprintf(file, " %9llu",
			(unsigned long long)result->instructions);
	else if (result->bench->floor || result->bench->has_rivals ||
		 result->bench->is_tail)
		fprintf(file, " %9s", "");
	print_comparisons(report, result, file);
	if (result->note[0])
		fprintf(file, "  %s", result->note);
	fputc('\n', file);
}

void bench_print(const struct bench_report *report, FILE *file)
{
	int width = 0;

	for (size_t i = 0; i < report->n_results; i++) {
		int length = (int)strlen(report->results[i].bench->name);

		width = length > width ? length : width;
	}
	fprintf(file, "%-*s %11s %11s %9s  %s\n", width, "name", "p50 ns",
		"p99 ns", "instr.", "compared with");
	for (size_t i = 0; i < report->n_results; i++)
		print_result(report, &report->results[i], width, file);
	fputs("\"1.20 of x (5.0)\": takes 1.20 times as long as x, which takes "
	      "5.0 ns; \"capnp 2.0\": Cap'n Proto takes 2.0 times as long\n",
	      file);
}

static void write_ratio(FILE *file, const char *key, double ratio)
{
	if (ratio > 0)
		fprintf(file, ", \"%s\": %.3f", key, ratio);
}

/* The distribution, in percentiles of all samples. */
static void write_percentiles(const struct bench_result *result, FILE *file)
{
	static const double percents[] = { 1,  5,  10, 25, 50,
					   75, 90, 95, 99, 99.9 };
	const char *comma = "";

	fputs(", \"percentiles_ns\": {", file);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		fprintf(file, "%s\"%g\": %.1f", comma, percents[i],
			bench_percentile(result->values_ns, result->n_values,
					 percents[i]));
		comma = ", ";
	}
	fputs("}", file);
}

static void write_result(const struct bench_report *report,
			 const struct bench_result *result, FILE *file)
{
	const struct bench_case *bench = result->bench;
	const struct bench_result *floor = find(report, bench->floor);

	fprintf(file, "  {\"name\": \"%s\", \"p50_ns\": %.2f, "
		      "\"p99_ns\": %.2f, ",
		bench->name, median_of(result->p50_ns, report->rounds),
		median_of(result->p99_ns, report->rounds));
	if (floor)
		fprintf(file, "\"floor\": %.2f, \"ratio\": %.3f, ",
			figure_of(report, floor),
			ratio_of(report, result, floor));
	else
		fprintf(file, "\"floor\": null, \"ratio\": null, ");
	fprintf(file, "\"n\": %llu", (unsigned long long)result->n);
	if (bench->is_tail)
		fprintf(file, ", \"tail_ns\": %.1f", tail_of(result));
	if (result->instructions)
		fprintf(file, ", \"instructions\": %llu",
			(unsigned long long)result->instructions);
	if (floor)
		fprintf(file, ", \"floor_name\": \"%s\"", bench->floor);
	for (const struct bench_rival *rival = bench_rivals; rival->suffix;
	     rival++)
		write_ratio(file, rival->key,
			    rival_ratio(report, result, rival));
	write_percentiles(result, file);
	if (result->note[0])
		fprintf(file, ", \"note\": \"%s\"", result->note);
	fputs("}", file);
}

void bench_write_json(const struct bench_report *report, FILE *file)
{
	const char *comma = "";

	fputs("[\n", file);
	for (size_t i = 0; i < report->n_results; i++) {
		if (report->results[i].skipped)
			continue;
		fputs(comma, file);
		write_result(report, &report->results[i], file);
		comma = ",\n";
	}
	fputs("\n]\n", file);
}
