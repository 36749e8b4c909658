/* SPDX-License-Identifier: MIT */
/* The command `camipc hostile`: attacks a camera process, and prints a table. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "commands.h"
#include "hostile_batch.h"
#include "hostile_program.h"
#include "interrupt.h"
#include "report.h"

/* Widths of the table. */
#define NAME_WIDTH 30
#define REQUIRED_WIDTH 34
#define OBSERVED_WIDTH 44

/* Cases that an option chose, and how they ended. */
struct tally {
	unsigned int n;
	unsigned int n_failed;
	unsigned int n_not_applicable;
};

static bool is_chosen(const struct options *options,
		      const struct hostile_case *one, size_t i)
{
	/* Of somebody else's program only its worker knows the transport. */
	if (one->lie.needs_ring && !options->program[0] &&
	    options->transport == CAMIPC_TRANSPORT_SOCKET)
		return false;
	if (options->every > 1 && i % options->every != 0)
		return false;
	return !options->only || fnmatch(options->only, one->name, 0) == 0;
}

/* What is required of somebody else's program depends on the attack alone. */
static void required_of(const struct options *options,
			const struct hostile_case *one,
			char text[HOSTILE_TEXT_SIZE])
{
	if (options->program[0] && !one->attack)
		snprintf(text, HOSTILE_TEXT_SIZE, "no crash, no hang, no worker "
						  "left");
	else
		hostile_case_required(one, text);
}

static void print_row(const struct hostile_case *one, const char *required,
		      const char *observed, const char *ok)
{
	report_line("%3u  %-*s  %-*s  %-*s  %s", one->threat, NAME_WIDTH,
		    one->name, REQUIRED_WIDTH, required, OBSERVED_WIDTH,
		    observed, ok);
}

static int list(const struct options *options)
{
	struct hostile_case one;
	char required[HOSTILE_TEXT_SIZE];
	unsigned int n = 0;

	for (size_t i = 0; hostile_case_at(i, &one); i++) {
		if (!is_chosen(options, &one, i))
			continue;
		required_of(options, &one, required);
		report_line("%3u  %-*s  %s", one.threat, NAME_WIDTH, one.name,
			    required);
		n++;
	}
	if (n == 0) {
		report_option("only", options->only,
			      "no attack has this name; 'camipc hostile "
			      "--list' lists them");
		return EXIT_USAGE;
	}
	return report_finish_stdout(EXIT_OK);
}

static void print_head(void)
{
	report_line("row  %-*s  %-*s  %-*s  ok", NAME_WIDTH, "attack",
		    REQUIRED_WIDTH, "required", OBSERVED_WIDTH, "observed");
}

/* Returns 0, or the negative errno with which the program cannot be run. */
static int run_one(const struct options *options,
		   const struct hostile_run *run, struct hostile_batch *batch,
		   size_t i, struct tally *tally)
{
	struct hostile_verdict verdict = { .is_applicable = true };
	struct hostile_case one;
	char required[HOSTILE_TEXT_SIZE];
	int ret = 0;

	hostile_case_at(i, &one);
	required_of(options, &one, required);
	if (options->program[0])
		ret = hostile_program_run(run, &one, options->program,
					  options->limit_s, options->verbose,
					  &verdict);
	else
		hostile_batch_run(batch, &one, i, options->limit_s, &verdict);
	if (ret < 0)
		return ret;
	if (!tally->n++ && !options->failed)
		print_head();
	tally->n_failed += !verdict.is_ok;
	tally->n_not_applicable += verdict.is_ok && !verdict.is_applicable;
	if (!options->failed || !verdict.is_ok)
		print_row(&one, required, verdict.observed,
			  !verdict.is_ok	? "FAILED" :
			  verdict.is_applicable ? "ok" :
						  "n/a");
	fflush(stdout);
	return 0;
}

static int run_all(const struct options *options, const struct hostile_run *run)
{
	struct hostile_batch *batch = hostile_batch_create(run);
	struct hostile_case one;
	struct tally tally = { 0 };
	int signal;
	int ret = 0;

	if (!batch) {
		report_error("out of memory");
		return EXIT_FAILED;
	}
	for (size_t i = 0; ret == 0 && hostile_case_at(i, &one); i++) {
		if (interrupt_signal())
			break;
		if (is_chosen(options, &one, i))
			ret = run_one(options, run, batch, i, &tally);
	}
	hostile_batch_destroy(batch);
	signal = interrupt_signal();
	if (signal)
		return EXIT_SIGNAL + signal;
	if (ret < 0) {
		report_error("%.300s: the program cannot be run: %s",
			     options->program[0], camipc_errno_to_string(ret));
		return EXIT_USAGE;
	}
	if (tally.n == 0) {
		report_option("only", options->only,
			      "no attack has this name; 'camipc hostile "
			      "--list' lists them");
		return EXIT_USAGE;
	}
	report_line("%u attacks: %u not held off, %u not applicable",
		    tally.n, tally.n_failed, tally.n_not_applicable);
	return report_finish_stdout(tally.n_failed ? EXIT_FAILED : EXIT_OK);
}

int command_hostile(const struct options *options)
{
	struct hostile_kit kit;
	const struct hostile_run run = { .kit = &kit,
					 .sandbox = options->sandbox,
					 .transport = options->transport };
	int ret;

	if (options->list)
		return list(options);
	if (options->program[0] &&
	    options->transport != CAMIPC_TRANSPORT_DEFAULT) {
		report_option("transport",
			      camipc_transport_to_name(
				      (enum camipc_transport)options->transport),
			      "only for the built-in camera; the program "
			      "chooses its own transport");
		return EXIT_USAGE;
	}
	if (hostile_kit_open(&kit) < 0)
		return EXIT_FAILED;
	if (interrupt_init() < 0) {
		report_error("cannot catch signals");
		hostile_kit_close(&kit);
		return EXIT_FAILED;
	}
	ret = run_all(options, &run);
	interrupt_fini();
	hostile_kit_close(&kit);
	return ret;
}
