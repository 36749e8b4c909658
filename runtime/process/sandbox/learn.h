/* SPDX-License-Identifier: MIT */
/*
 * Learning what a module needs: the filters trap what they would refuse, and a
 * signal handler carries out what could be granted, and says so.
 */
#ifndef CAMIPC_SANDBOX_LEARN_H
#define CAMIPC_SANDBOX_LEARN_H

#include "sandbox.h"

/** In the sixth argument of open, openat and ioctl: the handler's own calls. */
#define CAMIPC_LEARN_COOKIE 0x6c65726eu

/**
 * camipc_learn_prepare() - start the thread that opens what Landlock refuses
 *
 * Called before Landlock restricts this thread: the new one escapes it. Installs
 * the handler of SIGSYS, too. Returns 0, or a negative errno of
 * pthread_create(); -ENOTSUP on processors without a filter. Thread word: bound.
 */
int camipc_learn_prepare(void) CAMIPC_MUST_CHECK;

/**
 * camipc_learn_begin() - note what is trapped from now on
 * @request: its note() is called in signal handlers, of any thread
 */
void camipc_learn_begin(const struct camipc_sandbox_request *request);

/** From now on init has succeeded: what is opened, the seal would refuse. */
void camipc_learn_after_init(void);

#endif /* CAMIPC_SANDBOX_LEARN_H */
