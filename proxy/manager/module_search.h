/* SPDX-License-Identifier: MIT */
/* Goes through folders, and reads what the modules in them say. */
#ifndef CAMIPC_PROXY_MODULE_SEARCH_H
#define CAMIPC_PROXY_MODULE_SEARCH_H

#include <camipc/module.h>

/** Who is told. */
struct camipc_module_visitor {
	void *user;

	/** A module; other than 0 ends the search with that result. */
	int (*found)(void *user, const char *path,
		     const struct camipc_module_info *info);

	/** A file called like a module that is none, or cannot be read. */
	void (*refused)(void *user, const char *path, int error,
			const char *why);
};

/**
 * camipc_module_search() - visit the modules in a list of folders
 * @folders: absolute; one that is missing is no error
 *
 * Files called *.so, folder after folder, in each by name; not those in
 * folders below. A file that is met again, by another path, is left out.
 *
 * Returns 0, what @visitor->found() returned, or -ENOMEM. Thread word:
 * reentrant.
 */
int camipc_module_search(char *const *folders, size_t n_folders,
			 const struct camipc_module_visitor *visitor);

#endif /* CAMIPC_PROXY_MODULE_SEARCH_H */
