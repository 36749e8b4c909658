/* SPDX-License-Identifier: MIT */
/* The list of media devices, kept up to date by messages and timers. */
#include "device_monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "device_events.h"
#include "device_probe.h"

/* Delay before the next attempt after a lack of memory. */
#define SHORTAGE_RETRY_MS 100

struct device_monitor {
	struct device_monitor_events callbacks;
	void *user;
	struct device_probe probe;
	struct device_events *events;
	struct device_entry *entries; /* in the order of their names */
	struct device_entry *gone; /* removed() is not called yet */
	int epoll_fd;
	int timer_fd;
	bool needs_scan; /* messages were lost or could not be handled */
	bool dispatching;
	bool destroyed; /* by a callback */
};

static int64_t now_in_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- entries ------------------------------------------------------------ */

static const char *name_of(const char *syspath)
{
	const char *slash = strrchr(syspath, '/');

	return slash ? slash + 1 : syspath;
}

/* Sorts media2 before media10; equal names are sorted by their paths. */
static int compare_syspaths(const char *a, const char *b)
{
	int order = strverscmp(name_of(a), name_of(b));

	return order ? order : strcmp(a, b);
}

static struct device_entry *find_entry(const struct device_monitor *monitor,
				       const char *syspath)
{
	struct device_entry *entry = monitor->entries;

	while (entry && strcmp(entry->device.syspath, syspath) != 0)
		entry = entry->next;
	return entry;
}

static int add_entry(struct device_monitor *monitor, const char *syspath,
		     struct device_entry **ret_entry)
{
	struct device_entry **place = &monitor->entries;
	struct device_entry *entry;
	int ret = device_entry_create(syspath, &entry);

	if (ret < 0)
		return ret;
	while (*place &&
	       compare_syspaths((*place)->device.syspath, syspath) < 0)
		place = &(*place)->next;
	entry->next = *place;
	*place = entry;
	*ret_entry = entry;
	return 0;
}

/* Removes entries that are gone; keeps announced ones for removed(). */
static void remove_gone(struct device_monitor *monitor)
{
	struct device_entry **place = &monitor->entries;
	struct device_entry **end = &monitor->gone;

	while (*end)
		end = &(*end)->next;
	while (*place) {
		struct device_entry *entry = *place;

		if (!entry->gone) {
			place = &entry->next;
			continue;
		}
		*place = entry->next;
		entry->next = NULL;
		if (!entry->announced) {
			device_entry_destroy(entry);
			continue;
		}
		*end = entry;
		end = &entry->next;
	}
}

static void destroy_entries(struct device_entry *entry)
{
	while (entry) {
		struct device_entry *next = entry->next;

		device_entry_destroy(entry);
		entry = next;
	}
}

/* ---- scanning ------------------------------------------------------------ */

/* Adds new devices; marks the others to be examined, in case they are gone. */
static int add_found(struct device_monitor *monitor,
		     struct udev_list_entry *found)
{
	for (struct device_entry *entry = monitor->entries; entry;
	     entry = entry->next)
		entry->due = true;
	for (; found; found = udev_list_entry_get_next(found)) {
		const char *syspath = udev_list_entry_get_name(found);
		struct device_entry *entry = find_entry(monitor, syspath);
		int ret;

		if (entry)
			continue;
		ret = add_entry(monitor, syspath, &entry);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int scan(struct device_monitor *monitor)
{
	struct udev_enumerate *enumerate =
		udev_enumerate_new(monitor->probe.udev);
	int ret;

	if (!enumerate)
		return -ENOMEM;
	ret = udev_enumerate_add_match_subsystem(enumerate, "media");
	if (ret >= 0)
		ret = udev_enumerate_scan_devices(enumerate);
	if (ret >= 0 || ret == -ENOENT)
		ret = add_found(monitor,
				udev_enumerate_get_list_entry(enumerate));
	udev_enumerate_unref(enumerate);
	return ret;
}

/* Examines the devices whose time has come; -ENOMEM if memory was short. */
static int examine_due(struct device_monitor *monitor)
{
	int64_t now_ms = now_in_ms();
	int ret = 0;

	for (struct device_entry *entry = monitor->entries; entry;
	     entry = entry->next) {
		bool late = entry->retry_ms && entry->retry_ms <= now_ms;

		if ((entry->due || late) &&
		    device_probe_examine(&monitor->probe, entry, now_ms) < 0)
			ret = -ENOMEM;
	}
	remove_gone(monitor);
	return ret;
}

/* ---- messages ------------------------------------------------------------ */

/*
 * Messages are hints; the device itself decides. Only a removal is believed,
 * unless it is older than the device: with two sources, udevd's message that a
 * device is gone may come after the kernel's that a new one has its name.
 */
static void handle_message(void *user, const struct device_message *message)
{
	struct device_monitor *monitor = user;
	struct device_entry *entry;

	if (!message->is_media) {
		for (entry = monitor->entries; entry; entry = entry->next)
			entry->due = true;
		return;
	}
	entry = find_entry(monitor, message->syspath);
	if (message->is_removal) {
		if (entry && message->seqnum && message->seqnum < entry->seqnum)
			return;
		if (entry)
			entry->gone = true;
		remove_gone(monitor);
		return;
	}
	if (!entry && add_entry(monitor, message->syspath, &entry) < 0) {
		monitor->needs_scan = true;
		return;
	}
	entry->due = true;
	if (message->seqnum > entry->seqnum)
		entry->seqnum = message->seqnum;
}

static int64_t earlier(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a ? a : b;
	return a < b ? a : b;
}

/* Sets the timer to the next time at which a device is to be examined. */
static void set_timer(struct device_monitor *monitor, bool now)
{
	struct itimerspec when = { .it_value = { .tv_sec = 0 } };
	int64_t wake_ms = now ? 1 : 0;

	if (monitor->needs_scan)
		wake_ms = earlier(wake_ms, now_in_ms() + SHORTAGE_RETRY_MS);
	for (struct device_entry *entry = monitor->entries; entry;
	     entry = entry->next)
		wake_ms = earlier(wake_ms, entry->retry_ms);
	when.it_value.tv_sec = (time_t)(wake_ms / 1000);
	when.it_value.tv_nsec = (long)(wake_ms % 1000) * 1000000;
	timerfd_settime(monitor->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static int update_devices(struct device_monitor *monitor)
{
	int scanned = 0;
	int examined;

	if (monitor->events &&
	    !device_events_receive(monitor->events, handle_message, monitor))
		monitor->needs_scan = true;
	if (monitor->needs_scan) {
		scanned = scan(monitor);
		monitor->needs_scan = scanned < 0;
	}
	examined = examine_due(monitor);
	/* Setting the timer also clears its expiry. */
	set_timer(monitor, false);
	return scanned < 0 ? scanned : examined;
}

/* ---- callbacks ---------------------------------------------------------- */

static int announce_gone(struct device_monitor *monitor)
{
	int n = 0;

	while (monitor->gone && !monitor->destroyed) {
		struct device_entry *entry = monitor->gone;

		monitor->gone = entry->next;
		if (monitor->callbacks.removed) {
			monitor->callbacks.removed(monitor->user,
						   &entry->device);
			n++;
		}
		device_entry_destroy(entry);
	}
	return n;
}

static int announce(struct device_monitor *monitor)
{
	const struct device_monitor_events *callbacks = &monitor->callbacks;
	int n = announce_gone(monitor);

	for (struct device_entry *entry = monitor->entries;
	     entry && !monitor->destroyed; entry = entry->next) {
		void (*call)(void *user, const struct media_device *device);

		if (!entry->graph || (entry->announced && !entry->changed))
			continue;
		call = entry->announced ? callbacks->changed : callbacks->added;
		entry->announced = true;
		entry->changed = false;
		if (!call)
			continue;
		call(monitor->user, &entry->device);
		n++;
	}
	return n;
}

/* ---- the monitor -------------------------------------------------------- */

static void free_monitor(struct device_monitor *monitor)
{
	device_events_destroy(monitor->events);
	destroy_entries(monitor->entries);
	destroy_entries(monitor->gone);
	if (monitor->probe.udev)
		udev_unref(monitor->probe.udev);
	if (monitor->timer_fd >= 0)
		close(monitor->timer_fd);
	if (monitor->epoll_fd >= 0)
		close(monitor->epoll_fd);
	free(monitor);
}

static int open_fds(struct device_monitor *monitor)
{
	struct epoll_event event = { .events = EPOLLIN };

	monitor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (monitor->epoll_fd < 0)
		return -errno;
	monitor->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (monitor->timer_fd < 0)
		return -errno;
	if (epoll_ctl(monitor->epoll_fd, EPOLL_CTL_ADD, monitor->timer_fd,
		      &event) < 0)
		return -errno;
	return 0;
}

/* Listens before it scans, so that no later change goes unseen. */
static int find_devices(struct device_monitor *monitor,
			enum device_source source)
{
	int ret;

	monitor->probe.udev = udev_new();
	if (!monitor->probe.udev)
		return -ENOMEM;
	if (source != DEVICE_SOURCE_NONE) {
		ret = device_events_create(monitor->probe.udev, source,
					   monitor->epoll_fd, &monitor->events);
		if (ret < 0)
			return ret;
	}
	ret = scan(monitor);
	if (ret < 0)
		return ret;
	for (struct device_entry *entry = monitor->entries; entry;
	     entry = entry->next)
		entry->is_old = true;
	ret = examine_due(monitor);
	set_timer(monitor, monitor->entries != NULL);
	return ret;
}

int device_monitor_create(const struct device_monitor_options *options,
			  const struct device_monitor_events *events,
			  void *user, struct device_monitor **ret_monitor)
{
	static const struct device_monitor_options defaults = {
		.source = DEVICE_SOURCE_ANY,
	};
	struct device_monitor *monitor;
	int ret;

	if (!options)
		options = &defaults;
	if ((unsigned int)options->source > DEVICE_SOURCE_NONE || !ret_monitor)
		return -EINVAL;
	monitor = calloc(1, sizeof(*monitor));
	if (!monitor)
		return -ENOMEM;
	monitor->epoll_fd = -1;
	monitor->timer_fd = -1;
	monitor->user = user;
	if (events)
		monitor->callbacks = *events;
	monitor->probe.io = options->io ? options->io : &media_io_system;
	monitor->probe.io_user = options->io_user;
	monitor->probe.needs_settled = options->source != DEVICE_SOURCE_KERNEL;
	ret = open_fds(monitor);
	if (ret < 0)
		goto destroy;
	ret = find_devices(monitor, options->source);
	if (ret < 0)
		goto destroy;
	*ret_monitor = monitor;
	return 0;

destroy:
	free_monitor(monitor);
	return ret;
}

void device_monitor_destroy(struct device_monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->dispatching)
		monitor->destroyed = true;
	else
		free_monitor(monitor);
}

int device_monitor_get_fd(const struct device_monitor *monitor)
{
	return monitor->epoll_fd;
}

int device_monitor_dispatch(struct device_monitor *monitor)
{
	int ret;
	int n;

	if (monitor->dispatching)
		return -EBUSY;
	monitor->dispatching = true;
	ret = update_devices(monitor);
	n = announce(monitor);
	monitor->dispatching = false;
	if (monitor->destroyed)
		free_monitor(monitor);
	return ret < 0 ? ret : n;
}

int device_monitor_list(const struct device_monitor *monitor,
			int (*visit)(void *user,
				     const struct media_device *device),
			void *user)
{
	for (const struct device_entry *entry = monitor->entries; entry;
	     entry = entry->next) {
		int ret = visit(user, &entry->device);

		if (ret != 0)
			return ret;
	}
	return 0;
}
