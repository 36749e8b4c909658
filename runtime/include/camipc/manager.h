/* SPDX-License-Identifier: MIT */
/* Finds IPA modules, and decides how each of them is run. */
#ifndef CAMIPC_MANAGER_H
#define CAMIPC_MANAGER_H

#include <camipc/base.h>
#include <camipc/module.h>

CAMIPC_BEGIN_DECLS

struct camipc_manager;

/** Zero all of it, set @size, and name what differs from the defaults. */
struct camipc_manager_options {
	uint32_t size; /* sizeof this struct */

	/** NULL-terminated; folders searched for modules, before the
	 *  installed one. Relative ones are resolved at creation. */
	const char *const *module_paths;

	/** NULL-terminated; files (the worker itself), before the install
	 *  folder and CAMIPC_IPA_PROXY_PATH. */
	const char *const *worker_paths;

	/** NULL-terminated; files or folders whose modules are trusted, that
	 *  is, may run in a thread of this process. */
	const char *const *trusted_paths;

	/** Trusted modules run in a process, too. */
	bool isolate_all;

	/** Leaves out the install folders (modules and worker): for tests. */
	bool no_install_paths;
};

/**
 * Makes a manager. @options may be NULL. Returns 0, -EINVAL or -ENOMEM; finds
 * nothing yet, so a missing folder is no error. Thread word of a manager:
 * safe.
 */
CAMIPC_API int
camipc_manager_create(const struct camipc_manager_options *options,
		      struct camipc_manager **ret_manager) CAMIPC_MUST_CHECK;

/** Its proxies have to be destroyed first. NULL is fine. */
CAMIPC_API void camipc_manager_destroy(struct camipc_manager *manager);

/** Which module a pipeline handler wants. Zero all of it first. */
struct camipc_match {
	/** The module's own name ("softisp"); NULL: any that has the
	 *  interface, first found. */
	const char *module;

	/** An absolute path instead of a search; @module then has to fit. */
	const char *path;

	/** Of the module, both included; max 0 means no upper end. */
	uint32_t min_version;
	uint32_t max_version;

	/** How to run it: the name of a proxy factory ("thread", "process",
	 *  "loopback"); NULL: the manager decides. Asking for "thread" or
	 *  "loopback" trusts the module: say so only for your own. */
	const char *isolation;

	/** Deadline of every call, in milliseconds; 0: as the IDL says. */
	uint32_t timeout_ms;
};

/** What the manager knows of a module without loading it. */
struct camipc_module_found {
	char path[4096];
	struct camipc_module_info info;
	bool trusted;
	const char *isolation; /* what NULL in a match would choose */
	char why[160]; /* one line */
};

/**
 * Calls @visit for each module found, in the order of search; stops when it
 * returns other than 0, and returns that. What is not a module is skipped,
 * with one log line, a warning. Returns 0, or what @visit returned.
 */
CAMIPC_API int
camipc_manager_list(struct camipc_manager *manager,
		    int (*visit)(void *user,
				 const struct camipc_module_found *module),
		    void *user);

/**
 * The path of the worker program that "process" would start, for messages.
 * Returns 0, -ENOENT (none found), -EACCES (one found, not executable) or
 * -ENAMETOOLONG (@size is too small).
 */
CAMIPC_API int camipc_manager_find_worker(struct camipc_manager *manager,
					  char *path,
					  size_t size) CAMIPC_MUST_CHECK;

/** Names of the proxy factories; returns how many, fills in at most @max. */
CAMIPC_API size_t camipc_proxy_factory_list(const char **names, size_t max);

CAMIPC_END_DECLS

#endif /* CAMIPC_MANAGER_H */
