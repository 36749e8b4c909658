/* SPDX-License-Identifier: MIT */
/* The test bed of tests of child processes; child_roles.c is the child. */
#ifndef CAMIPC_TEST_CHILD_FIXTURE_H
#define CAMIPC_TEST_CHILD_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "child_process.h"

/** Patience in milliseconds for what has to happen; only failures wait so. */
#define CHILD_LIMIT_MS 5000

/** Starts a child in @role; *ret_socket, or NULL, hears what it tells. */
int child_spawn(const char *role, struct camipc_child **ret_child,
		int *ret_socket);

/** Starts the program at @path, and ends it; returns what spawning did. */
int child_spawn_path(const char *path);

/** Everything the child tells, up to @end, or until the limit. */
void child_hear(int fd, const char *end, char *text, size_t size);

/** Whether the process with this id ends, or has ended. */
bool child_ends_within(int pid, int ms);

#endif /* CAMIPC_TEST_CHILD_FIXTURE_H */
