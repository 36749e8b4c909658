/* SPDX-License-Identifier: MIT */
/* Finds the worker program, which runs IPA modules in their own process. */
#ifndef CAMIPC_PROXY_RESOLVE_PATH_H
#define CAMIPC_PROXY_RESOLVE_PATH_H

#include <camipc/base.h>

/** The worker program, and the variable that names folders which hold it. */
#define CAMIPC_WORKER_NAME "camipc-worker"
#define CAMIPC_WORKER_PATH_VARIABLE "CAMIPC_IPA_PROXY_PATH"

/** Where to look, in this order. */
struct camipc_worker_search {
	/** Paths of the program itself, from the API; NULL: none. */
	char *const *files;
	size_t n_files;

	/** The install folder; NULL: left out. */
	const char *install_folder;

	/** Colon-separated absolute folders; NULL: none. From the environment:
	 *  the caller must use secure_getenv(). */
	const char *folders;
};

/**
 * camipc_resolve_worker() - find the worker program
 * @name: of the program, in folders; must not contain '/' or ".."
 * @path: receives the first regular file that this process may execute
 * @size: of @path, in bytes
 *
 * Skips empty entries of @search->folders, and, with one log line, entries that
 * do not begin with '/'.
 *
 * Returns 0; -EINVAL (invalid @name); -ENOENT (no such file); -EACCES (files
 * exist, but none is executable); -ENAMETOOLONG (@size is too small). Thread
 * word: reentrant.
 */
int camipc_resolve_worker(const char *name,
			  const struct camipc_worker_search *search,
			  char *path, size_t size) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_RESOLVE_PATH_H */
