/* SPDX-License-Identifier: MIT */
/* The file of this process's statistics page: made, written, removed. */
#include "page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "file_limit.h"

#define TOPIC "monitor"

static int refuse(int error, const char *what)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "no statistics page: %s: %s", what,
		   camipc_errno_to_string(error));
	return error;
}

/** Another reason than a failed call: @why. */
static int decline(int error, const char *why)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "no statistics page: %s", why);
	return error;
}

/** Opens the folder, which only this user may write to. */
static int open_folder(const char *runtime)
{
	char path[4096];
	struct stat st;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", runtime,
			     CAMIPC_MONITOR_FOLDER) >= sizeof(path))
		return refuse(-ENAMETOOLONG, runtime);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return refuse(-errno, path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return refuse(-errno, path);
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    st.st_mode & (S_IWGRP | S_IWOTH)) {
		close(fd);
		return decline(-EPERM, "other users can write to the folder "
				       "camipc in XDG_RUNTIME_DIR");
	}
	return fd;
}

static int make_file(const struct camipc_page_file *file)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(file->folder, file->name, flags, 0600);
	int ret;

	/* We are the process with this pid: the file is of an earlier one. */
	if (fd < 0 && errno == EEXIST &&
	    unlinkat(file->folder, file->name, 0) == 0)
		fd = openat(file->folder, file->name, flags, 0600);
	if (fd < 0)
		return -errno;
	/* All of it now, so that writing a slot cannot fail for lack of space. */
	ret = camipc_check_file_size(CAMIPC_MONITOR_PAGE_SIZE);
	if (ret == 0)
		ret = -posix_fallocate(fd, 0, CAMIPC_MONITOR_PAGE_SIZE);
	if (ret < 0) {
		unlinkat(file->folder, file->name, 0);
		close(fd);
	}
	return ret < 0 ? ret : fd;
}

int camipc_page_file_open(struct camipc_page_file *file)
{
	struct camipc_monitor_slot slot = { .use = CAMIPC_MONITOR_COUNTERS };
	const char *runtime = secure_getenv("XDG_RUNTIME_DIR");

	if (getauxval(AT_SECURE))
		return decline(-EPERM, "the program is set-user-ID");
	if (!runtime || runtime[0] != '/')
		return decline(-ENOENT, "XDG_RUNTIME_DIR is not set");
	file->folder = open_folder(runtime);
	if (file->folder < 0)
		return file->folder;
	snprintf(file->name, sizeof(file->name), "%d", (int)getpid());
	file->fd = make_file(file);
	if (file->fd < 0) {
		close(file->folder);
		return refuse(file->fd, "cannot make the file");
	}
	memcpy(slot.process.magic, CAMIPC_MONITOR_MAGIC, 8);
	slot.process.version = CAMIPC_MONITOR_VERSION;
	slot.process.pid = (uint32_t)getpid();
	slot.process.start = camipc_monitor_start_of(getpid());
	camipc_page_file_put(file, 0, &slot);
	return 0;
}

void camipc_page_file_put(const struct camipc_page_file *file,
			  unsigned int number, struct camipc_monitor_slot *slot)
{
	if (slot->use != CAMIPC_MONITOR_UNUSED)
		camipc_monitor_slot_seal(slot);
	/* A limit that the host has lowered must not end it. */
	if (camipc_check_file_size((number + 1) * sizeof(*slot)) < 0)
		return;
	/* Not a mapping: somebody who cuts the file must not end the camera. */
	(void)!pwrite(file->fd, slot, sizeof(*slot),
		      (off_t)(number * sizeof(*slot)));
}

void camipc_page_file_close(struct camipc_page_file *file)
{
	unlinkat(file->folder, file->name, 0);
	close(file->folder);
	close(file->fd);
}
