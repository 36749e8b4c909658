/* SPDX-License-Identifier: MIT */
/* Finds IPA modules, and decides whether a thread or a process runs each. */
#ifndef CAMIPC_MANAGER_H
#define CAMIPC_MANAGER_H

#include <camipc/base.h>
#include <camipc/module.h>

CAMIPC_BEGIN_DECLS

struct camipc_manager;

/** Zero the struct, set @size, then set what differs from the defaults. */
struct camipc_manager_options {
	uint32_t size; /* sizeof this struct; it grows at the end */

	/** Folders searched for modules before the install folder, in order.
	 *  Ends with NULL. Relative paths are resolved at creation. */
	const char *const *module_paths;

	/** Worker programs (files), tried before CAMIPC_IPA_PROXY_PATH and the
	 *  install folder, in order. Ends with NULL. */
	const char *const *worker_paths;

	/** Files and folders whose modules are trusted: they may run in a
	 *  thread of this process. Ends with NULL. */
	const char *const *trusted_paths;

	/** Runs trusted modules in a process, too. */
	bool isolate_all;

	/** Ignores the install folders of modules and worker; for tests. */
	bool no_install_paths;
};

/**
 * camipc_manager_create() - make a manager
 * @options: NULL for the defaults; copied
 * @ret_manager: for camipc_manager_destroy()
 *
 * Searches for nothing yet: a folder that does not exist is no error.
 *
 * Returns 0, -EINVAL (@options without a size) or -ENOMEM. Thread word: safe,
 * as all functions of a manager.
 */
CAMIPC_API int
camipc_manager_create(const struct camipc_manager_options *options,
		      struct camipc_manager **ret_manager) CAMIPC_MUST_CHECK;

/**
 * Destroys a manager; its proxies must have been destroyed before. Accepts
 * NULL. Thread word: safe.
 */
CAMIPC_API void camipc_manager_destroy(struct camipc_manager *manager);

/**
 * Selects the module for a proxy. Zero the struct, then set what matters; its
 * strings are borrowed for the call.
 */
struct camipc_match {
	/** Name of the module ("softisp"). NULL accepts any module that serves
	 *  the interface; the first one found is used. */
	const char *module;

	/** Absolute path of the module, instead of a search; @module must
	 *  still match. */
	const char *path;

	/** Accepted versions of the module, both included. A max of 0 means
	 *  no upper limit. */
	uint32_t min_version;
	uint32_t max_version;

	/** Name of the proxy factory: "thread", "process" or "loopback". NULL
	 *  lets the manager decide. "thread" and "loopback" run the module in
	 *  this process, and thus trust it: name them for your own only. */
	const char *isolation;

	/** Deadline of every call, in milliseconds; 0: as the IDL says. */
	uint32_t timeout_ms;

	uint32_t spare[3]; /* 0 */

	/** Passed to the module as camipc_host.argument; NULL is the same as
	 *  "". With more than CAMIPC_MAX_ARGUMENT_SIZE bytes, the creation of
	 *  the proxy fails with -EINVAL. */
	const char *argument;

	const void *spare_pointers[5]; /* NULL */
};
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_match) ==
			     6 * sizeof(uint32_t) + 9 * sizeof(void *),
		     "a new member of a match takes a spare one's place");

/** A module that the manager found. It was read, not loaded. */
struct camipc_module_found {
	char path[4096];
	struct camipc_module_info info;
	bool trusted;
	const char *isolation; /* the choice for a match without one */
	char why[160]; /* one line: the reason for that choice */
};

/**
 * camipc_manager_list() - call a function for each module found
 * @visit: called in the order of the search, in the caller's thread; @module
 *         is valid for the call. A return value other than 0 ends the search
 * @user: for @visit
 *
 * Files that are no modules are skipped, with one warning in the log.
 *
 * Returns 0, -ENOMEM, or the value with which @visit ended the search. Thread
 * word: safe.
 */
CAMIPC_API int
camipc_manager_list(struct camipc_manager *manager,
		    int (*visit)(void *user,
				 const struct camipc_module_found *module),
		    void *user);

/**
 * camipc_manager_find_worker() - the worker program that "process" starts
 * @path: gets its path, for messages
 * @size: of @path, in bytes
 *
 * Returns 0; -ENOENT (there is none); -EACCES (there is one, but it cannot be
 * executed); or -ENAMETOOLONG (@size is too small). Thread word: safe.
 */
CAMIPC_API int camipc_manager_find_worker(struct camipc_manager *manager,
					  char *path,
					  size_t size) CAMIPC_MUST_CHECK;

/**
 * Fills in the names of at most @max proxy factories, and returns how many
 * there are. Thread word: safe.
 */
CAMIPC_API size_t camipc_proxy_factory_list(const char **names, size_t max);

CAMIPC_END_DECLS

#endif /* CAMIPC_MANAGER_H */
