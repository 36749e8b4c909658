/* SPDX-License-Identifier: MIT */
/*
 * The layer "namespaces", which a host must ask for: a network without interfaces,
 * System V objects and mounts of its own, in a user namespace where the worker
 * has no other right to them. There is no pid namespace: it needs a second process,
 * and hides how the first one ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "layer.h"

#define SPACES (CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC)

/* A port that something may listen on; nothing is sent. */
#define SOME_PORT 9

static int write_file(const char *path, const char *text, int size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, (size_t)size);
	close(fd);
	return n == size ? 0 : -EIO;
}

/* The one user and the one group, under their own numbers. */
static int map_ids(uid_t uid, gid_t gid)
{
	char text[32];
	int ret = write_file("/proc/self/setgroups", "deny", 4);

	/* Linux before 3.19 does not have the file. */
	if (ret < 0 && ret != -ENOENT)
		return ret;
	ret = write_file("/proc/self/uid_map", text,
			 snprintf(text, sizeof(text), "%u %u 1\n", uid, uid));
	if (ret < 0)
		return ret;
	return write_file("/proc/self/gid_map", text,
			  snprintf(text, sizeof(text), "%u %u 1\n", gid, gid));
}

/*
 * Without /proc, the numbers stay without a name in the new namespace. They are
 * the same in the kernel, and the worker does not ask for them.
 */
static int enter_user_namespace(void)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	const int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	int ret;

	if (unshare(CLONE_NEWUSER | SPACES) < 0)
		return -errno;
	/* A process that changed its user does not own its files in /proc. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	ret = map_ids(uid, gid);
	if (dumpable >= 0)
		prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
	return ret == -ENOENT ? 0 : ret;
}

static struct camipc_layer_result
enter_namespaces(const struct camipc_sandbox_request *request)
{
	int ret = enter_user_namespace();

	(void)request;
	if (ret == 0)
		return camipc_layer_reached();
	/* Root of a container may do without a user namespace, with which
	 * mounts would be apart already. */
	if (unshare(SPACES) < 0)
		return camipc_layer_failed(-ret);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return camipc_layer_failed(errno);
	return camipc_layer_reached();
}

/* A network without interfaces has no way to this very machine. */
static bool probe_namespaces(const struct camipc_sandbox_request *request)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(SOME_PORT),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	(void)request;
	if (fd < 0)
		return true;
	ret = connect(fd, (const struct sockaddr *)&address, sizeof(address));
	close(fd);
	return ret < 0;
}

const struct camipc_layer camipc_layer_namespaces = {
	.layer = CAMIPC_SANDBOX_NAMESPACES,
	.enter = enter_namespaces,
	.probe = probe_namespaces,
};
