/* SPDX-License-Identifier: MIT */
/* Writes a file under a temporary name, and renames it when it is complete. */
#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Tries of a random name; the first one nearly always succeeds. */
#define MAX_NAMES 16

/* How long a pipe may have no reader: its reader may start at the same time. */
#define READER_WAIT_MS 3000
#define READER_POLL_MS 20

/* Gives a new file the owner and mode of the one that it will replace. */
static int copy_mode(int fd, const struct output_target *target)
{
	mode_t mode = target->mode & 0777;

	/* Only root may give files away. For all others the file becomes their
	 * own, and a group that it was not meant for gets no access. */
	if (fchown(fd, target->uid, target->gid) < 0 &&
	    fchown(fd, (uid_t)-1, target->gid) < 0)
		mode &= (mode_t)~S_IRWXG;
	return fchmod(fd, mode) < 0 ? -errno : 0;
}

/* Creates the temporary file. A new file gets its mode from the umask, an
 * existing one's copy is private until copy_mode(). */
static int create_temporary(struct output_file *file)
{
	const struct output_target *target = &file->target;
	int i;

	for (i = 0; i < MAX_NAMES; i++) {
		uint64_t number;
		char name[48];
		int fd;

		if (getrandom(&number, sizeof(number), 0) !=
		    (ssize_t)sizeof(number))
			return -EAGAIN;
		snprintf(name, sizeof(name), ".camipc-%016llx",
			 (unsigned long long)number);
		output_target_path(target, name, file->temporary);
		fd = open(file->temporary,
			  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			  target->exists ? 0600 : 0666);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	file->temporary[0] = '\0';
	return -errno;
}

static int open_replacing(struct output_file *file)
{
	const struct output_target *target = &file->target;
	char path[PATH_MAX];
	int fd;
	int ret;

	output_target_path(target, target->name, path);
	/* rename() would not care that the file is read-only. */
	if (target->exists && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0)
		return -errno;
	fd = create_temporary(file);
	if (fd < 0 || !target->exists)
		return fd;
	ret = copy_mode(fd, target);
	if (ret < 0) {
		close(fd);
		return ret;
	}
	return fd;
}

static int open_place(const struct output_target *target)
{
	char path[PATH_MAX];
	int waited;

	output_target_path(target, target->name, path);
	for (waited = 0;; waited += READER_POLL_MS) {
		int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

		if (fd >= 0) {
			/* Writing may wait, and does so well. */
			if (fcntl(fd, F_SETFL, O_WRONLY) == 0)
				return fd;
			close(fd);
			return -EIO;
		}
		if (errno != ENXIO || waited >= READER_WAIT_MS)
			return -errno;
		if (poll(NULL, 0, READER_POLL_MS) < 0)
			return -errno;
	}
}

static int open_fd(struct output_file *file)
{
	int fd;

	switch (file->target.kind) {
	case OUTPUT_REPLACE:
		return open_replacing(file);
	case OUTPUT_PLACE:
		return open_place(&file->target);
	case OUTPUT_STREAM:
		fd = fcntl(output_target_fd(&file->target), F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? -errno : fd;
	}
	return -EINVAL;
}

int output_file_open(struct output_file *file, const char *path)
{
	int fd;
	int ret;

	memset(file, 0, sizeof(*file));
	ret = output_target_find(path, &file->target);
	if (ret < 0)
		return ret;
	fd = open_fd(file);
	if (fd < 0) {
		output_file_abandon(file);
		return fd;
	}
	file->stream = fdopen(fd, "wb");
	if (!file->stream) {
		close(fd);
		output_file_abandon(file);
		return -ENOMEM;
	}
	return 0;
}

/* Renames, unless the name became something else while the file was written. */
static int give_name(struct output_file *file)
{
	char path[PATH_MAX];
	struct stat st;

	output_target_path(&file->target, file->target.name, path);
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EEXIST;
	if (rename(file->temporary, path) < 0)
		return -errno;
	file->temporary[0] = '\0';
	return 0;
}

int output_file_commit(struct output_file *file)
{
	int error = 0;

	/* A full disk may show only when the buffer is written. */
	if (ferror(file->stream))
		error = -EIO;
	if (fflush(file->stream) != 0)
		error = -errno;
	if (fclose(file->stream) != 0 && error == 0)
		error = -errno;
	file->stream = NULL;
	if (error == 0 && file->temporary[0])
		error = give_name(file);
	output_file_abandon(file);
	return error;
}

void output_file_abandon(struct output_file *file)
{
	int kept = errno;

	if (file->stream)
		fclose(file->stream);
	file->stream = NULL;
	if (file->temporary[0])
		unlink(file->temporary);
	file->temporary[0] = '\0';
	errno = kept;
}
