/* SPDX-License-Identifier: MIT */
/* An event loop as a proxy needs it: it watches one descriptor. */
#ifndef CAMIPC_TEST_LOOP_H
#define CAMIPC_TEST_LOOP_H

#include <stdbool.h>

/**
 * Calls @ready(@user) whenever @fd is readable, until that returns false. Each
 * loop_….c implements it with another library. Returns 0 or a negative errno.
 */
int loop_run(int fd, bool (*ready)(void *user), void *user);

#endif /* CAMIPC_TEST_LOOP_H */
