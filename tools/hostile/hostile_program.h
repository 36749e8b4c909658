/* SPDX-License-Identifier: MIT */
/* Somebody's own program, in the place of the built-in camera. */
#ifndef CAMIPC_HOSTILE_PROGRAM_H
#define CAMIPC_HOSTILE_PROGRAM_H

#include "hostile_camera.h"

/**
 * Runs a program with a hostile worker, and judges: it must not crash, must end
 * within @limit_s, and must leave no worker behind.
 * @argv: program and arguments, ends with NULL
 * @show: what the program prints
 *
 * Returns 0, or the negative errno with which the program cannot be run.
 */
int hostile_program_run(const struct hostile_run *run,
			 const struct hostile_case *one, char *const *argv,
			 unsigned int limit_s, bool show,
			 struct hostile_verdict *ret_verdict);

#endif /* CAMIPC_HOSTILE_PROGRAM_H */
