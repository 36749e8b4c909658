/* SPDX-License-Identifier: MIT */
/* Examines one media device, and decides whether it is complete. */
#ifndef DEVICE_DEVICE_PROBE_H
#define DEVICE_DEVICE_PROBE_H

#include <libudev.h>

#include "media_device.h"

/** A device in the monitor's list. Thread word: bound. */
struct device_entry {
	struct device_entry *next;
	struct media_device device;
	struct media_graph *graph; /* device.graph, which this owns */
	uint64_t seqnum; /* of the latest message about it; 0: unknown */

	/* When to examine the device. Times are CLOCK_MONOTONIC. */
	bool due; /* something happened */
	int64_t retry_ms; /* examine then without a message; 0: never */
	unsigned int attempts; /* in vain, since something happened */
	int64_t quiet_ms; /* the graph must stay unchanged until then */
	uint64_t seen_version; /* of the graph, when quiet_ms was set */
	bool is_old; /* existed before the monitor: need not stay unchanged */

	/* Callbacks: the one that was made, and those that are due. */
	bool announced; /* added() was called */
	bool changed;
	bool gone;
};

/** How devices are examined. Thread word: bound. */
struct device_probe {
	struct udev *udev;
	const struct media_io *io;
	void *io_user;
	bool needs_settled; /* wait until udevd has finished with a node */
};

/** Makes an entry that is due. Returns 0 or -ENOMEM. */
int device_entry_create(const char *syspath,
			struct device_entry **ret_entry) CAMIPC_MUST_CHECK;

/** Frees an entry; accepts NULL. */
void device_entry_destroy(struct device_entry *entry);

/**
 * device_probe_examine() - examine a device, and note the result in its entry
 * @now_ms: CLOCK_MONOTONIC
 *
 * Sets the device's status; @changed, if it was announced and has a new graph;
 * @gone, if it is not in sysfs any more; and @retry_ms, if examining it later
 * could give another result. Returns 0, or -ENOMEM, which is the status then.
 */
int device_probe_examine(struct device_probe *probe, struct device_entry *entry,
		      int64_t now_ms) CAMIPC_MUST_CHECK;

#endif /* DEVICE_DEVICE_PROBE_H */
