/* SPDX-License-Identifier: MIT */
/* Stops a test's process and its workers for a while, as a container's pause. */
#ifndef CAMIPC_TEST_FREEZE_H
#define CAMIPC_TEST_FREEZE_H

#include <sys/types.h>

/**
 * Begins: @after_ms from now on, this process and all of its children stop, those
 * included that it makes until then; @ms later they go on, the children a moment
 * after this process, so that an answer of theirs does not come first. Returns a
 * process that does it, for freeze_end().
 */
pid_t freeze_begin(int after_ms, int ms);

/** Waits for that process. */
void freeze_end(pid_t freezer);

#endif /* CAMIPC_TEST_FREEZE_H */
