/* SPDX-License-Identifier: MIT */
/* Finds the program that runs IPA modules in a process of their own. */
#ifndef CAMIPC_PROXY_RESOLVE_PATH_H
#define CAMIPC_PROXY_RESOLVE_PATH_H

#include <camipc/base.h>

/** The one generic worker program, and the variable that says where it is. */
#define CAMIPC_WORKER_NAME "camipc-worker"
#define CAMIPC_WORKER_PATH_VARIABLE "CAMIPC_IPA_PROXY_PATH"

/** Where to look, in this order. */
struct camipc_worker_search {
	/** Files, from the API or the configuration; NULL: none. */
	char *const *files;
	size_t n_files;

	/** The install folder; NULL: left out. */
	const char *install_folder;

	/** Colon-separated absolute folders; NULL: none. The caller reads the
	 *  environment, by secure_getenv(). */
	const char *folders;
};

/**
 * camipc_resolve_worker() - find the worker program
 * @name: of the program, for folders; without '/' and ".."
 * @path: gets the first one that is a regular file this process may execute
 * @size: of @path, in bytes
 *
 * Entries of @search->folders that are empty are skipped; what does not begin
 * with '/' is refused with a log line.
 *
 * Returns 0; -EINVAL (@name); -ENOENT; -EACCES (none passed, and one was there
 * but not an executable file); -ENAMETOOLONG (@size is too small). Thread
 * word: reentrant.
 */
int camipc_resolve_worker(const char *name,
			  const struct camipc_worker_search *search,
			  char *path, size_t size) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_RESOLVE_PATH_H */
