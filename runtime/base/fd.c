/* SPDX-License-Identifier: MIT */
/* File descriptors of messages: duplicates, tables and kinds. */
#include <camipc/fd.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <camipc/limits.h>

#include "fd_table.h"

/* <linux/magic.h> has this only since Linux 5.3. */
#define DMA_BUF_FS_MAGIC 0x444d4142

/** Seals that fix the size of a memfd: a mapping of it never gets SIGBUS. */
#define SIZE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

int camipc_fd_dup(int fd)
{
	/* At least 3: a host that closed stdin must not get a buffer as 0. */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? -errno : copy;
}

int camipc_fd_table_add(struct camipc_fd_table *table, int fd)
{
	if (table->n >= CAMIPC_MAX_FDS)
		return -EMSGSIZE;
	if (table->n == table->room) {
		uint32_t room = table->room ? table->room * 2 : 8;
		int *fds = realloc(table->fds, room * sizeof(*fds));

		if (!fds)
			return -ENOMEM;
		table->fds = fds;
		table->room = room;
	}
	table->fds[table->n++] = fd;
	return 0;
}

static bool is_dmabuf(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == DMA_BUF_FS_MAGIC;
}

/* fstat() reports the same for all anonymous inodes; their names differ. */
static bool is_eventfd(int fd)
{
	static const char name[] = "anon_inode:[eventfd]";
	char path[32];
	char target[sizeof(name) + 1];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target));
	return n == (ssize_t)sizeof(name) - 1 &&
	       memcmp(target, name, sizeof(name) - 1) == 0;
}

static bool is_of_kind(int fd, const struct stat *st, enum camipc_fd_kind kind)
{
	switch (kind) {
	case CAMIPC_FD_KIND_ANY:
		return true;
	case CAMIPC_FD_KIND_MEMFD:
		return S_ISREG(st->st_mode) && fcntl(fd, F_GET_SEALS) >= 0;
	case CAMIPC_FD_KIND_DMABUF:
		return is_dmabuf(fd);
	case CAMIPC_FD_KIND_EVENTFD:
		return is_eventfd(fd);
	case CAMIPC_FD_KIND_PIPE:
		return S_ISFIFO(st->st_mode);
	case CAMIPC_FD_KIND_FILE:
		return S_ISREG(st->st_mode);
	}
	return false;
}

/* fstat() does not report the size of a dma-buf; lseek() does. */
static bool is_long_enough(int fd, const struct stat *st, uint64_t min_size)
{
	off_t size = st->st_size;

	if (min_size == 0)
		return true;
	if (!S_ISREG(st->st_mode))
		size = lseek(fd, 0, SEEK_END);
	return size >= 0 && (uint64_t)size >= min_size;
}

static bool allows(int flags, enum camipc_fd_access access)
{
	int mode = flags & O_ACCMODE;

	if (flags & O_PATH)
		return false;
	if (access == CAMIPC_FD_ACCESS_RO)
		return mode == O_RDONLY;
	return access == CAMIPC_FD_ACCESS_ANY || mode == O_RDWR;
}

int camipc_fd_check_kind(int fd, enum camipc_fd_kind kind,
			 enum camipc_fd_access access, bool sealed,
			 uint64_t min_size)
{
	int kept = errno;
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	bool fits;

	if (flags < 0 || fstat(fd, &st) < 0) {
		errno = kept;
		return -EBADF;
	}
	fits = is_of_kind(fd, &st, kind) && allows(flags, access) &&
	       is_long_enough(fd, &st, min_size);
	if (fits && sealed) {
		int seals = fcntl(fd, F_GET_SEALS);

		fits = seals >= 0 && (seals & SIZE_SEALS) == SIZE_SEALS;
	}
	errno = kept;
	return fits ? 0 : -EINVAL;
}
