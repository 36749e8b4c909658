/* SPDX-License-Identifier: MIT */
/* Finds media devices, and calls back when they come, change and go. */
#ifndef DEVICE_DEVICE_MONITOR_H
#define DEVICE_DEVICE_MONITOR_H

#include "media_device.h"

/** Watches the media devices of the system. Thread word: bound. */
struct device_monitor;

/** Options of a monitor. Zero them all, and set those that differ. */
struct device_monitor_options {
	enum device_source source;
	const struct media_io *io; /* NULL: media_io_system */
	void *io_user;
};

/**
 * Callbacks, made by device_monitor_dispatch() only. Each may be NULL. They may
 * destroy the monitor or list its devices.
 */
struct device_monitor_events {
	/** A device is complete: its info, its graph, and the device nodes of
	 *  its video nodes and sub-devices. */
	void (*added)(void *user, const struct media_device *device);

	/** After added(): entities or nodes came or went, and the device is
	 *  complete again. Match it again: the entities are new. */
	void (*changed)(void *user, const struct media_device *device);

	/** After added(): the device is gone. */
	void (*removed)(void *user, const struct media_device *device);
};

/**
 * device_monitor_create() - find devices, and listen for new ones
 * @options: copied, the io is kept; NULL: all defaults
 * @events: copied; NULL: no callbacks
 * @user: passed to the callbacks
 * @ret_monitor: the monitor; free it with device_monitor_destroy()
 *
 * Devices that exist are listed at once; the first dispatch calls added() for
 * them. It is not an error if there is no device, or if one cannot be opened or
 * vanishes meanwhile.
 *
 * Returns 0, -EINVAL (a wrong source), -ENOMEM, -EMFILE, or an error of
 * libudev. The monitor belongs to the calling thread.
 */
int device_monitor_create(const struct device_monitor_options *options,
			  const struct device_monitor_events *events,
			  void *user, struct device_monitor **ret_monitor)
	CAMIPC_MUST_CHECK;

/**
 * Frees the monitor without calling removed(). Called from a callback, it
 * prevents further callbacks, and the monitor is freed when dispatch returns.
 * Accepts NULL.
 */
void device_monitor_destroy(struct device_monitor *monitor);

/** Returns a descriptor that polls readable while there is work for dispatch.
 *  The monitor owns it. */
int device_monitor_get_fd(const struct device_monitor *monitor);

/**
 * device_monitor_dispatch() - process messages and timers, and call back
 *
 * Never blocks. Returns the number of callbacks, -EBUSY (called from a
 * callback), or -ENOMEM: then work is left, and the descriptor becomes readable
 * again.
 */
int device_monitor_dispatch(struct device_monitor *monitor);

/**
 * Calls @visit for each device in the order of their names, also for devices
 * that are not complete (see their status). Stops when @visit returns another
 * number than 0, and returns that number, else 0. @visit must not dispatch or
 * destroy the monitor.
 */
int device_monitor_list(const struct device_monitor *monitor,
			int (*visit)(void *user,
				     const struct media_device *device),
			void *user);

#endif /* DEVICE_DEVICE_MONITOR_H */
