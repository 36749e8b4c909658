/* SPDX-License-Identifier: MIT */
/* Receives messages about devices from the kernel and from udevd. */
#ifndef DEVICE_DEVICE_EVENTS_H
#define DEVICE_DEVICE_EVENTS_H

#include <libudev.h>

#include "media_device.h"

/** Sockets that messages come from. Thread word: bound. */
struct device_events;

/** A message about one device; borrowed for the call. */
struct device_message {
	const char *syspath;
	bool is_media; /* false: a node that belongs to a media device */
	bool is_removal; /* false: it exists, or did a moment ago */
	uint64_t seqnum; /* the kernel's, equal from both; 0: unknown */
};

/**
 * device_events_create() - listen to a source
 * @epoll_fd: the sockets are added to it; must outlive the result
 * @ret_events: the result; free it with device_events_destroy()
 *
 * Returns 0, -ENOMEM, or the errno of opening a socket.
 */
int device_events_create(struct udev *udev, enum device_source source,
			 int epoll_fd,
			 struct device_events **ret_events) CAMIPC_MUST_CHECK;

/** Closes the sockets; accepts NULL. */
void device_events_destroy(struct device_events *events);

/**
 * device_events_receive() - read messages, up to a limit
 * @handle: called for each message
 *
 * A message may come twice, and with two sources it may be older than one
 * before it. Returns false if messages were lost. Never blocks.
 */
bool device_events_receive(struct device_events *events,
			   void (*handle)(void *user,
					  const struct device_message *message),
			   void *user) CAMIPC_MUST_CHECK;

#endif /* DEVICE_DEVICE_EVENTS_H */
