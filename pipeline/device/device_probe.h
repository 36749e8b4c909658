/* SPDX-License-Identifier: MIT */
/* Looks at one media device: is all of it there? */
#ifndef DEVICE_DEVICE_PROBE_H
#define DEVICE_DEVICE_PROBE_H

#include <libudev.h>

#include "device_monitor.h"

/** A device that the monitor knows of. */
struct device_entry {
	struct device_entry *next;
	struct media_device device;
	struct media_graph *graph; /* the device's, to be destroyed */
	uint64_t seqnum; /* of the last message about it; 0: unknown */

	/* What the next look is for. */
	bool due; /* something happened */
	int64_t retry_ms; /* CLOCK_MONOTONIC; when to look even so; 0: never */
	unsigned int attempts; /* looks in vain since something happened */
	int64_t quiet_ms; /* the graph has to stay as it is until then */
	uint64_t seen_version; /* of the graph, when quiet_ms was set */
	bool takes_as_is; /* at its first look the graph is old enough */

	/* What the callbacks do not know of yet. */
	bool announced;
	bool changed;
	bool gone;
};

/** How to look. */
struct device_probe {
	struct udev *udev;
	const struct media_io *io;
	void *io_user;
	bool needs_settled; /* wait until udev is done with a node */
};

/** Makes an entry; returns 0 or -ENOMEM. */
int device_entry_create(const char *syspath,
			struct device_entry **ret_entry) CAMIPC_MUST_CHECK;

/** NULL is fine. */
void device_entry_destroy(struct device_entry *entry);

/**
 * device_probe_look() - look at a device, and note what there is
 * @now_ms: CLOCK_MONOTONIC
 *
 * Sets the device's status; @changed, if it was announced and has a new graph;
 * @gone, if sysfs lost it; and @retry_ms, if a later look could say more.
 * Returns 0, or -ENOMEM, which the status says, too.
 */
int device_probe_look(struct device_probe *probe, struct device_entry *entry,
		      int64_t now_ms) CAMIPC_MUST_CHECK;

#endif /* DEVICE_DEVICE_PROBE_H */
