/* SPDX-License-Identifier: MIT */
/* Tries files, then the install folder, then folders of the environment. */
#include "resolve_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/log.h>

#define TOPIC "worker"

/**
 * Returns 0 if @path is a regular file that this process may execute, -EACCES
 * if it is something else, or -ENOENT.
 */
static int check_program(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return errno == EACCES ? -EACCES : -ENOENT;
	/* As exec() judges: by the effective ids. */
	if (!S_ISREG(status.st_mode) ||
	    faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return -EACCES;
	return 0;
}

/** The state of a search. */
struct search {
	const char *name;
	char *path;
	size_t size;
	int ret; /* what the search returns if it ends now */
};

/**
 * Tries the file @name in a folder, or the file @folder itself if @name is
 * NULL. Returns true if the search is over.
 */
static bool try_file(struct search *search, const char *folder,
		     size_t folder_size, const char *name)
{
	const size_t name_size = name ? strlen(name) : 0;
	const size_t slash = name ? 1 : 0;
	char path[PATH_MAX];
	size_t size = folder_size + slash + name_size;
	int ret;

	if (size >= sizeof(path))
		return false;
	memcpy(path, folder, folder_size);
	if (name) {
		path[folder_size] = '/';
		memcpy(path + folder_size + 1, name, name_size);
	}
	path[size] = '\0';
	ret = check_program(path);
	if (ret < 0) {
		if (ret == -EACCES) {
			camipc_log(CAMIPC_LOG_WARNING, TOPIC,
				   "%s is not an executable file: skipped",
				   path);
			search->ret = ret;
		}
		return false;
	}
	if (size >= search->size) {
		search->ret = -ENAMETOOLONG;
		return true;
	}
	memcpy(search->path, path, size + 1);
	search->ret = 0;
	return true;
}

/** Tries a colon-separated list of folders. Returns true if it is over. */
static bool try_folders(struct search *search, const char *folders)
{
	const char *next = folders;

	while (next) {
		const char *folder = next;
		size_t size = strcspn(folder, ":");

		next = folder[size] ? folder + size + 1 : NULL;
		if (size == 0)
			continue;
		if (folder[0] != '/') {
			camipc_log(CAMIPC_LOG_WARNING, TOPIC,
				   "%s: folder \"%.*s\" skipped: the path must "
				   "be absolute",
				   CAMIPC_WORKER_PATH_VARIABLE,
				   (int)(size > 200 ? 200 : size), folder);
			continue;
		}
		if (try_file(search, folder, size, search->name))
			return true;
	}
	return false;
}

int camipc_resolve_worker(const char *name,
			  const struct camipc_worker_search *search,
			  char *path, size_t size)
{
	struct search state = {
		.name = name,
		.path = path,
		.size = size,
		.ret = -ENOENT,
	};

	if (!name[0] || strchr(name, '/') || strstr(name, "..") ||
	    strcmp(name, ".") == 0)
		return -EINVAL;
	for (size_t i = 0; i < search->n_files; i++) {
		if (try_file(&state, search->files[i],
			     strlen(search->files[i]), NULL))
			return state.ret;
	}
	if (search->install_folder &&
	    try_file(&state, search->install_folder,
		     strlen(search->install_folder), name))
		return state.ret;
	if (search->folders)
		try_folders(&state, search->folders);
	return state.ret;
}
