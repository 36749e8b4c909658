/* SPDX-License-Identifier: MIT */
/*
 * The layer "files": Landlock. A module may read libraries, its own file and
 * what it was granted; it may write nothing, and reach nobody by TCP, abstract
 * sockets or signals. Nothing may be executed: libraries are mapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "devices.h"
#include "layer.h"
#include "needed_libraries.h"

/* Headers of distributions are older than the kernels: all of it is here. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_VERSION 1u
#define RULE_PATH_BENEATH 1

#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)

/* Number of rights of files in each version of the interface. */
static const struct {
	int abi;
	unsigned int n_rights;
} versions[] = {
	{ 1, 13 }, /* … make_sym */
	{ 2, 14 }, /* refer */
	{ 3, 15 }, /* truncate */
	{ 5, 16 }, /* ioctl_dev */
};

#define NET_ABI 4
#define NET_ALL 3u /* bind_tcp, connect_tcp */
#define SCOPE_ABI 6
#define SCOPE_ALL 3u /* abstract_unix_socket, signal */

/** struct landlock_ruleset_attr of version 6. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

/** struct landlock_path_beneath_attr. */
struct path_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

static const char *const library_folders[] = {
	"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64",
	"/usr/local/lib", "/usr/local/lib64",
};

/* The end of the worker program's path below the folder of libraries. */
#define WORKER_END "/camipc/worker/camipc-worker"

/** A ruleset that is being made. */
struct ruleset {
	int fd;
	uint64_t handled;
	int error; /* positive; of the first rule that failed */
};

/* A module that was sealed lies in no folder: it needs no rule, and cannot have
 * one. */
static bool is_memfd(int fd)
{
	return fcntl(fd, F_GET_SEALS) > 0;
}

static void add_fd(struct ruleset *ruleset, int fd, uint64_t rights)
{
	const struct path_attr attr = {
		.allowed_access = rights & ruleset->handled,
		.parent_fd = fd,
	};

	if (syscall(SYS_landlock_add_rule, ruleset->fd, RULE_PATH_BENEATH,
		    &attr, 0) < 0 &&
	    !ruleset->error && !is_memfd(fd))
		ruleset->error = errno;
}

/* What does not exist needs no rule. */
static void add_path(struct ruleset *ruleset, const char *path,
		     uint64_t rights)
{
	struct stat status;
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	/* A file that has rights of folders is an error of the rule. */
	if (fstat(fd, &status) == 0) {
		if (!S_ISDIR(status.st_mode))
			rights &= ~FS_READ_DIR;
		add_fd(ruleset, fd, rights);
	}
	close(fd);
}

/* An installation that was moved has its libraries around the worker program. */
static void add_own_prefix(struct ruleset *ruleset, const char *worker)
{
	const size_t end = sizeof(WORKER_END) - 1;
	size_t size = strlen(worker);
	char folder[PATH_MAX];

	if (size <= end || size >= sizeof(folder) ||
	    strcmp(worker + size - end, WORKER_END) != 0)
		return;
	memcpy(folder, worker, size - end);
	folder[size - end] = '\0';
	add_path(ruleset, folder, FS_READ_FILE | FS_READ_DIR);
}

/* The folders that the host gave on purpose: environment_list.c. */
static void add_search_path(struct ruleset *ruleset)
{
	const char *list = secure_getenv("LD_LIBRARY_PATH");
	char folder[PATH_MAX];

	while (list && *list) {
		size_t size = strcspn(list, ":");

		if (size > 0 && size < sizeof(folder)) {
			memcpy(folder, list, size);
			folder[size] = '\0';
			add_path(ruleset, folder, FS_READ_FILE | FS_READ_DIR);
		}
		list += size + (list[size] == ':');
	}
}

static void add_library(void *user, const char *path, int fd)
{
	(void)path;
	add_fd(user, fd, FS_READ_FILE);
}

/* The right to ioctl() is of ABI 5; before it, the filter alone bounds that. */
static void add_device(void *user, const char *path, int fd)
{
	(void)path;
	add_fd(user, fd, FS_READ_FILE | FS_WRITE_FILE | FS_IOCTL_DEV);
}

/* /dev/dri can be listed; its nodes have rules of their own. */
static void add_gpu_file(void *user, const char *path)
{
	add_path(user, path,
		 strncmp(path, "/dev/", 5) == 0 ? FS_READ_DIR :
						  FS_READ_FILE | FS_READ_DIR);
}

static void add_rules(struct ruleset *ruleset,
		      const struct camipc_sandbox_request *request)
{
	const size_t n = sizeof(library_folders) / sizeof(library_folders[0]);

	for (size_t i = 0; i < n; i++) {
		struct stat status;

		/* Where /lib is a link to /usr/lib, one rule is enough. */
		if (lstat(library_folders[i], &status) == 0 &&
		    S_ISDIR(status.st_mode))
			add_path(ruleset, library_folders[i],
				 FS_READ_FILE | FS_READ_DIR);
	}
	add_path(ruleset, "/etc/ld.so.cache", FS_READ_FILE);
	add_own_prefix(ruleset, request->worker);
	add_search_path(ruleset);
	add_fd(ruleset, request->module_fd, FS_READ_FILE);
	camipc_needed_libraries_visit(request->module_fd, request->module,
				      add_library, ruleset);
	for (size_t i = 0; i < request->n_loads; i++) {
		add_fd(ruleset, request->load_fds[i], FS_READ_FILE);
		camipc_needed_libraries_visit(request->load_fds[i],
					      request->loads[i], add_library,
					      ruleset);
	}
	for (size_t i = 0; i < request->n_read; i++)
		add_path(ruleset, request->read[i],
			 FS_READ_FILE | FS_READ_DIR);
	camipc_devices_visit(request, add_device, ruleset);
	camipc_gpu_files_visit(request, add_gpu_file, ruleset);
}

static uint64_t rights_of(int abi)
{
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (abi >= versions[i].abi)
			n = versions[i].n_rights;
	}
	return (UINT64_C(1) << n) - 1;
}

static struct camipc_layer_result
enter_files(const struct camipc_sandbox_request *request)
{
	const int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
				     CREATE_VERSION);
	struct ruleset_attr attr = {
		.handled_access_fs = rights_of(abi),
		.handled_access_net = abi >= NET_ABI ? NET_ALL : 0,
		.scoped = abi >= SCOPE_ABI ? SCOPE_ALL : 0,
	};
	struct ruleset ruleset = { .handled = attr.handled_access_fs };

	if (abi < 1)
		return camipc_layer_failed(abi < 0 ? errno : ENOSYS);
	ruleset.fd = (int)syscall(SYS_landlock_create_ruleset, &attr,
				  sizeof(attr), 0);
	if (ruleset.fd < 0)
		return camipc_layer_failed(errno);
	add_rules(&ruleset, request);
	/* Without one of its rules the module might not find a library. */
	if (!ruleset.error &&
	    syscall(SYS_landlock_restrict_self, ruleset.fd, 0) < 0)
		ruleset.error = errno;
	close(ruleset.fd);
	if (ruleset.error)
		return camipc_layer_failed(ruleset.error);
	return (struct camipc_layer_result){
		.state = CAMIPC_LAYER_REACHED,
		.why = abi < SCOPE_ABI ? CAMIPC_LAYER_OLD_KERNEL :
					 CAMIPC_LAYER_NO_WHY,
	};
}

/* Two things that anybody may open: a folder to list, and a file to read. */
static bool probe_files(const struct camipc_sandbox_request *request)
{
	static const char *const paths[] = { "/", "/proc/self/status" };

	(void)request;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		if (fd >= 0) {
			close(fd);
			return false;
		}
		if (errno != EACCES && errno != ENOENT)
			return false;
	}
	return true;
}

const struct camipc_layer camipc_layer_files = {
	.layer = CAMIPC_SANDBOX_FILES,
	.enter = enter_files,
	.probe = probe_files,
};
