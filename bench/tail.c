/* SPDX-License-Identifier: MIT */
/*
 * Frames and their floors while every processor is busy: how long the slowest
 * take, as usual and with SCHED_FIFO for both sides. Each case runs a case of
 * another table under these conditions.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/scheduling.h>

#include "bench.h"
#include "clock.h"
#include "cpus.h"
#include "fail.h"
#include "peer.h"

/** From the end of a frame until the next one, so that both sides sleep. */
#define PAUSE_US 200

/** Frames before those that are measured. */
#define WARM_UP 50

/** The lowest of SCHED_FIFO: it runs before all that is not real-time. */
#define FIFO_PRIORITY 1

static const struct camipc_scheduling fifo = {
	.size = sizeof(fifo),
	.policy = CAMIPC_SCHEDULING_FIFO,
	.priority = FIFO_PRIORITY,
};

/* Which case runs, and how. */
struct condition {
	const struct bench_table *table;
	const char *name;
	const struct camipc_scheduling *scheduling; /* NULL: as usual */
};

struct tail {
	const struct bench_case *bench;
	void *state;
	struct bench_peer busy[CAMIPC_MAX_CPUS];
	size_t n_busy;
};

static void be_busy(void *state)
{
	const int *cpu = state;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	bench_pin(0, *cpu);
	for (;;)
		bench_use(cpu);
}

/* The processes inherit how this one is scheduled, so they begin first. */
static void start_busy(struct tail *tail)
{
	int cpu = bench_next_cpu(-1);

	while (cpu >= 0 && tail->n_busy < CAMIPC_MAX_CPUS) {
		bench_peer_fork(&tail->busy[tail->n_busy++], be_busy, &cpu);
		cpu = bench_next_cpu(cpu);
	}
}

static void stop_busy(struct tail *tail)
{
	for (size_t i = 0; i < tail->n_busy; i++) {
		kill(tail->busy[i].pid, SIGKILL);
		bench_peer_join(&tail->busy[i]);
	}
}

/* Schedules this side; the peer of a floor inherits it. */
static bool schedule(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param) == 0)
		return true;
	if (errno != EPERM)
		bench_fail("sched_setscheduler: %s",
			   camipc_errno_to_string(errno));
	return false;
}

static const struct bench_case *find(const struct condition *condition)
{
	for (size_t i = 0; i < condition->table->n; i++) {
		const struct bench_case *bench = &condition->table->cases[i];

		if (strcmp(bench->name, condition->name) == 0)
			return bench;
	}
	bench_fail("there is no case %s", condition->name);
}

static void *open_tail(const struct bench_case *bench)
{
	const struct condition *condition = bench->parameter;
	struct tail *tail = calloc(1, sizeof(*tail));

	if (!tail)
		bench_fail("out of memory");
	tail->bench = find(condition);
	start_busy(tail);
	if (condition->scheduling && !schedule(SCHED_FIFO, FIFO_PRIORITY)) {
		stop_busy(tail);
		free(tail);
		return NULL;
	}
	bench_scheduling = condition->scheduling;
	tail->state = tail->bench->open(tail->bench);
	tail->bench->run(tail->state, WARM_UP);
	return tail;
}

static double time_tail(void *state)
{
	struct tail *tail = state;
	uint64_t begin;

	usleep(PAUSE_US);
	begin = camipc_now_ns();
	tail->bench->run(tail->state, 1);
	return (double)(camipc_now_ns() - begin);
}

static void close_tail(void *state)
{
	struct tail *tail = state;

	tail->bench->close(tail->state);
	bench_scheduling = NULL;
	if (!schedule(SCHED_OTHER, 0))
		bench_fail("cannot leave SCHED_FIFO");
	stop_busy(tail);
	free(tail);
}

/* ---- the table ----------------------------------------------------------- */

#define TAIL(case_table, what, where, enum_where, how, scheduled, floor_name) \
	{                                                                     \
		.name = what how where,                                       \
		.floor = floor_name,                                          \
		.is_tail = true,                                              \
		.cores = enum_where,                                          \
		.batch = 1,                                                   \
		.samples = 1000,                                              \
		.parameter = &(const struct condition){                       \
			&(case_table), what where, scheduled },               \
		.open = open_tail,                                            \
		.time = time_tail,                                            \
		.close = close_tail,                                          \
		.skip_reason = "the system does not allow SCHED_FIFO: it "    \
			       "takes CAP_SYS_NICE, or RLIMIT_RTPRIO "        \
			       "(ulimit -r)",                                 \
	}

/* A floor, and the frame that is compared with it. */
#define TAIL_PAIR(frame, floor_name, where, enum_where, how, scheduled)  \
	TAIL(bench_floors, floor_name, where, enum_where, how, scheduled, \
	     NULL),                                                       \
	TAIL(bench_calls, frame, where, enum_where, how, scheduled,       \
	     floor_name how where)

#define TAILS(frame, floor_name, where, enum_where)                       \
	TAIL_PAIR(frame, floor_name, where, enum_where, ".busy", NULL),   \
	TAIL_PAIR(frame, floor_name, where, enum_where, ".busy_fifo", &fifo)

static const struct bench_case cases[] = {
	TAILS("frame.process.shm.wait", "floor.shm_futex", ".same_core",
	      BENCH_SAME_CORE),
	TAILS("frame.process.shm.wait", "floor.shm_futex", ".cross_core",
	      BENCH_CROSS_CORE),
	TAILS("frame.process.socket.wait", "floor.seqpacket_poll", ".same_core",
	      BENCH_SAME_CORE),
};

const struct bench_table bench_tail = { cases, sizeof(cases) / sizeof(*cases) };
