/* SPDX-License-Identifier: MIT */
/* Access to media devices through system calls and libudev. */
#include "media_io.h"

#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* udevd's socket; libudev itself concludes from it that udevd runs. */
#define UDEVD_SOCKET "/run/udev/control"

static int system_open(void *user, const char *devnode)
{
	/* Do not block if the name now belongs to another kind of file. */
	int fd = open(devnode, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	(void)user;
	return fd < 0 ? -errno : fd;
}

static int system_ioctl(void *user, int fd, unsigned long request,
			void *argument)
{
	int ret;

	(void)user;
	do {
		ret = ioctl(fd, request, argument);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

static void system_close(void *user, int fd)
{
	(void)user;
	close(fd);
}

static bool system_is_settled(void *user, struct udev_device *device)
{
	(void)user;
	if (udev_device_get_is_initialized(device) > 0)
		return true;
	return access(UDEVD_SOCKET, F_OK) < 0;
}

const struct media_io media_io_system = {
	.open = system_open,
	.ioctl = system_ioctl,
	.close = system_close,
	.is_settled = system_is_settled,
};
