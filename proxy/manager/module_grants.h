/* SPDX-License-Identifier: MIT */
/* What a module gets in its sandbox: what its manifest asks for, and may have. */
#ifndef CAMIPC_PROXY_MODULE_GRANTS_H
#define CAMIPC_PROXY_MODULE_GRANTS_H

#include <camipc/manager.h>

#include "manifest.h"
#include "path_list.h"
#include "policy.h"

/** The folder of the graphics driver's nodes: with it, a GPU is granted. */
#define CAMIPC_GPU_FOLDER "/dev/dri"

/** What the host grants to modules that it does not trust, if they ask. */
struct camipc_host_grants {
	struct camipc_path_list read;
	struct camipc_path_list devices;
	const char *const *environment; /* that every worker gets; may be NULL */
	bool namespaces; /* every worker is put into them */
};

/** Grants to one module. */
struct camipc_module_grants {
	enum camipc_sandbox_mode sandbox; /* as the host and the module want */
	uint32_t memory_mib;
	uint32_t threads;
	uint32_t paths_size;
	/* Each with its kind before it and a NUL after it: control.proto. */
	uint8_t paths[CAMIPC_MAX_GRANTED_PATHS_SIZE];
	uint32_t n_ioctls;
	uint32_t ioctls[CAMIPC_MAX_IOCTLS];
	bool gpu;
	bool namespaces;
	/** Variables that the worker gets in addition; texts of the manifest. */
	uint32_t n_environment;
	const char *environment[CAMIPC_MAX_ENVIRONMENT];
};

/**
 * camipc_module_grants_make() - decide about what a manifest asks for
 * @found: which module; a trusted one gets all that it asks for
 * @manifest: borrowed as long as @ret_grants is used
 * @host: what the host lets every module have
 * @settings: what policies say about it: if root's name what it may read or
 *            which devices it may open, that holds instead of @host, also for a
 *            trusted module; the user's can only take away. Its sandbox mode
 *            is that of the worker, unless the manifest wants a stricter one
 *
 * A need that is refused is an error before anything of the module runs; one
 * line of the log names it, with the option that would grant it. Nobody grants
 * variables that change which code a worker loads, and ioctls that act on other
 * processes. Returns 0, -EACCES (the host does not grant something) or -E2BIG
 * (too many and too long paths). Thread word: reentrant.
 */
int camipc_module_grants_make(const struct camipc_module_found *found,
			      const struct camipc_manifest *manifest,
			      const struct camipc_host_grants *host,
			      const struct camipc_module_settings *settings,
			      struct camipc_module_grants *ret_grants)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_MODULE_GRANTS_H */
