/* SPDX-License-Identifier: MIT */
/* Messages about devices, through libudev's monitors. */
#include "device_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Bounds the work of one call; further messages wait in the socket. */
#define MAX_MESSAGES 1024

#define MAX_MONITORS 2

struct device_events {
	struct udev_monitor *monitors[MAX_MONITORS];
	size_t n_monitors;
};

/* libudev returns NULL, and usually sets errno. */
static int last_error(void)
{
	return errno > 0 ? -errno : -ENOMEM;
}

static int start(struct udev_monitor *monitor, int epoll_fd)
{
	static const char *const subsystems[] = { "media", "video4linux" };
	struct epoll_event event = { .events = EPOLLIN };
	int ret;

	for (size_t i = 0; i < 2; i++) {
		ret = udev_monitor_filter_add_match_subsystem_devtype(
			monitor, subsystems[i], NULL);
		if (ret < 0)
			return ret;
	}
	ret = udev_monitor_enable_receiving(monitor);
	if (ret < 0)
		return ret;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, udev_monitor_get_fd(monitor),
		      &event) < 0)
		return -errno;
	return 0;
}

static int listen_to(struct device_events *events, struct udev *udev,
		     const char *name, int epoll_fd)
{
	struct udev_monitor *monitor;

	errno = 0;
	monitor = udev_monitor_new_from_netlink(udev, name);
	if (!monitor)
		return last_error();
	events->monitors[events->n_monitors++] = monitor;
	return start(monitor, epoll_fd);
}

int device_events_create(struct udev *udev, enum device_source source,
			 int epoll_fd, struct device_events **ret_events)
{
	bool kernel = source == DEVICE_SOURCE_ANY ||
		      source == DEVICE_SOURCE_KERNEL;
	bool udevd = source == DEVICE_SOURCE_ANY ||
		     source == DEVICE_SOURCE_UDEV;
	struct device_events *events = calloc(1, sizeof(*events));
	int ret;

	if (!events)
		return -ENOMEM;
	if (kernel) {
		ret = listen_to(events, udev, "kernel", epoll_fd);
		if (ret < 0)
			goto destroy;
	}
	if (udevd) {
		ret = listen_to(events, udev, "udev", epoll_fd);
		if (ret < 0)
			goto destroy;
	}
	*ret_events = events;
	return 0;

destroy:
	device_events_destroy(events);
	return ret;
}

void device_events_destroy(struct device_events *events)
{
	if (!events)
		return;
	for (size_t i = 0; i < events->n_monitors; i++)
		udev_monitor_unref(events->monitors[i]);
	free(events);
}

/* Returns false if no message is left; clears @complete if one was lost. */
static bool receive_one(struct udev_monitor *monitor, bool *complete,
			void (*handle)(void *user,
				       const struct device_message *message),
			void *user)
{
	struct device_message message = { .is_media = false };
	struct udev_device *device;
	const char *subsystem;
	const char *action;

	errno = 0;
	device = udev_monitor_receive_device(monitor);
	if (!device) {
		/* ENOBUFS: the socket was full; others: a broken message. */
		if (errno != 0 && errno != EAGAIN)
			*complete = false;
		return false;
	}
	subsystem = udev_device_get_subsystem(device);
	action = udev_device_get_action(device);
	message.syspath = udev_device_get_syspath(device);
	message.is_media = subsystem && strcmp(subsystem, "media") == 0;
	message.is_removal = action && strcmp(action, "remove") == 0;
	message.seqnum = udev_device_get_seqnum(device);
	if (message.syspath)
		handle(user, &message);
	udev_device_unref(device);
	return true;
}

bool device_events_receive(struct device_events *events,
			   void (*handle)(void *user,
					  const struct device_message *message),
			   void *user)
{
	bool complete = true;

	for (size_t i = 0; i < events->n_monitors; i++) {
		for (int n = 0; n < MAX_MESSAGES; n++) {
			if (!receive_one(events->monitors[i], &complete, handle,
					 user))
				break;
		}
	}
	return complete;
}
