/* SPDX-License-Identifier: MIT */
/* Access to the kernel and to udev, which tests replace. */
#ifndef DEVICE_MEDIA_IO_H
#define DEVICE_MEDIA_IO_H

#include <camipc/base.h>

struct udev_device;

/** @user comes with the table. All functions are called by one thread. */
struct media_io {
	/** Opens a device node for ioctls. Returns a descriptor or an error. */
	int (*open)(void *user, const char *devnode);

	/** Returns 0 or an error; repeats interrupted calls. */
	int (*ioctl)(void *user, int fd, unsigned long request, void *argument);

	/** Closes a descriptor of open(). */
	void (*close)(void *user, int fd);

	/**
	 * Returns true if udevd has finished with a device, so that its node
	 * has the owner and the permissions of udev's rules, or if no udevd
	 * runs.
	 */
	bool (*is_settled)(void *user, struct udev_device *device);
};

/** The functions of the system; they ignore @user. */
extern const struct media_io media_io_system;

#endif /* DEVICE_MEDIA_IO_H */
