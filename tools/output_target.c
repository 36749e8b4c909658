/* SPDX-License-Identifier: MIT */
/* Follows links by hand, because only the last step decides how an output is
 * written: rename() would replace the link itself. */
#include "output_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

/* As many as the kernel follows. */
#define MAX_LINKS 40

/* The standard output that the tool was started with, once it is kept for
 * outputs. */
static int reserved = -1;

/* Splits @path into its real folder, with '/' at the end, and the name. */
static int split(const char *path, struct output_target *target)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t size = slash ? (size_t)(slash - path) + 1 : 0;
	char folder[PATH_MAX];

	if (strlen(path) >= PATH_MAX || strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	if (!path[0])
		return -ENOENT;
	if (!name[0] || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EISDIR;
	memcpy(folder, path, size);
	strcpy(folder + size, size ? "" : ".");
	if (!realpath(folder, target->folder))
		return -errno;
	size = strlen(target->folder);
	if (size + 1 + NAME_MAX >= PATH_MAX)
		return -ENAMETOOLONG;
	if (size > 1)
		strcpy(target->folder + size, "/");
	strcpy(target->name, name);
	return 0;
}

void output_target_path(const struct output_target *target, const char *name,
			char path[PATH_MAX])
{
	size_t size = strlen(target->folder);

	/* split() left room for every name. */
	memcpy(path, target->folder, size);
	strcpy(path + size, name);
}

/* Returns the number in /proc/self/fd/NUMBER, or -1 for another file. */
static int own_descriptor(const struct output_target *target)
{
	static const char *const folders[] = { "/proc/self/fd",
					       "/proc/thread-self/fd" };
	char real[PATH_MAX];
	unsigned long number;
	char *end;
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t size;

		if (!realpath(folders[i], real))
			continue;
		size = strlen(real);
		if (strncmp(target->folder, real, size) ||
		    strcmp(target->folder + size, "/"))
			continue;
		number = strtoul(target->name, &end, 10);
		return *end || number > INT_MAX ? -1 : (int)number;
	}
	return -1;
}

static void take_status(struct output_target *target, const struct stat *st)
{
	target->exists = true;
	target->mode = st->st_mode;
	target->uid = st->st_uid;
	target->gid = st->st_gid;
	target->device = st->st_dev;
	target->inode = st->st_ino;
}

int output_target_reserve_stdout(void)
{
	int fd;

	if (reserved >= 0)
		return 0;
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd < 0)
		return -errno;
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
		close(fd);
		return -errno;
	}
	reserved = fd;
	return 0;
}

void output_target_close_stdout(void)
{
	if (reserved >= 0)
		close(reserved);
	reserved = -1;
}

static int descriptor_of(int number)
{
	return number == STDOUT_FILENO && reserved >= 0 ? reserved : number;
}

int output_target_fd(const struct output_target *target)
{
	return descriptor_of(target->fd);
}

/* What the tool opened itself is close-on-exec; what it was started with is
 * not. */
static int find_stream(int number, struct output_target *target)
{
	int fd = descriptor_of(number);
	int flags = fcntl(fd, F_GETFL);
	int own = fcntl(fd, F_GETFD);
	struct stat st;

	if (flags < 0 || own < 0 || (fd == number && (own & FD_CLOEXEC)) ||
	    (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &st) < 0)
		return -EBADF;
	take_status(target, &st);
	target->kind = OUTPUT_STREAM;
	target->fd = number;
	return 0;
}

static int find_file(struct output_target *target, const struct stat *st)
{
	take_status(target, st);
	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		target->kind = OUTPUT_REPLACE;
		return 0;
	case S_IFDIR:
		return -EISDIR;
	case S_IFIFO:
	case S_IFCHR:
		target->kind = OUTPUT_PLACE;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* The link's own text, made absolute. Links of /proc lead to open files, which
 * their texts do not always name. */
static int follow(const struct output_target *target, char path[PATH_MAX])
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (text[0] == '/')
		strcpy(path, text);
	else if (strlen(target->folder) + (size_t)n >= PATH_MAX)
		return -ENAMETOOLONG;
	else
		output_target_path(target, text, path);
	return 0;
}

int output_target_find(const char *path, struct output_target *ret_target)
{
	struct output_target target = { .kind = OUTPUT_REPLACE };
	char at[PATH_MAX];
	int links;
	int ret;

	if (!strcmp(path, "-")) {
		ret = find_stream(STDOUT_FILENO, &target);
		if (ret == 0)
			*ret_target = target;
		return ret;
	}
	ret = split(path, &target);
	for (links = 0; ret == 0; links++) {
		struct stat st;
		int fd = own_descriptor(&target);

		if (fd >= 0) {
			ret = find_stream(fd, &target);
			break;
		}
		output_target_path(&target, target.name, at);
		/* Asks the kernel, which may forbid to follow this link. */
		if (stat(at, &st) < 0 && errno != ENOENT)
			return -errno;
		if (lstat(at, &st) < 0) {
			ret = errno == ENOENT ? 0 : -errno;
			break;
		}
		if (!S_ISLNK(st.st_mode)) {
			ret = find_file(&target, &st);
			break;
		}
		if (links == MAX_LINKS)
			return -ELOOP;
		ret = follow(&target, at);
		if (ret == 0)
			ret = split(at, &target);
	}
	if (ret == 0)
		*ret_target = target;
	return ret;
}

bool output_target_same(const struct output_target *a,
			const struct output_target *b)
{
	if (a->kind == OUTPUT_STREAM && b->kind == OUTPUT_STREAM &&
	    a->fd == b->fd)
		return true;
	if (a->exists != b->exists)
		return false;
	if (!a->exists)
		return !strcmp(a->folder, b->folder) &&
		       !strcmp(a->name, b->name);
	return !S_ISCHR(a->mode) && a->device == b->device &&
	       a->inode == b->inode;
}

bool output_target_needs_no_ending(const char *path)
{
	struct output_target target;
	int ret = output_target_find(path, &target);

	return ret == 0 ? target.kind != OUTPUT_REPLACE : ret != -ENOENT;
}

bool output_target_is_stdout(const struct output_target *target)
{
	return target->kind == OUTPUT_STREAM && target->fd == STDOUT_FILENO;
}

const char *output_error_text(int error)
{
	switch (error) {
	case -ENOENT:
		return "its folder does not exist";
	case -ENOTDIR:
		return "a part of the path is not a folder";
	case -EISDIR:
		return "it is a folder; expected a file";
	case -EBADF:
		return "the stream is closed, or cannot be written";
	case -EOPNOTSUPP:
		return "it is neither a regular file, a pipe nor a character "
		       "device";
	case -ENXIO:
		return "no program reads from the pipe";
	case -EEXIST:
		return "it became a link or a device while the file was "
		       "written";
	default:
		return camipc_errno_to_string(error);
	}
}
