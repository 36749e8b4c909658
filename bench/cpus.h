/* SPDX-License-Identifier: MIT */
/* The CPUs that the two sides of a benchmark run on, and how they are scheduled. */
#ifndef CAMIPC_BENCH_CPUS_H
#define CAMIPC_BENCH_CPUS_H

/** CPUs of the near side and of its peer in the current case. */
extern int bench_cpu;
extern int bench_peer_cpu;

struct camipc_scheduling;

/** How the IPA of the current case is scheduled; NULL: as usual. */
extern const struct camipc_scheduling *bench_scheduling;

/**
 * Finds the first two CPUs that this process may use; the same one twice if it
 * may use only one.
 */
void bench_find_cpus(int ret_cpus[2]);

/** Returns the next CPU after @cpu that bench_find_cpus() may use; -1: no more. */
int bench_next_cpu(int cpu);

/** Pins a thread to a CPU; @tid 0 is the calling thread. */
void bench_pin(int tid, int cpu);

/**
 * Pins every thread of a process to bench_peer_cpu; with @pid 0 every thread of
 * this process except the calling one.
 */
void bench_pin_threads(int pid);

#endif /* CAMIPC_BENCH_CPUS_H */
