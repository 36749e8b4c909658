/* SPDX-License-Identifier: MIT */
/*
 * Children whose end takes long: a debugger holds them as zombies, so that their
 * parent cannot reap them.
 */
#ifndef CAMIPC_TEST_SLOW_END_H
#define CAMIPC_TEST_SLOW_END_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** The process that holds them. */
struct slow_end {
	pid_t debugger;
	int line; /* it ends when this is closed */
};

/** Holds these processes; returns false if the system does not allow it. */
bool slow_end_begin(struct slow_end *slow, const pid_t *pids, size_t n);

/** Lets go of all of them. */
void slow_end_end(struct slow_end *slow);

#endif /* CAMIPC_TEST_SLOW_END_H */
