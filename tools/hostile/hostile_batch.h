/* SPDX-License-Identifier: MIT */
/* A process that runs the built-in camera through many cases. */
#ifndef CAMIPC_HOSTILE_BATCH_H
#define CAMIPC_HOSTILE_BATCH_H

#include "hostile_camera.h"

struct hostile_batch;

/** Prepares; the process is started with the first case. NULL without memory. */
struct hostile_batch *hostile_batch_create(const struct hostile_run *run);

/**
 * Runs one case. A camera process that crashes, or does not finish in @limit_s,
 * fails the case, and another one is started for the next.
 */
void hostile_batch_run(struct hostile_batch *batch,
		       const struct hostile_case *one, size_t number,
		       unsigned int limit_s,
		       struct hostile_verdict *ret_verdict);

/** Ends the process; NULL is fine. */
void hostile_batch_destroy(struct hostile_batch *batch);

#endif /* CAMIPC_HOSTILE_BATCH_H */
