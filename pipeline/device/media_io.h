/* SPDX-License-Identifier: MIT */
/* What is asked of the kernel and of udev; tests put their own answers here. */
#ifndef DEVICE_MEDIA_IO_H
#define DEVICE_MEDIA_IO_H

#include <camipc/base.h>

struct udev_device;

/** @user is what came with the table. Calls are made by one thread. */
struct media_io {
	/** Opens a device node for its ioctls; returns an fd or an error. */
	int (*open)(void *user, const char *devnode);

	/** Returns 0 or an error. Interrupted calls are repeated in here. */
	int (*ioctl)(void *user, int fd, unsigned long request, void *argument);

	void (*close)(void *user, int fd);

	/**
	 * Is udev done with a device: does its node have the owner and the
	 * permissions that the rules give it? True if there is no udevd.
	 */
	bool (*is_settled)(void *user, struct udev_device *device);
};

/** The real ones; without a user. */
extern const struct media_io media_io_system;

#endif /* DEVICE_MEDIA_IO_H */
