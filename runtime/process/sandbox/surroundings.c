/* SPDX-License-Identifier: MIT */
/*
 * The layer "surroundings": checks what the start of the process has left to the
 * module (child_start.c): folder, terminal, process group and descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layer.h"

/* Numbers of descriptors that a host commonly uses. */
#define MAX_LOOK 32

static struct camipc_layer_result
enter_surroundings(const struct camipc_sandbox_request *request)
{
	(void)request;
	return camipc_layer_reached();
}

static bool is_in_root(void)
{
	struct stat here;
	struct stat root;

	return stat(".", &here) == 0 && stat("/", &root) == 0 &&
	       here.st_dev == root.st_dev && here.st_ino == root.st_ino;
}

static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno != ENXIO && errno != ENOENT && errno != EACCES;
	close(fd);
	return true;
}

static bool is_load(const struct camipc_sandbox_request *request, int fd)
{
	for (size_t i = 0; i < request->n_loads; i++) {
		if (request->load_fds[i] == fd)
			return true;
	}
	return false;
}

static bool
probe_surroundings(const struct camipc_sandbox_request *request)
{
	/* The kernel closed all that follow, or none (worker.c); hello brought
	 * the files that the module loads. */
	for (int fd = request->module_fd + 1; fd < MAX_LOOK; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 && !is_load(request, fd))
			return false;
	}
	return is_in_root() && !has_terminal() &&
	       (getpgrp() == getpid() || getsid(0) == getpid());
}

const struct camipc_layer camipc_layer_surroundings = {
	.layer = CAMIPC_SANDBOX_SURROUNDINGS,
	.fits_tools = true,
	.enter = enter_surroundings,
	.probe = probe_surroundings,
};
