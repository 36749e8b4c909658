/* SPDX-License-Identifier: MIT */
/* Messages about devices, from the kernel and from udevd. */
#ifndef DEVICE_DEVICE_EVENTS_H
#define DEVICE_DEVICE_EVENTS_H

#include <libudev.h>

#include "device_monitor.h"

struct device_events;

/** What a message says; borrowed for the call. */
struct device_message {
	const char *syspath;
	bool is_media; /* else it is of a node of some media device */
	bool is_removal; /* else it is there, or was a moment ago */
	uint64_t seqnum; /* the kernel's, the same in both; 0: unknown */
};

/**
 * device_events_create() - listen to a source
 * @epoll_fd: gets descriptors to wait for; it has to outlive this
 *
 * Returns 0, -ENOMEM, or why there is no socket. Thread word: bound.
 */
int device_events_create(struct udev *udev, enum device_source source,
			 int epoll_fd,
			 struct device_events **ret_events) CAMIPC_MUST_CHECK;

/** NULL is fine. */
void device_events_destroy(struct device_events *events);

/**
 * device_events_receive() - hand on what came, up to a limit
 *
 * Messages about one device may come twice, and with both sources a message
 * may be older than one before it. Returns false if some were lost.
 */
bool device_events_receive(struct device_events *events,
			   void (*handle)(void *user,
					  const struct device_message *message),
			   void *user) CAMIPC_MUST_CHECK;

#endif /* DEVICE_DEVICE_EVENTS_H */
