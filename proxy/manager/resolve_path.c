/* SPDX-License-Identifier: MIT */
/* Tries what replaces the worker, or files, the install folder, and folders of the
 * environment. */
#include "resolve_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/log.h>

#include "module_file.h"
#include "program_file.h"

#define WORKER_TOPIC "worker"

/**
 * Returns whether this process may execute the file that is open. exec() has the
 * last word.
 */
static bool is_executable(int fd, const char *path, const struct stat *status)
{
	char name[CAMIPC_FD_NAME_SIZE];

	if (camipc_fd_name(fd, name, sizeof(name)))
		path = name;
	return camipc_may_execute(path, status->st_mode);
}

/**
 * Opens @path if it is a regular file that this process may execute. Returns 0,
 * -EACCES if it is something else, -ENOENT, -EMFILE or -ENOMEM.
 */
static int open_program(const char *path, int *ret_fd)
{
	const int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat status;

	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		return -EMFILE;
	if (fd < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (fd < 0)
		return errno == EACCES ? -EACCES : -ENOENT;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    is_executable(fd, path, &status)) {
		*ret_fd = fd;
		return 0;
	}
	close(fd);
	return -EACCES;
}

/** The state of a search. */
struct worker_search {
	const char *name;
	char *path;
	size_t size;
	int fd; /* of the program, once it was found */
	int ret; /* what the search returns if it ends now */
};

/**
 * Tries the file @name in a folder, or the file @folder itself if @name is
 * NULL. Returns true if the search is over.
 */
static bool try_file(struct worker_search *search, const char *folder,
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
	ret = open_program(path, &search->fd);
	if (ret == -EMFILE || ret == -ENOMEM) {
		search->ret = ret;
		return true;
	}
	if (ret < 0) {
		if (ret == -EACCES) {
			camipc_log(CAMIPC_LOG_WARNING, WORKER_TOPIC,
				   "%s is not an executable file: skipped",
				   path);
			search->ret = ret;
		}
		return false;
	}
	if (size >= search->size) {
		close(search->fd);
		search->ret = -ENAMETOOLONG;
		return true;
	}
	memcpy(search->path, path, size + 1);
	search->ret = 0;
	return true;
}

/** Tries a colon-separated list of folders. Returns true if it is over. */
static bool try_folders(struct worker_search *search, const char *folders)
{
	const char *next = folders;

	while (next) {
		const char *folder = next;
		size_t size = strcspn(folder, ":");

		next = folder[size] ? folder + size + 1 : NULL;
		if (size == 0)
			continue;
		if (folder[0] != '/') {
			camipc_log(CAMIPC_LOG_WARNING, WORKER_TOPIC,
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

/* Who replaces the worker wants to know if that fails, and see that it works. */
static int try_replacement(struct worker_search *state, const char *path)
{
	if (path[0] != '/' || !try_file(state, path, strlen(path), NULL) ||
	    state->ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, WORKER_TOPIC,
			   "%s: %.200s is not the absolute path of a program",
			   CAMIPC_WORKER_PROGRAM_VARIABLE, path);
		return state->ret;
	}
	camipc_log(CAMIPC_LOG_WARNING, WORKER_TOPIC,
		   "%.200s runs in the place of %s (%s)", path, state->name,
		   CAMIPC_WORKER_PROGRAM_VARIABLE);
	return 0;
}

static int run(struct worker_search *state, const struct camipc_worker_search *search)
{
	if (search->replacement && search->replacement[0])
		return try_replacement(state, search->replacement);
	for (size_t i = 0; i < search->n_files; i++) {
		if (try_file(state, search->files[i],
			     strlen(search->files[i]), NULL))
			return state->ret;
	}
	if (search->install_folder &&
	    try_file(state, search->install_folder,
		     strlen(search->install_folder), state->name))
		return state->ret;
	if (search->folders)
		try_folders(state, search->folders);
	return state->ret;
}

int camipc_resolve_worker(const char *name,
			  const struct camipc_worker_search *search,
			  char *path, size_t size, int *ret_fd)
{
	struct worker_search state = {
		.name = name,
		.path = path,
		.size = size,
		.fd = -1,
		.ret = -ENOENT,
	};
	int ret;

	if (!name[0] || strchr(name, '/') || strstr(name, "..") ||
	    strcmp(name, ".") == 0)
		return -EINVAL;
	ret = run(&state, search);
	if (ret == 0)
		*ret_fd = state.fd;
	return ret;
}

void camipc_describe_worker_search(const char *name,
				   const struct camipc_worker_search *search,
				   char *text, size_t size)
{
	size_t used = 0;

	snprintf(text, size, "no folder");
	if (search->replacement && search->replacement[0]) {
		snprintf(text, size, "%s (%s)", search->replacement,
			 CAMIPC_WORKER_PROGRAM_VARIABLE);
		return;
	}
	for (size_t i = 0; i < search->n_files && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 used ? ", " : "", search->files[i]);
	if (search->install_folder && used < size)
		used += (size_t)snprintf(text + used, size - used, "%s%s/%s",
					 used ? ", " : "",
					 search->install_folder, name);
	if (search->folders && search->folders[0] && used < size)
		snprintf(text + used, size - used, "%s%s (%s)",
			 used ? ", " : "", search->folders,
			 CAMIPC_WORKER_PATH_VARIABLE);
}
