/* SPDX-License-Identifier: MIT */
/* Finds media devices, and says when they come, change and go. */
#ifndef DEVICE_DEVICE_MONITOR_H
#define DEVICE_DEVICE_MONITOR_H

#include "media_graph.h"

struct device_monitor;

/** Sizes of the fields of struct media_device_info, and a NUL. */
#define MEDIA_DRIVER_SIZE 17
#define MEDIA_MODEL_SIZE 33
#define MEDIA_SERIAL_SIZE 41
#define MEDIA_BUS_INFO_SIZE 33

/**
 * A media device. Borrowed, as is all that it points to: until its removed()
 * returned, and @graph until its next changed(). Text is UTF-8 without control
 * characters.
 */
struct media_device {
	char *syspath; /* "/sys/devices/...": its identity */
	char *devnode; /* "/dev/media0"; NULL: not known yet */

	/** 0: it is there with all of its nodes. Else why it is not, or why
	 *  it could not be looked at again: -EAGAIN (nodes are missing, or the
	 *  driver or udev is still at work), -EACCES, -EBADMSG, ... */
	int status;

	/* From MEDIA_IOC_DEVICE_INFO; empty until it could be asked. */
	char driver[MEDIA_DRIVER_SIZE];
	char model[MEDIA_MODEL_SIZE];
	char serial[MEDIA_SERIAL_SIZE];
	char bus_info[MEDIA_BUS_INFO_SIZE];
	uint32_t media_version; /* these are KERNEL_VERSION() numbers */
	uint32_t hw_revision;
	uint32_t driver_version;

	const struct media_graph *graph; /* NULL until status was 0 */
};

/** Which messages tell of devices that come and go. */
enum device_source {
	/** The kernel's and udevd's: with and without udevd. */
	DEVICE_SOURCE_ANY = 0,
	/** The kernel's; does not wait for udevd's rules, even if it runs. */
	DEVICE_SOURCE_KERNEL,
	/** Those that udevd sends when it is done; none without it. */
	DEVICE_SOURCE_UDEV,
	/** None: for a look at what is there now. */
	DEVICE_SOURCE_NONE,
};

/** Zero all of it, and set what differs. */
struct device_monitor_options {
	enum device_source source;
	const struct media_io *io; /* NULL: the system's */
	void *io_user;
};

/**
 * Called from device_monitor_dispatch() only. Any may be NULL. They may
 * destroy the monitor, and list its devices.
 */
struct device_monitor_events {
	/** All of it is there: the device's info, its graph, and the nodes of
	 *  its video nodes and sub-devices. */
	void (*added)(void *user, const struct media_device *device);

	/** After added(): entities or nodes came or went, and all that the new
	 *  @graph names is there. What was matched has to be matched again. */
	void (*changed)(void *user, const struct media_device *device);

	/** After added(): it is gone. */
	void (*removed)(void *user, const struct media_device *device);
};

/**
 * device_monitor_create() - listen for devices, and look for those there are
 * @options: NULL: all defaults; copied, but the io is kept
 * @events: NULL: none; copied
 *
 * Devices that are there already are listed at once, and the first dispatch
 * calls added() for them, too. No device is no error, nor is one that cannot
 * be opened, or that vanishes meanwhile.
 *
 * Returns 0, -EINVAL, -ENOMEM, -EMFILE, or why udev could not be asked. The
 * monitor belongs to the calling thread. Thread word: bound.
 */
int device_monitor_create(const struct device_monitor_options *options,
			  const struct device_monitor_events *events,
			  void *user, struct device_monitor **ret_monitor)
	CAMIPC_MUST_CHECK;

/**
 * Frees it, without removed(). Out of a callback: no other one comes, and it
 * is freed when the dispatch returns. NULL is fine.
 */
void device_monitor_destroy(struct device_monitor *monitor);

/** To be polled for reading, then dispatched; the monitor's. */
int device_monitor_get_fd(const struct device_monitor *monitor);

/**
 * device_monitor_dispatch() - take in what happened, and call back
 *
 * Never blocks. Returns how many callbacks there were, -EBUSY out of a
 * callback, or -ENOMEM: then something waits for the next dispatch, and the
 * fd becomes readable again.
 */
int device_monitor_dispatch(struct device_monitor *monitor);

/**
 * Calls @visit for each device, those included that are not all there (see
 * their status), in the order of their names; stops when it returns other
 * than 0, and returns that, or 0. @visit may not dispatch or destroy.
 */
int device_monitor_list(const struct device_monitor *monitor,
			int (*visit)(void *user,
				     const struct media_device *device),
			void *user);

#endif /* DEVICE_DEVICE_MONITOR_H */
