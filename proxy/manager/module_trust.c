/* SPDX-License-Identifier: MIT */
/* Compares real paths, and checks owners and modes up to the root folder. */
#include "module_trust.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** True if @path is @root, or lies below it; both are real paths. */
static bool is_below(const char *path, const char *root)
{
	size_t size = strlen(root);

	if (strcmp(root, "/") == 0)
		return true;
	return strncmp(path, root, size) == 0 &&
	       (path[size] == '/' || path[size] == '\0');
}

/** True if only root can change the file at @path, a real path. */
static bool is_protected(const char *path)
{
	char part[PATH_MAX];
	struct stat status;
	char *slash;

	snprintf(part, sizeof(part), "%s", path);
	for (;;) {
		if (stat(part[0] ? part : "/", &status) < 0 ||
		    status.st_uid != 0 ||
		    (status.st_mode & (S_IWGRP | S_IWOTH)))
			return false;
		slash = strrchr(part, '/');
		if (!slash)
			return true; /* that was the root folder */
		*slash = '\0';
	}
}

const char *camipc_trust_in(const struct camipc_trust *trust, const char *path)
{
	char real[PATH_MAX];
	char root[PATH_MAX];

	if (!realpath(path, real))
		return NULL;
	for (size_t i = 0; i < trust->n_paths; i++) {
		if (realpath(trust->paths[i], root) && is_below(real, root))
			return "trusted by the host";
	}
	if (trust->install_folder && realpath(trust->install_folder, root) &&
	    is_below(real, root) && is_protected(real))
		return "installed, and only root can change it";
	return NULL;
}
