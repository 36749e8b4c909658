/* SPDX-License-Identifier: MIT */
/* Opens the files that a module loads, and finds the paths that lead to them. */
#include "load_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/fd.h>

#include "module_file.h"
#include "module_info.h"
#include "pinned_path.h"

CAMIPC_STATIC_ASSERT(CAMIPC_HOST_LOAD_PATH_SIZE >= PATH_MAX,
		     "every path has room");

/*
 * Returns 1 if the file is loaded by its path, 0 if by its descriptor, or
 * -ESTALE. A worker that runs as another user may be unable to follow a path
 * that is pinned.
 */
static int has_path(const struct camipc_load_file *file)
{
	struct stat status;

	if (!file->is_pinned)
		return 0;
	if (stat(file->path, &status) < 0)
		return errno == EACCES ? 0 : -ESTALE;
	return status.st_dev == file->device && status.st_ino == file->inode
		       ? 1
		       : -ESTALE;
}

int camipc_load_files_add(struct camipc_load_files *files, int fd,
			  const char *path, bool is_pinned)
{
	struct camipc_load_file file = { .fd = fd, .is_pinned = is_pinned };
	struct stat status;
	int ret = -EMSGSIZE;

	if (files->n == CAMIPC_MAX_LOADS)
		goto fail;
	ret = -ENOMEM;
	file.path = strdup(path);
	if (!file.path)
		goto fail;
	if (fstat(fd, &status) < 0) {
		ret = -errno;
		goto fail;
	}
	file.device = status.st_dev;
	file.inode = status.st_ino;
	files->files[files->n++] = file;
	return 0;

fail:
	free(file.path);
	close(fd);
	return ret;
}

/* The real path of what was opened: @path may lead elsewhere by now. */
static void find_real_path(int fd, const char *path, char real[PATH_MAX])
{
	char name[CAMIPC_FD_NAME_SIZE];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, real, PATH_MAX - 1);
	if (n > 0)
		real[n] = '\0';
	else if (!realpath(path, real))
		real[0] = '\0';
}

/* Who can change the path, and which build it is. */
static int inspect(struct camipc_load_file *file)
{
	uint8_t id[CAMIPC_LOAD_BUILD_ID_SIZE];
	char why[CAMIPC_PINNED_WHY_SIZE];
	struct stat status;
	size_t size = camipc_module_build_id(file->fd, id, sizeof(id));
	int ret = camipc_pinned_path_check(file->path, geteuid(), &status, why);

	if (ret == -EMFILE || ret == -ENOMEM)
		return ret;
	file->is_pinned = ret == 0 && status.st_dev == file->device &&
			  status.st_ino == file->inode;
	for (size_t i = 0; i < size; i++)
		snprintf(file->build_id + 2 * i, 3, "%02x", id[i]);
	return 0;
}

static int open_one(struct camipc_load_files *files, const char *path,
		    char *why)
{
	char reason[CAMIPC_MODULE_WHY_SIZE] = "";
	char real[PATH_MAX];
	int fd;
	int ret;

	if (path[0] != '/') {
		snprintf(why, CAMIPC_LOAD_WHY_SIZE,
			 "it loads the file that its argument names: expected "
			 "an absolute path, not '%.64s'",
			 path);
		return -EINVAL;
	}
	ret = camipc_module_open(path, &fd, reason);
	if (ret == 0) {
		find_real_path(fd, path, real);
		ret = camipc_load_files_add(files, fd, real, false);
	}
	if (ret == 0)
		ret = inspect(&files->files[files->n - 1]);
	if (ret < 0)
		snprintf(why, CAMIPC_LOAD_WHY_SIZE, "it loads %.160s: %s", path,
			 reason[0] ? reason : camipc_errno_to_string(ret));
	return ret;
}

int camipc_load_files_open(const struct camipc_manifest *manifest,
			   const char *argument,
			   struct camipc_load_files *ret_files, char *why)
{
	int ret = 0;

	memset(ret_files, 0, sizeof(*ret_files));
	for (uint32_t i = 0; i < manifest->n_loads && ret == 0; i++) {
		const char *path = camipc_manifest_load(manifest, i, argument);

		if (path)
			ret = open_one(ret_files, path, why);
	}
	if (ret < 0)
		camipc_load_files_close(ret_files);
	return ret;
}

int camipc_load_files_copy(struct camipc_load_files *copy,
			   const struct camipc_load_files *files)
{
	int ret = 0;

	for (uint32_t i = 0; i < files->n && ret == 0; i++) {
		const struct camipc_load_file *file = &files->files[i];
		int fd = camipc_fd_dup(file->fd);

		ret = fd < 0 ? fd
			     : camipc_load_files_add(copy, fd, file->path,
						     file->is_pinned);
	}
	return ret;
}

void camipc_load_files_close(struct camipc_load_files *files)
{
	for (uint32_t i = 0; i < files->n; i++) {
		close(files->files[i].fd);
		free(files->files[i].path);
	}
	memset(files, 0, sizeof(*files));
}

int camipc_load_files_path(const struct camipc_load_files *files, uint32_t i,
			   char *path)
{
	const struct camipc_load_file *file;
	int ret;

	if (i >= files->n)
		return -ENOENT;
	file = &files->files[i];
	ret = has_path(file);
	if (ret < 0)
		return ret;
	if (ret == 0)
		return camipc_fd_name(file->fd, path,
				      CAMIPC_HOST_LOAD_PATH_SIZE) ? 0 : -ENOENT;
	snprintf(path, CAMIPC_HOST_LOAD_PATH_SIZE, "%s", file->path);
	return 0;
}

const struct camipc_load_file *
camipc_load_files_find_replaced(const struct camipc_load_files *files)
{
	for (uint32_t i = 0; i < files->n; i++) {
		if (has_path(&files->files[i]) < 0)
			return &files->files[i];
	}
	return NULL;
}
