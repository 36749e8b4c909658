/* SPDX-License-Identifier: MIT */
/*
 * Restarts: from the end of a worker in mid-stream until the next frame is
 * answered by another one, with and without a spare worker.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include <camipc/log.h>

#include "bench.h"
#include "bench_ipa_proxy.h"
#include "clock.h"
#include "fail.h"
#include "manager.h"

#define PATIENCE_MS 5000

struct restarts {
	struct camipc_manager *manager;
	struct ipa_bench *ipa;
	uint32_t sent;
	uint32_t answered; /* the number of the latest frame */
	uint32_t restarted;
};

static void on_pushed(void *user, uint32_t number)
{
	struct restarts *restarts = user;

	restarts->answered = number;
}

static void on_restarted(void *user, const struct camipc_restart_info *info)
{
	struct restarts *restarts = user;

	(void)info;
	restarts->restarted++;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	(void)user;
	bench_fail("the IPA was not restarted: %s", info->text);
}

static const struct ipa_bench_events events = {
	.size = sizeof(events),
	.pushed = on_pushed,
	.closed = on_closed,
	.restarted = on_restarted,
};

static void no_log(void *user, enum camipc_log_level level, const char *topic,
		   const char *text)
{
	(void)user;
	(void)level;
	(void)topic;
	(void)text;
}

static void expect(int ret, const char *what)
{
	if (ret < 0)
		bench_fail("%s: %s", what, camipc_strerror(ret));
}

/** Each death counts: the window is short, and so many come never in it. */
static void set_policy(struct restarts *restarts, bool spare)
{
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = CAMIPC_MAX_RESTARTS,
		.window_ms = 1,
		.spare = spare,
	};

	expect(camipc_proxy_set_restart(ipa_bench_get_proxy(restarts->ipa),
					&policy),
	       "set_restart");
}

static void *open_restarts(const struct bench_case *bench)
{
	const struct camipc_match match = {
		.path = BENCH_MODULE_PATH,
		.isolation = "process",
	};
	struct restarts *restarts = calloc(1, sizeof(*restarts));

	if (!restarts)
		bench_fail("out of memory");
	restarts->manager = bench_open_manager();
	expect(ipa_bench_create(restarts->manager, &match, &events, restarts,
				&restarts->ipa),
	       "create");
	set_policy(restarts, bench->parameter != NULL);
	expect(ipa_bench_init(restarts->ipa), "init");
	expect(ipa_bench_start(restarts->ipa), "start");
	return restarts;
}

static void close_restarts(void *state)
{
	struct restarts *restarts = state;

	ipa_bench_destroy(restarts->ipa);
	camipc_manager_destroy(restarts->manager);
	free(restarts);
}

static void dispatch(struct restarts *restarts)
{
	struct pollfd polled = { .fd = ipa_bench_get_fd(restarts->ipa),
				 .events = POLLIN };

	if (poll(&polled, 1, PATIENCE_MS) <= 0)
		bench_fail("nothing happened within 5 s");
	expect(ipa_bench_dispatch(restarts->ipa), "dispatch");
}

static void answer_frame(struct restarts *restarts)
{
	const uint32_t number = ++restarts->sent;

	expect(ipa_bench_push(restarts->ipa, number), "push");
	while (restarts->answered != number)
		dispatch(restarts);
}

/** Waits for a spare, if there is to be one. */
static void wait_for_spare(struct restarts *restarts)
{
	struct camipc_memory_stats memory = { .size = sizeof(memory) };

	for (;;) {
		expect(camipc_proxy_get_memory_stats(
			       ipa_bench_get_proxy(restarts->ipa), &memory),
		       "memory");
		if (memory.spare_bytes != 0)
			return;
		dispatch(restarts);
	}
}

static double kill_one(struct restarts *restarts)
{
	const uint32_t before = restarts->restarted;
	uint64_t begin;

	answer_frame(restarts);
	begin = camipc_now_ns();
	kill(camipc_proxy_get_pid(ipa_bench_get_proxy(restarts->ipa)), SIGKILL);
	while (restarts->restarted == before)
		dispatch(restarts);
	answer_frame(restarts);
	return (double)(camipc_now_ns() - begin);
}

static double time_restart(void *state)
{
	double took;

	/* The log of each death would be between the lines of the table. */
	camipc_log_set(no_log, NULL, CAMIPC_LOG_ERROR);
	took = kill_one(state);
	camipc_log_set(NULL, NULL, CAMIPC_LOG_ERROR);
	return took;
}

static double time_with_spare(void *state)
{
	wait_for_spare(state);
	return time_restart(state);
}

static const char spare[] = "spare";

#define RESTART(case_name, time_func, wanted)   \
	{                                       \
		.name = case_name,              \
		.floor = "floor.spawn",         \
		.cores = BENCH_SAME_CORE,       \
		.batch = 1,                     \
		.samples = 40,                  \
		.parameter = wanted,            \
		.open = open_restarts,          \
		.time = time_func,              \
		.close = close_restarts,        \
	}

static const struct bench_case cases[] = {
	RESTART("restart.process.kill", time_restart, NULL),
	RESTART("restart.process.spare", time_with_spare, spare),
};

const struct bench_table bench_restart = { cases,
					   sizeof(cases) / sizeof(*cases) };
