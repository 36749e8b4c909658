/* SPDX-License-Identifier: MIT */
/* File descriptors of messages: duplicates, tables and kinds. */
#include <camipc/fd.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <camipc/limits.h>
#include <camipc/module.h>

#include "fd_table.h"

/* <linux/magic.h> has this only since Linux 5.3. */
#define DMA_BUF_FS_MAGIC 0x444d4142

/** Seals that fix the size of a memfd: a mapping of it never gets SIGBUS. */
#define SIZE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

int camipc_fd_dup(int fd)
{
	/* At least 3: a host that closed stdin must not get a buffer as 0. */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy >= 0)
		return copy;
	/* The limit may be below that number. */
	return errno == EINVAL ? -EMFILE : -errno;
}

int camipc_host_path(int fd, char path[CAMIPC_HOST_PATH_SIZE])
{
	if (fcntl(fd, F_GETFD) < 0)
		return -EBADF;
	snprintf(path, CAMIPC_HOST_PATH_SIZE, "/proc/self/fd/%d", fd);
	return access(path, F_OK) == 0 ? 0 : -ENOENT;
}

int camipc_host_load_path(struct camipc_host *host, uint32_t index,
			  char path[CAMIPC_HOST_LOAD_PATH_SIZE])
{
	if (!CAMIPC_TABLE_HAS(host, load_path) || !host->load_path)
		return -EOPNOTSUPP;
	return host->load_path(host, index, path);
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

/*
 * What the kernel knows of a file without asking its file system: that may be a
 * FUSE server, which answers fstat() when it likes.
 */
struct facts {
	mode_t type; /* S_IFMT of the mode; 0: an anonymous inode */
	uint64_t size;
};

/* struct statx as the kernel writes it; older libcs lack it. */
struct kernel_statx {
	uint32_t mask;
	uint32_t block_size;
	uint64_t attributes;
	uint32_t n_links, uid, gid;
	uint16_t mode;
	uint16_t pad;
	uint64_t inode, size, blocks;
	uint64_t rest[25];
};
_Static_assert(sizeof(struct kernel_statx) == 256, "the kernel's size");

#define DONT_SYNC 0x4000 /* AT_STATX_DONT_SYNC */
#define TYPE_AND_SIZE 0x0201u /* STATX_TYPE | STATX_SIZE */

static int get_facts(int fd, struct facts *facts)
{
	struct kernel_statx now;
	struct stat st;

	memset(&now, 0, sizeof(now));
	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH | DONT_SYNC, TYPE_AND_SIZE,
		    &now) == 0) {
		facts->type = now.mode & S_IFMT;
		facts->size = now.size;
		return 0;
	}
	/* Emulators and old container profiles lack it. */
	if ((errno != ENOSYS && errno != EPERM) || fstat(fd, &st) < 0)
		return -EBADF;
	facts->type = st.st_mode & S_IFMT;
	facts->size = (uint64_t)st.st_size;
	return 0;
}

/* Only the kernel writes the lines of this file. */
static bool has_exporter(int fd)
{
	char path[40];
	char text[1024];
	ssize_t n;
	int info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return false;
	n = read(info, text, sizeof(text) - 1);
	close(info);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, "\nexp_name:") != NULL;
}

/* No file system of a user's has inodes without a type: asking is safe. */
static bool is_dmabuf(int fd, const struct facts *facts)
{
	struct statfs fs;

	if (facts->type == 0)
		return fstatfs(fd, &fs) == 0 && fs.f_type == DMA_BUF_FS_MAGIC;
	/* Newer kernels may call it a regular file. */
	return facts->type == S_IFREG && fcntl(fd, F_GET_SEALS) < 0 &&
	       has_exporter(fd);
}

/* All anonymous inodes look the same; their names differ. */
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

static bool is_of_kind(int fd, const struct facts *facts,
		       enum camipc_fd_kind kind)
{
	switch (kind) {
	case CAMIPC_FD_KIND_ANY:
		return true;
	case CAMIPC_FD_KIND_MEMFD:
		return facts->type == S_IFREG && fcntl(fd, F_GET_SEALS) >= 0;
	case CAMIPC_FD_KIND_DMABUF:
		return is_dmabuf(fd, facts);
	case CAMIPC_FD_KIND_EVENTFD:
		return is_eventfd(fd);
	case CAMIPC_FD_KIND_PIPE:
		return facts->type == S_IFIFO;
	case CAMIPC_FD_KIND_FILE:
		return facts->type == S_IFREG;
	}
	return false;
}

/* The size of a dma-buf is where it ends. */
static bool is_long_enough(int fd, const struct facts *facts, uint64_t min_size)
{
	off_t end;

	if (min_size == 0)
		return true;
	if (facts->type != 0)
		return facts->type == S_IFREG && facts->size >= min_size;
	end = lseek(fd, 0, SEEK_END);
	return end >= 0 && (uint64_t)end >= min_size;
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
	struct facts facts;
	int flags = fcntl(fd, F_GETFL);
	bool fits;

	if (flags < 0 || get_facts(fd, &facts) < 0) {
		errno = kept;
		return -EBADF;
	}
	fits = is_of_kind(fd, &facts, kind) && allows(flags, access) &&
	       is_long_enough(fd, &facts, min_size);
	if (fits && sealed) {
		int seals = fcntl(fd, F_GET_SEALS);

		fits = seals >= 0 && (seals & SIZE_SEALS) == SIZE_SEALS;
	}
	errno = kept;
	return fits ? 0 : -EINVAL;
}
