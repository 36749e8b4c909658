/* SPDX-License-Identifier: MIT */
/* Finds the devices of a grant; the GPU is its driver's render nodes. */
#include "devices.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Numbers of render nodes: they can compute, and show nothing. */
#define FIRST_RENDER_NODE 128
#define END_OF_RENDER_NODES 192

/* The major number of graphics drivers. */
#define DRM_MAJOR 226

#define NODE_SIZE 40

static void visit_one(const char *path,
		      void (*visit)(void *user, const char *path, int fd),
		      void *user)
{
	struct stat status;
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && S_ISCHR(status.st_mode))
		visit(user, path, fd);
	close(fd);
}

void camipc_devices_visit(const struct camipc_sandbox_request *request,
			  void (*visit)(void *user, const char *path, int fd),
			  void *user)
{
	char node[NODE_SIZE];

	for (size_t i = 0; i < request->n_devices; i++)
		visit_one(request->devices[i], visit, user);
	if (!(request->grants & CAMIPC_GRANT_GPU))
		return;
	for (int i = FIRST_RENDER_NODE; i < END_OF_RENDER_NODES; i++) {
		snprintf(node, sizeof(node), "/dev/dri/renderD%d", i);
		visit_one(node, visit, user);
	}
}

/* What the library of the driver asks for its bus, vendor and device. */
static void visit_description(int number,
			      void (*visit)(void *user, const char *path),
			      void *user)
{
	char link[NODE_SIZE];
	char real[PATH_MAX];

	snprintf(link, sizeof(link), "/sys/dev/char/%d:%d/device", DRM_MAJOR,
		 number);
	if (realpath(link, real))
		visit(user, real);
}

void camipc_gpu_files_visit(const struct camipc_sandbox_request *request,
			    void (*visit)(void *user, const char *path),
			    void *user)
{
	/* Which driver there is for OpenGL, Vulkan and OpenCL, and its quirks. */
	static const char *const folders[] = {
		"/dev/dri",	       "/etc/drirc",
		"/etc/glvnd",	       "/etc/vulkan",
		"/etc/OpenCL",	       "/usr/share/drirc.d",
		"/usr/share/glvnd",    "/usr/share/vulkan",
		"/usr/share/libdrm",
	};

	if (!(request->grants & CAMIPC_GRANT_GPU))
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		visit(user, folders[i]);
	for (int i = FIRST_RENDER_NODE; i < END_OF_RENDER_NODES; i++)
		visit_description(i, visit, user);
}
