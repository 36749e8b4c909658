/* SPDX-License-Identifier: MIT */
/* Asks the dynamic loader where this library lies. */
#include "own_folder.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/** The real path of the file that this code is in. */
static bool find_library(char library[PATH_MAX])
{
	static const char here;
	Dl_info info;

	/* Any object of this file will do. */
	return dladdr(&here, &info) != 0 && info.dli_fname &&
	       realpath(info.dli_fname, library);
}

void camipc_own_folder(const char *from_library, const char *configured,
		       char *folder)
{
	char library[PATH_MAX];
	char *slash;

	if (find_library(library)) {
		slash = strrchr(library, '/');
		*slash = '\0';
		if (snprintf(folder, PATH_MAX, "%s/%s", library,
			     from_library) < PATH_MAX &&
		    is_folder(folder))
			return;
	}
	snprintf(folder, PATH_MAX, "%s", configured);
}
