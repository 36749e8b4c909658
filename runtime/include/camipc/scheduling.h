/* SPDX-License-Identifier: MIT */
/* How the processor time of an IPA is scheduled: policy, priority, processors. */
#ifndef CAMIPC_SCHEDULING_H
#define CAMIPC_SCHEDULING_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Policies of the kernel (sched(7)). */
enum camipc_scheduling_policy {
	/** The usual one, SCHED_OTHER. */
	CAMIPC_SCHEDULING_NORMAL = 0,
	/** SCHED_FIFO: runs before all normal threads, until it waits. */
	CAMIPC_SCHEDULING_FIFO,
	/** SCHED_RR: the same, in turns with others of the same priority. */
	CAMIPC_SCHEDULING_ROUND_ROBIN,
};

/** How many policies there are. */
#define CAMIPC_N_SCHEDULING_POLICIES (CAMIPC_SCHEDULING_ROUND_ROBIN + 1)

/** Processors have numbers below this one. */
#define CAMIPC_MAX_CPUS 1024

/**
 * How the thread in which ops run between start and stop is scheduled, or the
 * whole worker process; see camipc_match.scheduling. Zero the struct, set @size,
 * then set what differs. An IPA never inherits a real-time policy or a negative
 * nice value from the camera process: what is not set here is as usual.
 *
 * Real-time policies, and nice values below 0, take CAP_SYS_NICE, or high enough
 * limits of this process (RLIMIT_RTPRIO, RLIMIT_NICE).
 */
struct camipc_scheduling {
	uint32_t size; /* sizeof this struct; it grows at the end */

	/** An enum camipc_scheduling_policy. A worker with a real-time policy
	 *  that computes for a second without ever waiting gets SIGXCPU: it
	 *  would keep its processor from everybody else. */
	uint32_t policy;

	/** With a real-time policy: 1, the lowest, to 99. Otherwise the nice
	 *  value: -20, which gets the most time, to 19. */
	int32_t priority;

	/** Locks the memory of a worker (mlockall()), so that it never waits for
	 *  a page. It takes CAP_IPC_LOCK, or a limit RLIMIT_MEMLOCK that is
	 *  large enough for all that the worker maps. A module in a thread
	 *  shares this process's memory, which is not locked for it. */
	bool lock_memory;

	/** Numbers of the processors on which it runs. NULL: a worker runs on
	 *  all, a thread on those of the thread that calls start. */
	const uint16_t *cpus;
	size_t n_cpus;
};

CAMIPC_END_DECLS

#endif /* CAMIPC_SCHEDULING_H */
