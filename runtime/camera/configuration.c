/* SPDX-License-Identifier: MIT */
/* Opens a module's configuration file where the pipeline handler runs. */
#include "cam_configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/module.h>

#include "file_limit.h"

/* Tuning files have some hundred kilobytes at most. */
#define MAX_COPY ((size_t)16 << 20)

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/** The path as it would be from everywhere; links in it are kept. */
static int make_absolute(const char *path, char absolute[PATH_MAX])
{
	char folder[PATH_MAX] = "";

	if (path[0] != '/' && !getcwd(folder, sizeof(folder)))
		return -errno;
	if (strlen(folder) + 1 + strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(absolute, folder);
	if (folder[0] && strcmp(folder, "/") != 0)
		strcat(absolute, "/");
	else if (folder[0])
		absolute[1] = '\0';
	strcat(absolute, path);
	return 0;
}

/** Copies the whole file. Returns false if that fails, or there is too much. */
static bool copy_content(int from, int to)
{
	char block[4096];
	size_t size = 0;
	ssize_t n;

	while ((n = pread(from, block, sizeof(block), (off_t)size)) > 0) {
		size += (size_t)n;
		if (size > MAX_COPY || camipc_check_file_size(size) < 0 ||
		    write(to, block, (size_t)n) != n)
			return false;
	}
	return n == 0;
}

/** Opens @fd a second time, for reading only; -1 without /proc. */
static int open_again(int fd)
{
	char name[CAMIPC_HOST_PATH_SIZE];

	return camipc_host_path(fd, name) < 0 ?
		       -1 :
		       open(name, O_RDONLY | O_CLOEXEC);
}

/**
 * A worker's sandbox keeps the module from opening files, this one included; but
 * libraries open files by name, as camipc_host_path() gives it. A file in memory
 * has no folder that could be closed to them. It is sealed, and nothing of it is
 * shared with what others may have open.
 */
static void replace_by_copy(struct cam_configuration *configuration)
{
	int memory = memfd_create("camipc-configuration",
				  MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int copy = -1;

	if (memory < 0)
		return;
	if (copy_content(configuration->fd, memory) &&
	    fcntl(memory, F_ADD_SEALS, ALL_SEALS) == 0)
		copy = open_again(memory);
	close(memory);
	if (copy < 0)
		return; /* the file itself does for all but such libraries */
	close(configuration->fd);
	configuration->fd = copy;
}

int cam_configuration_open(const char *path,
			   struct cam_configuration *ret_configuration)
{
	struct stat status;
	int ret;

	ret_configuration->fd = -1;
	ret = make_absolute(path, ret_configuration->path);
	if (ret < 0)
		return ret;
	/* Opening a fifo would wait for its writer. */
	ret_configuration->fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (ret_configuration->fd < 0)
		return -errno;
	if (fstat(ret_configuration->fd, &status) == 0 &&
	    S_ISREG(status.st_mode)) {
		replace_by_copy(ret_configuration);
		return 0;
	}
	cam_configuration_close(ret_configuration);
	return -EINVAL;
}

void cam_configuration_apply(const struct cam_configuration *configuration,
			     struct cam_settings *settings)
{
	settings->configuration_file = configuration->path;
	settings->configuration = configuration->fd;
}

void cam_configuration_close(struct cam_configuration *configuration)
{
	if (configuration->fd >= 0)
		close(configuration->fd);
	configuration->fd = -1;
}
