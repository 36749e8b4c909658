/* SPDX-License-Identifier: MIT */
/* Writes a file under a temporary name, and renames it when it is complete. */
#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sets the mode that open() would have given; mkostemp() does not. */
static void apply_umask(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	(void)!fchmod(fd, 0666 & ~mask);
}

static int open_fd(struct output_file *file)
{
	struct stat st;
	int fd;

	if (stat(file->path, &st) == 0 && !S_ISREG(st.st_mode)) {
		file->temporary[0] = '\0';
		fd = open(file->path, O_WRONLY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	if (strlen(file->path) + sizeof(".XXXXXX") > sizeof(file->temporary))
		return -ENAMETOOLONG;
	memcpy(file->temporary, file->path, strlen(file->path));
	strcpy(file->temporary + strlen(file->path), ".XXXXXX");
	fd = mkostemp(file->temporary, O_CLOEXEC);
	if (fd < 0) {
		file->temporary[0] = '\0';
		return -errno;
	}
	apply_umask(fd);
	return fd;
}

int output_file_open(struct output_file *file, const char *path)
{
	int fd;

	memset(file, 0, sizeof(*file));
	if (strlen(path) >= sizeof(file->path))
		return -ENAMETOOLONG;
	strcpy(file->path, path);
	fd = open_fd(file);
	if (fd < 0)
		return fd;
	file->stream = fdopen(fd, "wb");
	if (!file->stream) {
		close(fd);
		output_file_abandon(file);
		return -ENOMEM;
	}
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
	if (error == 0 && file->temporary[0] &&
	    rename(file->temporary, file->path) < 0)
		error = -errno;
	if (error == 0)
		file->temporary[0] = '\0';
	output_file_abandon(file);
	return error;
}

void output_file_abandon(struct output_file *file)
{
	if (file->stream)
		fclose(file->stream);
	file->stream = NULL;
	if (file->temporary[0])
		unlink(file->temporary);
	file->temporary[0] = '\0';
}
