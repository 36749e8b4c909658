/* SPDX-License-Identifier: MIT */
/* Searches folders for modules, and reads the note of each. */
#ifndef CAMIPC_PROXY_MODULE_SEARCH_H
#define CAMIPC_PROXY_MODULE_SEARCH_H

#include <camipc/module.h>

#include "module_file.h"

/** Called for each file. */
struct camipc_module_visitor {
	void *user;

	/** For a module; a result other than 0 ends the search with it.
	 *  @file is open during the call, unless its fd is taken (set to -1). */
	int (*found)(void *user, const char *path,
		     struct camipc_module_file *file);

	/** For a file with a module's name that is broken or unreadable. */
	void (*refused)(void *user, const char *path, int error,
			const char *why);
};

/**
 * camipc_module_search() - visit the modules in a list of folders
 * @folders: absolute; a missing folder is not an error
 *
 * Visits files called *.so, folder after folder, in each folder by name, but
 * not in folders below it. A file that has another path too is visited once.
 *
 * Returns 0, what @visitor->found() returned, or -ENOMEM. Thread word:
 * reentrant.
 */
int camipc_module_search(char *const *folders, size_t n_folders,
			 const struct camipc_module_visitor *visitor)
	CAMIPC_MUST_CHECK;

/** For visitors that only warn of refused files: logs one line. */
void camipc_module_log_refused(void *user, const char *path, int error,
			       const char *why);

#endif /* CAMIPC_PROXY_MODULE_SEARCH_H */
