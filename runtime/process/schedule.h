/* SPDX-License-Identifier: MIT */
/* Scheduling of a thread or a child, checked and in one piece. */
#ifndef CAMIPC_PROCESS_SCHEDULE_H
#define CAMIPC_PROCESS_SCHEDULE_H

#include <camipc/scheduling.h>

/** As struct camipc_scheduling, and a value. All zero: as usual. */
struct camipc_schedule {
	int policy; /* SCHED_* */
	int priority; /* of a real-time policy, or the nice value */
	bool has_cpus;
	bool lock_memory;
	uint64_t cpus[CAMIPC_MAX_CPUS / 64]; /* the kernel's mask */
};

/**
 * camipc_schedule_fill() - check what a host wants
 * @function: that the host called, for the log
 *
 * Returns 0; -EINVAL, or -E2BIG from a newer host, which one log line explains.
 * Thread word: safe.
 */
int camipc_schedule_fill(const char *function,
			 const struct camipc_scheduling *wanted,
			 struct camipc_schedule *ret_schedule) CAMIPC_MUST_CHECK;

/** Returns whether nothing is asked for that may be refused. */
bool camipc_schedule_is_usual(const struct camipc_schedule *schedule);

/**
 * camipc_schedule_enter() - schedule the calling thread
 * @ret_call: gets the name of the call that failed, a constant
 *
 * Makes system calls only, and no records of sanitizers: a child calls it before
 * exec, in its parent's memory. A real-time policy and a negative nice value that
 * the thread has inherited are given up, also by the usual schedule. Returns 0 or
 * the errno of a call that was asked for.
 */
int camipc_schedule_enter(const struct camipc_schedule *schedule,
			  const char **ret_call);

/**
 * Returns what a failed camipc_schedule_enter() lacks: a constant, one clause of
 * a sentence; NULL for the call of another function. Thread word: reentrant.
 */
const char *camipc_schedule_why(const char *call, int error);

#endif /* CAMIPC_PROCESS_SCHEDULE_H */
