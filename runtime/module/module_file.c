/* SPDX-License-Identifier: MIT */
/* Opens a module file once, and finds the real path of what was opened. */
#include "module_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "manifest_file.h"
#include "module_info.h"

bool camipc_fd_name(int fd, char *name, size_t size)
{
	snprintf(name, size, "/proc/self/fd/%d", fd);
	return access(name, F_OK) == 0;
}

/** True if the path that was found leads to the file that is open. */
static bool leads_here(const struct camipc_module_file *file)
{
	struct stat status;

	return file->path[0] == '/' && stat(file->path, &status) == 0 &&
	       status.st_dev == file->device && status.st_ino == file->inode;
}

/**
 * Asks the kernel for the real path: @path may lead elsewhere by now. Without
 * /proc, follows @path and accepts the result only if it is the same file.
 */
static void find_path(struct camipc_module_file *file, const char *path)
{
	char name[CAMIPC_FD_NAME_SIZE];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", file->fd);
	n = readlink(name, file->path, sizeof(file->path) - 1);
	if (n > 0)
		file->path[n] = '\0';
	else if (!realpath(path, file->path))
		file->path[0] = '\0';
	if (!leads_here(file))
		file->path[0] = '\0';
}

static int read_both_notes(int fd, struct camipc_module_info *info,
			   struct camipc_manifest *manifest, char *why)
{
	char text[CAMIPC_MAX_MANIFEST_SIZE + 1];
	int ret = camipc_module_notes_read(fd, info, text, why);

	return ret < 0 ? ret : camipc_manifest_parse(text, manifest, why);
}

int camipc_module_file_take(int fd, const char *path,
			    struct camipc_module_file *ret_file, char *why)
{
	struct stat status;
	int ret;

	ret_file->fd = -1;
	ret_file->is_sealed = false;
	if (fstat(fd, &status) < 0) {
		ret = -errno;
		snprintf(why, CAMIPC_MODULE_WHY_SIZE, "fstat: %s",
			 camipc_errno_to_string(ret));
		return ret;
	}
	ret = read_both_notes(fd, &ret_file->info, &ret_file->manifest, why);
	if (ret < 0)
		return ret;
	ret_file->fd = fd;
	ret_file->has_manifest_file = false;
	ret_file->device = status.st_dev;
	ret_file->inode = status.st_ino;
	find_path(ret_file, path);
	snprintf(ret_file->asked, sizeof(ret_file->asked), "%s", path);
	return 0;
}

int camipc_module_file_open(const char *path,
			    struct camipc_module_file *ret_file, char *why)
{
	int fd;
	int ret;

	ret_file->fd = -1;
	ret_file->is_sealed = false;
	ret = camipc_module_open(path, &fd, why);
	if (ret < 0)
		return ret;
	ret = camipc_module_file_take(fd, path, ret_file, why);
	if (ret < 0) {
		close(fd);
		return ret;
	}
	ret = camipc_module_file_read_manifest(ret_file, why);
	if (ret < 0)
		camipc_module_file_close(ret_file);
	return ret;
}

/* Who may write it knows what this module may have. */
int camipc_module_file_read_manifest(struct camipc_module_file *file, char *why)
{
	int ret = 0;

	if (file->path[0])
		ret = camipc_manifest_file_read(file->path, 0, &file->manifest,
						why);
	file->has_manifest_file = ret == 1;
	return ret < 0 ? ret : 0;
}

const char *camipc_module_file_name(const struct camipc_module_file *file)
{
	return file->path[0] ? file->path : file->asked;
}

/** The manifest's text is compared as the reader has cut it up. */
static bool has_same_notes(const struct camipc_module_file *file, int fd,
			   char *why)
{
	struct camipc_module_info info;
	struct camipc_manifest manifest;

	if (read_both_notes(fd, &info, &manifest, why) < 0)
		return false;
	return memcmp(&info, &file->info, sizeof(info)) == 0 &&
	       (file->has_manifest_file ||
		memcmp(manifest.text, file->manifest.text,
		       sizeof(manifest.text)) == 0);
}

int camipc_module_file_copy(const struct camipc_module_file *file,
			    const struct camipc_copy_observer *observer,
			    struct camipc_module_copy *ret_copy, char *why)
{
	struct camipc_module_copy copy;
	int ret = camipc_module_copy_make(file->fd, observer, &copy, why);

	if (ret < 0)
		return ret;
	if (!has_same_notes(file, copy.fd, why)) {
		close(copy.fd);
		snprintf(why, CAMIPC_MODULE_WHY_SIZE,
			 "was changed after it was inspected");
		return -ESTALE;
	}
	*ret_copy = copy;
	return 0;
}

int camipc_module_file_seal(struct camipc_module_file *file,
			    const struct camipc_copy_observer *observer,
			    char *why)
{
	int ret;

	if (file->is_sealed)
		return 0;
	ret = camipc_module_file_copy(file, observer, &file->copy, why);
	file->is_sealed = ret == 0;
	return ret;
}

int camipc_module_file_use_copy(struct camipc_module_file *file,
				const struct camipc_module_copy *copy)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	int fd;

	if (!has_same_notes(file, copy->fd, why))
		return -ESTALE;
	fd = fcntl(copy->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	file->copy = *copy;
	file->copy.fd = fd;
	file->is_sealed = true;
	return 0;
}

void camipc_module_file_unseal(struct camipc_module_file *file)
{
	if (file->is_sealed)
		close(file->copy.fd);
	file->is_sealed = false;
}

int camipc_module_file_loaded_fd(const struct camipc_module_file *file)
{
	return file->is_sealed ? file->copy.fd : file->fd;
}

void camipc_module_file_close(struct camipc_module_file *file)
{
	if (file->fd < 0)
		return;
	camipc_module_file_unseal(file);
	close(file->fd);
	file->fd = -1;
}
