/* SPDX-License-Identifier: MIT */
/* Decides how a module runs: in a thread or in a process, and why. */
#ifndef CAMIPC_PROXY_MODULE_POLICY_H
#define CAMIPC_PROXY_MODULE_POLICY_H

#include <camipc/manager.h>

#include "module_trust.h"
#include "policy.h"

struct camipc_load_files;
struct camipc_module_file;
struct camipc_proxy_factory;
struct camipc_sealed_copies;
struct camipc_trust_store;

/** Thread word: never changes. */
struct camipc_module_policy {
	struct camipc_trust trust;
	const struct camipc_trust_store *store; /* NULL: no keys, no hashes */
	const struct camipc_policy *rules; /* NULL: none */
	struct camipc_sealed_copies *copies; /* NULL: none are kept */
	bool isolate_all; /* trusted modules too */
	bool wants_facts; /* about content, also where nothing depends on them */
	enum camipc_sandbox_mode sandbox; /* of workers, as the host says */
};

/**
 * camipc_module_policy_decide() - decide how a module runs by itself
 * @file: open; a module that is trusted by a signature or a hash is left with the
 *        sealed copy that was judged, which is what is loaded then
 * @loads: the files that it loads, which must all be trusted
 * @found: gets all members that are about trust, isolation and why of both
 * @ret_settings: what policies say about the module
 *
 * Decides for a pipeline handler that requests no isolation. A module is trusted
 * by its path (camipc_trust_judge(), or a path that root's policy names), by its
 * hash, or by a signature. For the
 * latter two, the libraries that it needs must be ones that only root can change
 * (module_libraries.h), and /proc must be mounted, through which copies are
 * loaded.
 *
 * Returns 0; -ESTALE (the file was changed while it was judged); -EMFILE or
 * -ENOMEM. Thread word: reentrant.
 */
int camipc_module_policy_decide(const struct camipc_module_policy *policy,
				struct camipc_module_file *file,
				const struct camipc_load_files *loads,
				struct camipc_module_found *found,
				struct camipc_module_settings *ret_settings)
	CAMIPC_MUST_CHECK;

/**
 * camipc_module_policy_request() - apply the isolation that a match requests
 * @factory: of the isolation that the match requests
 * @settings: what policies say about it
 * @found: decided already; changed on success
 *
 * Returns 0, or -EPERM (a factory that runs modules in this process, and the
 * host or a policy isolates the module, or others can change the path of a file that the module
 * loads), which one log line explains. Thread word: reentrant.
 */
int camipc_module_policy_request(const struct camipc_module_policy *policy,
				 const struct camipc_proxy_factory *factory,
				 const struct camipc_load_files *loads,
				 const struct camipc_module_settings *settings,
				 struct camipc_module_found *found)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_MODULE_POLICY_H */
