/* SPDX-License-Identifier: MIT */
/* An opened device node, and the text of what failed on it. */
#ifndef DEVICE_DEVICE_NODE_H
#define DEVICE_DEVICE_NODE_H

#include <camipc/base.h>

/** Room for a path such as "/dev/v4l-subdev12", its NUL included. */
#define DEVICE_PATH_SIZE 64

/** Room for the text of an error, its NUL included. */
#define DEVICE_ERROR_SIZE 320

/** A media device, sub-device or video node. Thread word: bound. */
struct device_node {
	int fd; /* -1: not open */
	char path[DEVICE_PATH_SIZE];

	/** One line about the latest failure: the device, the ioctl, what its
	 *  errno means, and what to do about it. */
	char error[DEVICE_ERROR_SIZE];
};

/**
 * device_node_open() - open a device node for reading and writing
 * @path: copied
 *
 * Does not wait for the device, and its ioctls do not wait either. Returns 0, or
 * a negative errno and a text: -EACCES (no permission), -ENODEV or -ENXIO (the
 * device is gone), -ENOENT, -EBUSY (another program has it), -ENAMETOOLONG,
 * -ENOTTY (the file is no character device).
 */
int device_node_open(struct device_node *node,
		     const char *path) CAMIPC_MUST_CHECK;

/** Closes the node; accepts a node that is closed. */
void device_node_close(struct device_node *node);

/**
 * device_node_ioctl() - make an ioctl, and explain its failure
 * @name: of the request, such as "VIDIOC_S_FMT"
 *
 * Repeats an interrupted call. Returns 0, or a negative errno and a text.
 */
int device_node_ioctl(struct device_node *node, unsigned long request,
		      const char *name, void *argument) CAMIPC_MUST_CHECK;

/**
 * device_node_fail() - write the text of a failure
 * @code: a negative errno
 *
 * Writes the path, ": " and the text. Returns @code.
 */
int device_node_fail(struct device_node *node, int code, const char *format,
		     ...) CAMIPC_PRINTF(3, 4);

#endif /* DEVICE_DEVICE_NODE_H */
