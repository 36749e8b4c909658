/* SPDX-License-Identifier: MIT */
/* Finds CPUs, and pins threads to them. */
#include "cpus.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <camipc/error.h>

#include "fail.h"

int bench_cpu;
int bench_peer_cpu;
const struct camipc_scheduling *bench_scheduling;

/* As the program was started: later it is pinned. */
static cpu_set_t usable;

void bench_find_cpus(int ret_cpus[2])
{
	int n = 0;

	if (sched_getaffinity(0, sizeof(usable), &usable) < 0)
		bench_fail("cannot read the CPU affinity: %s",
			   camipc_errno_to_string(errno));
	for (int cpu = bench_next_cpu(-1); cpu >= 0 && n < 2;
	     cpu = bench_next_cpu(cpu))
		ret_cpus[n++] = cpu;
	if (n == 1)
		ret_cpus[1] = ret_cpus[0];
}

int bench_next_cpu(int cpu)
{
	while (++cpu < CPU_SETSIZE) {
		if (CPU_ISSET((size_t)cpu, &usable))
			return cpu;
	}
	return -1;
}

void bench_pin(int tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(tid, sizeof(set), &set) < 0)
		bench_fail("cannot pin a thread to CPU %d: %s", cpu,
			   camipc_errno_to_string(errno));
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
		bench_fail("cannot list the threads in %s: %s", path,
			   camipc_errno_to_string(errno));
	while ((entry = readdir(dir))) {
		int tid = atoi(entry->d_name);

		if (tid > 0 && tid != self)
			bench_pin(tid, bench_peer_cpu);
	}
	closedir(dir);
}
