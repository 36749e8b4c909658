/* SPDX-License-Identifier: MIT */
/*
 * A warm spare: with camipc_restart_policy.spare a second worker stands by. It
 * has loaded its module and entered its sandbox, and sleeps; a restart then only
 * repeats calls.
 */
#ifndef CAMIPC_ENGINE_SPARE_H
#define CAMIPC_ENGINE_SPARE_H

#include "proxy.h"

/**
 * Starts a spare if there should be one, and goes on with its start; replaces
 * one that has ended, or whose module's file is another one by now. Does not
 * wait.
 */
void camipc_spare_step(struct camipc_proxy *proxy);

/** Returns when the next step is due; CAMIPC_NO_DEADLINE: when it has sent
 *  something. */
int64_t camipc_spare_due(const struct camipc_proxy *proxy);

/** Returns the link of a spare that is ready, now the caller's; or NULL. */
struct camipc_link *camipc_spare_take(struct camipc_proxy *proxy);

/** Ends the spare. */
void camipc_spare_drop(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_SPARE_H */
