/* SPDX-License-Identifier: MIT */
/* Finds the worker program, which runs IPA modules in their own process. */
#ifndef CAMIPC_PROXY_RESOLVE_PATH_H
#define CAMIPC_PROXY_RESOLVE_PATH_H

#include <camipc/base.h>

/** The worker program, and the variable that names folders which hold it. */
#define CAMIPC_WORKER_NAME "camipc-worker"
#define CAMIPC_WORKER_PATH_VARIABLE "CAMIPC_IPA_PROXY_PATH"

/** The variable that names a program to run in its place. */
#define CAMIPC_WORKER_PROGRAM_VARIABLE "CAMIPC_WORKER_PROGRAM"

/** Where to look, in this order. */
struct camipc_worker_search {
	/** The only program that will do; NULL: look further. From the
	 *  environment: the caller must use secure_getenv(). */
	const char *replacement;

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
 * camipc_resolve_worker() - find the worker program and open it
 * @name: of the program, in folders; must not contain '/' or ".."
 * @path: receives the first regular file that this process may execute
 * @size: of @path, in bytes
 * @ret_fd: the file that was checked, for fexecve(); O_PATH and close-on-exec;
 *          the caller closes it
 *
 * Skips empty entries of @search->folders, and, with one log line, entries that
 * do not begin with '/'.
 *
 * Returns 0; -EINVAL (invalid @name); -ENOENT (no such file); -EACCES (files
 * exist, but none is executable); -ENAMETOOLONG (@size is too small); -EMFILE;
 * or -ENOMEM. Thread word: reentrant.
 */
int camipc_resolve_worker(const char *name,
			  const struct camipc_worker_search *search,
			  char *path, size_t size,
			  int *ret_fd) CAMIPC_MUST_CHECK;

/**
 * Writes the places that a search looks at to @text, for an error message; a
 * long list is cut. Thread word: reentrant.
 */
void camipc_describe_worker_search(const char *name,
				   const struct camipc_worker_search *search,
				   char *text, size_t size);

#endif /* CAMIPC_PROXY_RESOLVE_PATH_H */
