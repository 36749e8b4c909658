/* SPDX-License-Identifier: MIT */
/* A media device as the monitor lists it, and sources of messages about it. */
#ifndef DEVICE_MEDIA_DEVICE_H
#define DEVICE_MEDIA_DEVICE_H

#include "media_graph.h"

/** Sizes of the fields of struct media_device_info, each with a NUL. */
#define MEDIA_DRIVER_SIZE 17
#define MEDIA_MODEL_SIZE 33
#define MEDIA_SERIAL_SIZE 41
#define MEDIA_BUS_INFO_SIZE 33

/**
 * A media device. The monitor owns it and everything it points to: they are
 * valid until removed() returns, @graph only until the next changed(). Text is
 * UTF-8 without control characters.
 */
struct media_device {
	char *syspath; /* "/sys/devices/...", which identifies the device */
	char *devnode; /* "/dev/media0"; NULL until it is known */

	/** 0 if all device nodes exist. Else the reason why the device cannot
	 *  be used, or could not be examined again: -EAGAIN (nodes are missing,
	 *  or the driver or udev has not finished), -EACCES, -EBADMSG, ... */
	int status;

	/* From MEDIA_IOC_DEVICE_INFO; empty until the ioctl succeeded. */
	char driver[MEDIA_DRIVER_SIZE];
	char model[MEDIA_MODEL_SIZE];
	char serial[MEDIA_SERIAL_SIZE];
	char bus_info[MEDIA_BUS_INFO_SIZE];
	uint32_t media_version; /* these are KERNEL_VERSION() numbers */
	uint32_t hw_revision;
	uint32_t driver_version;

	const struct media_graph *graph; /* NULL until status is first 0 */
};

/** Sources of messages about devices that come and go. */
enum device_source {
	/** The kernel and udevd; works with and without udevd. */
	DEVICE_SOURCE_ANY = 0,
	/** The kernel; does not wait for udevd's rules, even if udevd runs. */
	DEVICE_SOURCE_KERNEL,
	/** udevd, after it has applied its rules; no messages without udevd. */
	DEVICE_SOURCE_UDEV,
	/** No messages, for a list of the devices that exist now. */
	DEVICE_SOURCE_NONE,
};

#endif /* DEVICE_MEDIA_DEVICE_H */
