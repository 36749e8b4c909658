/* SPDX-License-Identifier: MIT */
/* Decides how a module runs: in a thread or in a process, and why. */
#ifndef CAMIPC_PROXY_MODULE_POLICY_H
#define CAMIPC_PROXY_MODULE_POLICY_H

#include <camipc/manager.h>

#include "module_trust.h"

struct camipc_proxy_factory;

/** Thread word: never changes. */
struct camipc_module_policy {
	struct camipc_trust trust;
	bool isolate_all; /* trusted modules too */
};

/**
 * Decides for a pipeline handler that requests no isolation: sets trusted,
 * isolation and why of @found from its path. Thread word: reentrant.
 */
void camipc_module_policy_decide(const struct camipc_module_policy *policy,
				 struct camipc_module_found *found);

/**
 * camipc_module_policy_request() - apply the isolation that a match requests
 * @factory: of the isolation that the match requests
 * @found: decided already; changed on success
 *
 * Returns 0, or -EPERM (a factory that runs modules in this process, and the
 * host isolates all), which one log line explains. Thread word: reentrant.
 */
int camipc_module_policy_request(const struct camipc_module_policy *policy,
				 const struct camipc_proxy_factory *factory,
				 struct camipc_module_found *found)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_MODULE_POLICY_H */
