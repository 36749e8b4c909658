/* SPDX-License-Identifier: MIT */
/* Walks a path part by part, as the kernel does, and judges each folder. */
#include "pinned_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <camipc/error.h>

/* As the kernel's own limit on links in one path. */
#define MAX_LINKS 40

/* f_type of struct statfs; linux/magic.h has it since Linux 5.8 only. */
#define FUSE_MAGIC 0x65735546

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

/** Where the walk is, and what is left of it. */
struct walk {
	uid_t user;
	char *why;
	int fd; /* of the folder that was reached; O_PATH */
	struct stat here; /* of @fd */
	dev_t root_device;
	unsigned int n_links;
	char left[PATH_MAX]; /* parts to go */
	char at[PATH_MAX]; /* the path of @fd, for messages; may be cut */
};

static int fail(struct walk *walk, int error, const char *what)
{
	snprintf(walk->why, CAMIPC_PINNED_WHY_SIZE, "%.80s: %s",
		 walk->at[0] ? walk->at : "/", what);
	return error;
}

static int fail_errno(struct walk *walk)
{
	const int error = errno == ENFILE ? -EMFILE : -errno;

	return fail(walk, error, camipc_errno_to_string(error));
}

static bool is_ours(const struct walk *walk, uid_t owner)
{
	return owner == 0 || owner == walk->user;
}

/** The program behind a FUSE file system makes up what stat() says. */
static int check_file_system(struct walk *walk, int fd,
			     const struct stat *status)
{
	struct statfs system;

	if (status->st_dev == walk->root_device)
		return 0;
	if (fstatfs(fd, &system) < 0)
		return fail_errno(walk);
	return system.f_type == FUSE_MAGIC ?
		       fail(walk, -EPERM, "lies in a FUSE file system") :
		       0;
}

/** May others make the name of @part in this folder mean something else? */
static int check_folder(struct walk *walk, const struct stat *part)
{
	const struct stat *folder = &walk->here;

	if (!is_ours(walk, folder->st_uid))
		return fail(walk, -EPERM, "belongs to another user");
	if (!(folder->st_mode & OTHERS_WRITE))
		return 0;
	if ((folder->st_mode & S_ISVTX) && is_ours(walk, part->st_uid))
		return 0;
	return fail(walk, -EPERM, "others can write to this folder");
}

static int check_file(struct walk *walk)
{
	if (S_ISDIR(walk->here.st_mode))
		return 0; /* judged by whatever is looked up in it */
	if (!is_ours(walk, walk->here.st_uid))
		return fail(walk, -EPERM, "belongs to another user");
	if (walk->here.st_mode & OTHERS_WRITE)
		return fail(walk, -EPERM, "others can write to this file");
	return 0;
}

/** Takes the next part of the path; "" at the end. */
static int take_part(struct walk *walk, char part[NAME_MAX + 1])
{
	const char *start = walk->left + strspn(walk->left, "/");
	const size_t size = strcspn(start, "/");

	if (size > NAME_MAX)
		return fail(walk, -ENAMETOOLONG, "a name in it is too long");
	memcpy(part, start, size);
	part[size] = '\0';
	memmove(walk->left, start + size, strlen(start + size) + 1);
	return 0;
}

static void note_part(struct walk *walk, const char *part)
{
	const size_t size = strlen(walk->at);

	if (strcmp(part, "..") == 0) {
		char *slash = strrchr(walk->at, '/');

		if (slash)
			*slash = '\0';
		return;
	}
	snprintf(walk->at + size, sizeof(walk->at) - size, "/%s", part);
}

static int go_to(struct walk *walk, int fd, const struct stat *status)
{
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	walk->here = *status;
	return check_file_system(walk, fd, status);
}

static int go_to_root(struct walk *walk)
{
	struct stat status;
	const int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	walk->at[0] = '\0';
	if (fd < 0)
		return fail_errno(walk);
	if (fstat(fd, &status) < 0) {
		close(fd);
		return fail_errno(walk);
	}
	walk->root_device = status.st_dev;
	return go_to(walk, fd, &status);
}

/** Puts the target of a link before the parts that are left. */
static int follow(struct walk *walk, int link)
{
	char path[PATH_MAX];
	const ssize_t n = readlinkat(link, "", path, sizeof(path));
	size_t left;

	if (n < 0)
		return fail_errno(walk);
	if (++walk->n_links > MAX_LINKS)
		return fail(walk, -ELOOP, "too many links");
	left = strlen(walk->left);
	if ((size_t)n + 1 + left >= sizeof(walk->left))
		return fail(walk, -ENAMETOOLONG, "the path is too long");
	memmove(walk->left + n + 1, walk->left, left + 1);
	memcpy(walk->left, path, (size_t)n);
	walk->left[n] = '/';
	return path[0] == '/' ? go_to_root(walk) : 0;
}

/** Goes on to @part. */
static int step(struct walk *walk, const char *part)
{
	struct stat status;
	int fd;
	int ret;

	fd = openat(walk->fd, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(walk);
	if (fstat(fd, &status) < 0)
		ret = fail_errno(walk);
	else
		ret = check_folder(walk, &status);
	if (ret == 0 && !S_ISLNK(status.st_mode)) {
		note_part(walk, part);
		return go_to(walk, fd, &status);
	}
	if (ret == 0)
		ret = follow(walk, fd);
	close(fd);
	return ret;
}

static int run(struct walk *walk)
{
	char part[NAME_MAX + 1];
	int ret = go_to_root(walk);

	while (ret == 0) {
		ret = take_part(walk, part);
		if (ret < 0 || part[0] == '\0')
			break;
		if (strcmp(part, ".") != 0)
			ret = step(walk, part);
	}
	return ret < 0 ? ret : check_file(walk);
}

int camipc_pinned_path_check(const char *path, uid_t user,
			     struct stat *ret_status, char *why)
{
	struct walk walk = { .user = user, .why = why, .fd = -1 };
	const size_t size = strlen(path);
	int ret;

	if (path[0] != '/')
		return fail(&walk, -EINVAL, "the path is not absolute");
	if (size >= sizeof(walk.left))
		return fail(&walk, -ENAMETOOLONG, "the path is too long");
	memcpy(walk.left, path, size + 1);
	ret = run(&walk);
	*ret_status = walk.here;
	if (walk.fd >= 0)
		close(walk.fd);
	return ret;
}
