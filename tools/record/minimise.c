/* SPDX-License-Identifier: MIT */
/* The command minimise: leaves calls out of a recording while it still fails. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "commands.h"
#include "interrupt.h"
#include "minimise_plan.h"
#include "output_target.h"
#include "recording_copy.h"
#include "recording_file.h"
#include "report.h"

#define DEFAULT_TRIALS 1000

/* An event or the end of a trial is waited for ten times as long as it took
 * before, and at least so long. */
#define MIN_WAIT_MS 300

struct minimise {
	const struct options *options;
	struct output_target target;
	struct minimise_plan plan;
	struct replay_outcome failure; /* of the whole recording */
	bool is_exact; /* values and last calls are the same each time */
	unsigned int wait_ms; /* of the next replay */
	unsigned int max_wait_ms;
	unsigned int late_ms; /* of the next replay; 0: a crash is not wanted */
	uint32_t n_replays;
	uint32_t max_replays;
};

/* ---- one replay ---------------------------------------------------------- */

/* What a module logs in each replay is of no interest. */
static bool drop_line(void *user, const char *text)
{
	(void)user;
	(void)text;
	return true;
}

/* Replays a recording, or the planned part of it. */
static int replay_once(struct minimise *minimise, const char *path,
		       const struct minimise_plan *plan,
		       struct replay_outcome *outcome)
{
	const struct replay_run run = {
		.options = minimise->options,
		.path = path,
		.isolation = "process",
		.fate = plan ? minimise_plan_fate : NULL,
		.user = plan,
		.wait_ms = minimise->wait_ms,
		.limit_ms = minimise->options->limit_s * 1000,
		.is_silent = true,
		.late_ms = minimise->late_ms,
	};
	int code;

	/* The first replay may say why the module cannot run. */
	if (!minimise->options->verbose && minimise->n_replays > 0)
		report_divert(drop_line, NULL);
	code = replay_run(&run, outcome);
	report_divert(NULL, NULL);
	minimise->n_replays++;
	return code;
}

/* Returns the length of what comes before the values: the field. */
static size_t field_size(const char *difference)
{
	const char *values = strstr(difference, ": recorded ");

	return values ? (size_t)(values - difference) : strlen(difference);
}

static bool is_same_difference(const struct replay_outcome *a,
			       const struct replay_outcome *b, bool is_exact)
{
	const size_t n = field_size(a->difference);

	if (strcmp(a->kind, b->kind) != 0 || strcmp(a->method, b->method) != 0)
		return false;
	if (is_exact)
		return !strcmp(a->difference, b->difference);
	return n == field_size(b->difference) &&
	       !memcmp(a->difference, b->difference, n);
}

static bool is_same_end(const struct replay_outcome *a,
			const struct replay_outcome *b, bool is_exact)
{
	if (a->reason != b->reason || a->wait_status != b->wait_status)
		return false;
	if (a->place[0] && b->place[0])
		return !strcmp(a->place, b->place);
	return !is_exact || !strcmp(a->last_call, b->last_call);
}

static bool is_same(const struct replay_outcome *a,
		    const struct replay_outcome *b, bool is_exact)
{
	if (a->result != b->result)
		return false;
	if (a->result == REPLAY_ENDED)
		return is_same_end(a, b, is_exact);
	return a->result == REPLAY_DIFFERS && is_same_difference(a, b, is_exact);
}

/* Prints "event paramsReady: status: recorded 0, now -5", or how it ended. */
static void describe_failure(const struct replay_outcome *outcome, char *text,
			     size_t size)
{
	if (outcome->result == REPLAY_DIFFERS)
		snprintf(text, size, "%s %s: %s", outcome->kind,
			 outcome->method, outcome->difference);
	else
		snprintf(text, size, "%s",
			 outcome->result == REPLAY_EQUAL ? "it does not fail"
							 : outcome->text);
}

/* ---- the search ---------------------------------------------------------- */

static bool may_go_on(const struct minimise *minimise)
{
	return !interrupt_signal() &&
	       minimise->n_replays < minimise->max_replays;
}

/* Returns true if the plan fails in the same way. */
static bool still_fails(struct minimise *minimise)
{
	struct replay_outcome outcome;

	(void)replay_once(minimise, minimise->options->argument,
			  &minimise->plan, &outcome);
	return is_same(&minimise->failure, &outcome, minimise->is_exact);
}

/* Finds the least that must be compared. */
static void lower_level(struct minimise *minimise)
{
	static const enum plan_level levels[] = { PLAN_NO_EVENTS,
						  PLAN_COMPARE_NOTHING };
	const enum plan_level before = minimise->plan.level;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i] <= before || !may_go_on(minimise))
			continue;
		minimise->plan.level = levels[i];
		if (still_fails(minimise))
			return;
		minimise->plan.level = before;
	}
}

/* Leaves out @n calls from @first on; returns the number after them. */
static uint32_t set_calls(struct minimise_plan *plan, uint32_t first, uint32_t n,
			  bool *removed)
{
	while (first < plan->n_calls && n > 0) {
		removed[first] = plan->has_call[first];
		n -= removed[first];
		plan->has_call[first++] = false;
	}
	return first;
}

/* Tries to leave out each part of @n calls. Returns true if one could be. */
static bool drop_parts(struct minimise *minimise, uint32_t n, bool *removed)
{
	struct minimise_plan *plan = &minimise->plan;
	bool is_smaller = false;
	uint32_t first = 0;

	while (first < plan->n_calls && may_go_on(minimise)) {
		const uint32_t before = minimise_plan_count(plan);
		const uint32_t end = set_calls(plan, first, n, removed);

		if (minimise_plan_count(plan) < before) {
			if (still_fails(minimise))
				is_smaller = true;
			else
				memcpy(plan->has_call + first, removed + first,
				       end - first);
		}
		first = end;
	}
	return is_smaller;
}

/* Leaves out halves, then smaller parts, and last single calls. Returns true if
 * one could be left out. */
static bool halve_parts(struct minimise *minimise, bool *removed)
{
	uint32_t n = minimise_plan_count(&minimise->plan);
	bool is_smaller = false;

	do {
		n = n > 1 ? n / 2 : 1;
		is_smaller |= drop_parts(minimise, n, removed);
	} while (n > 1 && may_go_on(minimise));
	report_line("%u of %u calls after %u replays",
		    minimise_plan_count(&minimise->plan),
		    minimise->plan.n_calls, minimise->n_replays);
	(void)fflush(stdout);
	return is_smaller;
}

/* Searches until no part can be left out any more. */
static int search(struct minimise *minimise)
{
	bool *removed = calloc(minimise->plan.n_calls + 1, 1);

	if (!removed) {
		report_error("out of memory");
		return EXIT_FAILED;
	}
	lower_level(minimise);
	while (halve_parts(minimise, removed) && may_go_on(minimise))
		;
	lower_level(minimise);
	if (interrupt_signal())
		report_line("interrupted: the smallest recording so far is "
			    "written");
	else if (!may_go_on(minimise))
		report_line("ended after %u replays: --trials allows no more, "
			    "and the recording may get smaller",
			    minimise->n_replays);
	free(removed);
	return EXIT_OK;
}

static int report_interrupt(const struct minimise *minimise, int code)
{
	report_error("%.300s: interrupted: no smaller recording was written",
		     minimise->options->argument);
	return code;
}

static unsigned int times_ten(unsigned int ms, unsigned int most)
{
	return ms > (most - MIN_WAIT_MS) / 10 ? most : ms * 10 + MIN_WAIT_MS;
}

/* Sets how long the trials wait, by the two replays before. */
static void limit_waits(struct minimise *minimise,
			const struct replay_outcome *again)
{
	const struct replay_outcome *failure = &minimise->failure;

	minimise->wait_ms = times_ten(failure->longest_wait_ms,
				      minimise->max_wait_ms);
	minimise->late_ms = 0;
	if (failure->result == REPLAY_ENDED)
		minimise->late_ms = times_ten(
			failure->end_took_ms > again->end_took_ms
				? failure->end_took_ms
				: again->end_took_ms,
			REPLAY_LATE_MS);
}

/* Replays the recording twice, and learns how it fails. */
static int find_failure(struct minimise *minimise)
{
	const char *path = minimise->options->argument;
	struct replay_outcome *failure = &minimise->failure;
	struct replay_outcome again;
	char now[1100];
	int code = replay_once(minimise, path, NULL, failure);

	if (failure->result == REPLAY_INTERRUPTED)
		return report_interrupt(minimise, code);
	if (failure->result != REPLAY_REFUSED)
		report_forget();
	if (failure->result == REPLAY_REFUSED) {
		if (failure->text[0])
			report_error("%.300s: %s", path, failure->text);
		return code;
	}
	if (failure->result == REPLAY_EQUAL) {
		report_error("%.300s: the recording does not fail with this "
			     "module: expected a crash or a difference",
			     path);
		return EXIT_NOTHING_FAILS;
	}
	code = minimise_plan_init(&minimise->plan, path, failure);
	if (code != EXIT_OK)
		return code;
	code = replay_once(minimise, path, &minimise->plan, &again);
	if (again.result == REPLAY_INTERRUPTED)
		return report_interrupt(minimise, code);
	minimise->is_exact = is_same(failure, &again, true);
	if (!minimise->is_exact && !is_same(failure, &again, false)) {
		describe_failure(&again, now, sizeof(now));
		report_error("%.300s: the recording fails in another way when "
			     "it is replayed again: %s",
			     path, now);
		return EXIT_FAILED;
	}
	limit_waits(minimise, &again);
	return EXIT_OK;
}

/* ---- the file ------------------------------------------------------------ */

static int refuse_smaller(const struct minimise *minimise, const char *why)
{
	report_option("output", minimise->options->output, "%s", why);
	return EXIT_USAGE;
}

static int check_output(struct minimise *minimise)
{
	const struct options *options = minimise->options;
	struct output_target *target = &minimise->target;
	int code;
	int ret;

	if (!strcmp(options->output, "none")) {
		report_error("--output is missing: it names the smaller "
			     "recording");
		return EXIT_USAGE;
	}
	ret = output_target_find(options->output, target);
	if (ret < 0)
		return refuse_smaller(minimise, output_error_text(ret));
	if (target->kind != OUTPUT_REPLACE)
		return refuse_smaller(minimise, "expected a regular file");
	code = recording_file_spare(options->argument, "output",
				    options->output, target);
	if (code != EXIT_OK)
		return code;
	if (target->exists && !options->record.force)
		return refuse_smaller(minimise,
				     "the file exists; --force replaces it");
	return EXIT_OK;
}

/* Replays the new file, and gives it its name. */
static int verify_file(struct minimise *minimise, const char *temporary)
{
	const unsigned int flags =
		minimise->options->record.force ? 0 : RENAME_NOREPLACE;
	struct replay_outcome outcome;
	char now[1100];
	char path[PATH_MAX];

	minimise->wait_ms = minimise->max_wait_ms;
	minimise->late_ms = REPLAY_LATE_MS;
	(void)replay_once(minimise, temporary, NULL, &outcome);
	if (outcome.result == REPLAY_INTERRUPTED)
		return report_interrupt(minimise, outcome.code);
	if (!is_same(&minimise->failure, &outcome, minimise->is_exact)) {
		describe_failure(&outcome, now, sizeof(now));
		report_error("%.300s: the smaller recording does not fail in the "
			     "same way again, and was removed: %s",
			     minimise->options->argument, now);
		return EXIT_FAILED;
	}
	output_target_path(&minimise->target, minimise->target.name, path);
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, flags) < 0) {
		report_option("output", minimise->options->output, "%s",
			      camipc_errno_to_string(errno));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static void report_success(const struct minimise *minimise)
{
	const struct options *options = minimise->options;
	struct stat before = { .st_size = 0 };
	struct stat after = { .st_size = 0 };
	char failure[1100];

	(void)!stat(options->argument, &before);
	(void)!stat(options->output, &after);
	describe_failure(&minimise->failure, failure, sizeof(failure));
	report_line("%s: %u of %u calls, %lld of %lld bytes, %u replays; fails "
		    "in the same way: %s",
		    options->output, minimise_plan_count(&minimise->plan),
		    minimise->plan.n_calls, (long long)after.st_size,
		    (long long)before.st_size, minimise->n_replays, failure);
}

/* Writes what the search has found, under a temporary name at first. */
static int write_smaller(struct minimise *minimise)
{
	const struct recording_part part = {
		.path = minimise->options->argument,
		.proxy = minimise->plan.proxy,
		.fate = minimise_plan_fate,
		.user = &minimise->plan,
	};
	char name[48];
	char temporary[PATH_MAX];
	int code;
	int ret;

	snprintf(name, sizeof(name), ".camipc-minimise-%d", (int)getpid());
	output_target_path(&minimise->target, name, temporary);
	ret = recording_copy(&part, temporary);
	if (ret < 0) {
		report_option("output", minimise->options->output,
			      "cannot write the smaller recording: %s",
			      camipc_errno_to_string(ret));
		code = EXIT_FAILED;
	} else {
		code = verify_file(minimise, temporary);
	}
	if (ret != -EEXIST)
		unlink(temporary);
	return code;
}

static int minimise_recording(struct minimise *minimise)
{
	int signal;
	int code = check_output(minimise);

	if (code == EXIT_OK)
		code = find_failure(minimise);
	if (code == EXIT_OK)
		code = search(minimise);
	if (code != EXIT_OK)
		return code;
	/* The smallest recording so far is written; another signal ends that. */
	signal = interrupt_signal();
	interrupt_clear();
	code = write_smaller(minimise);
	if (code != EXIT_OK)
		return code;
	report_success(minimise);
	return signal ? EXIT_SIGNAL + signal : EXIT_OK;
}

int command_minimise(const struct options *options)
{
	struct minimise minimise = {
		.options = options,
		.late_ms = REPLAY_LATE_MS,
		.max_replays = options->record.n_trials ? options->record.n_trials
							: DEFAULT_TRIALS,
	};
	int code;

	minimise.max_wait_ms = options->limit_s * 1000 / 2;
	if (minimise.max_wait_ms > REPLAY_WAIT_MS)
		minimise.max_wait_ms = REPLAY_WAIT_MS;
	minimise.wait_ms = minimise.max_wait_ms;
	if (interrupt_init() < 0) {
		report_error("out of memory");
		return EXIT_FAILED;
	}
	code = minimise_recording(&minimise);
	minimise_plan_fini(&minimise.plan);
	interrupt_fini();
	return report_finish_stdout(code);
}
