/* SPDX-License-Identifier: MIT */
/*
 * Counts what a test may have left behind: descriptors, threads, children,
 * mappings.
 */
#ifndef CAMIPC_TEST_FD_LEAK_H
#define CAMIPC_TEST_FD_LEAK_H

#include <stdbool.h>

/** What this process has at a moment. */
struct fd_leak {
	unsigned int fds;
	unsigned int threads;
	unsigned int children; /* zombies included */
	unsigned int maps; /* lines of /proc/self/maps */
};

/** Counts. Thread word: safe. */
void fd_leak_take(struct fd_leak *ret_now);

/**
 * Counts once there are no more threads and children than in @before. Those that
 * reap what was killed end later than the function that killed it.
 */
void fd_leak_take_settled(const struct fd_leak *before,
			  struct fd_leak *ret_now);

/**
 * Fails the test unless there are exactly as many descriptors and children as in
 * @before, and no more threads. A thread that was joined and a child that was
 * killed may take the kernel a moment, so it looks again for two seconds, or
 * longer under valgrind.
 */
void fd_leak_assert_none(const struct fd_leak *before);

/** The same where somebody else, a test bed, may have closed something. */
void fd_leak_assert_no_more(const struct fd_leak *before);

/**
 * The same, and for at most @maps more mappings: between two rounds of a test
 * that repeats itself, after the first round warmed up.
 */
void fd_leak_assert_no_growth(const struct fd_leak *before, unsigned int maps);

/** Prints each open descriptor and what it is, to find a leak. */
void fd_leak_print(void);

/** Is there a process with this id, zombies included? */
bool fd_leak_process_exists(int pid);

/**
 * Fails the test unless the process is reaped, within the same time: a thread
 * reaps what does not end within milliseconds of its SIGKILL.
 */
void fd_leak_assert_gone(int pid);

#endif /* CAMIPC_TEST_FD_LEAK_H */
