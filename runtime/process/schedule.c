/* SPDX-License-Identifier: MIT */
/* Checks what scheduling a host wants, and enters it by system calls. */
#include "schedule.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <camipc/log.h>

#include "child_start.h"
#include "struct_size.h"

#define TOPIC "proxy"

/* The system call getpriority() returns this minus the nice value. */
#define NICE_BASE 20

/* ---- what the host wants ------------------------------------------------ */

/* Compared by address: a child tells its parent which one failed. */
static const char call_scheduler[] = "sched_setscheduler";
static const char call_priority[] = "setpriority";
static const char call_affinity[] = "sched_setaffinity";

static bool has_priority(const struct camipc_scheduling *wanted)
{
	if (wanted->policy == CAMIPC_SCHEDULING_NORMAL)
		return wanted->priority >= -20 && wanted->priority <= 19;
	return wanted->priority >= 1 && wanted->priority <= 99;
}

/* Returns the processor that has no such number, or -1. */
static long fill_cpus(const struct camipc_scheduling *wanted,
		      struct camipc_schedule *schedule)
{
	schedule->has_cpus = wanted->n_cpus > 0;
	for (size_t i = 0; i < wanted->n_cpus; i++) {
		const uint16_t cpu = wanted->cpus[i];

		if (cpu >= CAMIPC_MAX_CPUS)
			return cpu;
		schedule->cpus[cpu / 64] |= UINT64_C(1) << (cpu % 64);
	}
	return -1;
}

static int refuse(const char *function, const char *member, long value,
		  const char *expected)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "%s(): scheduling has the %s %ld; expected %s", function,
		   member, value, expected);
	return -EINVAL;
}

int camipc_schedule_fill(const char *function,
			 const struct camipc_scheduling *wanted,
			 struct camipc_schedule *ret_schedule)
{
	static const int policies[] = {
		[CAMIPC_SCHEDULING_NORMAL] = SCHED_OTHER,
		[CAMIPC_SCHEDULING_FIFO] = SCHED_FIFO,
		[CAMIPC_SCHEDULING_ROUND_ROBIN] = SCHED_RR,
	};
	const struct camipc_struct_rule rule = {
		.function = function,
		.name = "struct camipc_scheduling",
		.oldest = sizeof(*wanted),
		.known = sizeof(*wanted),
	};
	long cpu;
	int ret = camipc_struct_check(&rule, wanted);

	memset(ret_schedule, 0, sizeof(*ret_schedule));
	if (ret < 0)
		return ret;
	if (wanted->policy >= CAMIPC_N_SCHEDULING_POLICIES)
		return refuse(function, "policy", (long)wanted->policy,
			      "an enum camipc_scheduling_policy");
	if (!has_priority(wanted))
		return refuse(function, "priority", wanted->priority,
			      wanted->policy == CAMIPC_SCHEDULING_NORMAL ?
				      "a nice value from -20 to 19" :
				      "1 to 99");
	if (wanted->n_cpus > 0 && !wanted->cpus)
		return refuse(function, "n_cpus", (long)wanted->n_cpus,
			      "0, because cpus is NULL");
	cpu = fill_cpus(wanted, ret_schedule);
	if (cpu >= 0)
		return refuse(function, "processor", cpu,
			      "less than CAMIPC_MAX_CPUS");
	ret_schedule->policy = policies[wanted->policy];
	ret_schedule->priority = wanted->priority;
	ret_schedule->lock_memory = wanted->lock_memory;
	return 0;
}

bool camipc_schedule_is_usual(const struct camipc_schedule *schedule)
{
	return schedule->policy == SCHED_OTHER && schedule->priority == 0 &&
	       !schedule->has_cpus;
}

/* ---- in the thread or the child ----------------------------------------- */

CHILD_CODE static bool is_real_time(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

CHILD_CODE static int set_policy(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return syscall(SYS_sched_setscheduler, 0, policy, &param) < 0 ? errno :
									 0;
}

/* What was inherited: where it cannot be given up, it has no effect either. */
CHILD_CODE static void give_up(void)
{
	const long policy = syscall(SYS_sched_getscheduler, 0);

	if (policy >= 0 && is_real_time((int)policy & ~SCHED_RESET_ON_FORK))
		(void)set_policy(SCHED_OTHER, 0);
	if (syscall(SYS_getpriority, PRIO_PROCESS, 0) > NICE_BASE)
		syscall(SYS_setpriority, PRIO_PROCESS, 0, 0);
}

CHILD_CODE int camipc_schedule_enter(const struct camipc_schedule *schedule,
				     const char **ret_call)
{
	give_up();
	if (schedule->has_cpus) {
		*ret_call = call_affinity;
		if (syscall(SYS_sched_setaffinity, 0, sizeof(schedule->cpus),
			    schedule->cpus) < 0)
			return errno;
	}
	if (is_real_time(schedule->policy)) {
		*ret_call = call_scheduler;
		return set_policy(schedule->policy, schedule->priority);
	}
	if (schedule->priority != 0) {
		*ret_call = call_priority;
		if (syscall(SYS_setpriority, PRIO_PROCESS, 0,
			    schedule->priority) < 0)
			return errno;
	}
	return 0;
}

const char *camipc_schedule_why(const char *call, int error)
{
	if (call != call_scheduler && call != call_priority &&
	    call != call_affinity)
		return NULL;
	if (error != EPERM && error != EACCES)
		return call == call_affinity ?
			       "none of these processors may be used" :
			       "the system does not allow it";
	if (call == call_scheduler)
		return "it takes CAP_SYS_NICE, or RLIMIT_RTPRIO (ulimit -r) of "
		       "that priority";
	return "it takes CAP_SYS_NICE, or RLIMIT_NICE (ulimit -e) of 20 minus "
	       "that value";
}
