/* SPDX-License-Identifier: MIT */
/* Examines a media device: its nodes, its info and its graph. */
#include "device_probe.h"

#include <errno.h>
#include <linux/media.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "media_text.h"

#define TOPIC "device"

/*
 * A driver announces its media device before it registers the nodes of its
 * sub-devices, which takes some 10 ms per node at most. If entities have no
 * nodes, and may never get any, the graph is accepted once it has not changed
 * for this long.
 */
#define QUIET_MS 100

/*
 * Some changes come without a message: nodes made late where there is no
 * devtmpfs, permissions set by hand. So an incomplete device is examined again
 * after 10 ms, doubled up to 1 s, 16 times, which is 10 s in all.
 */
#define FIRST_RETRY_MS 10
#define LAST_RETRY_MS 1000
#define MAX_RETRIES 16

CAMIPC_STATIC_ASSERT(
	sizeof(((struct media_device_info *)0)->driver) + 1 ==
			MEDIA_DRIVER_SIZE &&
		sizeof(((struct media_device_info *)0)->model) + 1 ==
			MEDIA_MODEL_SIZE &&
		sizeof(((struct media_device_info *)0)->serial) + 1 ==
			MEDIA_SERIAL_SIZE &&
		sizeof(((struct media_device_info *)0)->bus_info) + 1 ==
			MEDIA_BUS_INFO_SIZE,
	"room for the fields, each with a NUL");

int device_entry_create(const char *syspath, struct device_entry **ret_entry)
{
	struct device_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	entry->device.syspath = strdup(syspath);
	if (!entry->device.syspath) {
		free(entry);
		return -ENOMEM;
	}
	entry->device.status = -EAGAIN;
	entry->due = true;
	*ret_entry = entry;
	return 0;
}

void device_entry_destroy(struct device_entry *entry)
{
	if (!entry)
		return;
	media_graph_destroy(entry->graph);
	free(entry->device.syspath);
	free(entry->device.devnode);
	free(entry);
}

/* Finds the node of a device; -ENOENT if there is none that can be used. */
static int find_node(struct device_probe *probe, struct udev_device *device,
		     char **ret_devnode)
{
	const char *devnode = udev_device_get_devnode(device);
	struct stat status;
	char *copy;

	if (!devnode || stat(devnode, &status) < 0)
		return -ENOENT;
	if (!S_ISCHR(status.st_mode) ||
	    status.st_rdev != udev_device_get_devnum(device))
		return -ENOENT;
	if (probe->needs_settled &&
	    !probe->io->is_settled(probe->io_user, device))
		return -ENOENT;
	copy = strdup(devnode);
	if (!copy)
		return -ENOMEM;
	*ret_devnode = copy;
	return 0;
}

/* Finds a node by its device number, through /sys/dev/char. */
static int find_node_by_number(void *user, uint32_t major, uint32_t minor,
			       char **ret_devnode)
{
	struct device_probe *probe = user;
	struct udev_device *device;
	int ret;

	errno = ENOENT;
	device = udev_device_new_from_devnum(probe->udev, 'c',
					     makedev(major, minor));
	if (!device)
		return errno == ENOMEM ? -ENOMEM : -ENOENT;
	ret = find_node(probe, device, ret_devnode);
	udev_device_unref(device);
	return ret;
}

static int read_info(struct device_probe *probe, int fd,
		     struct media_device *device)
{
	struct media_device_info info = { .media_version = 0 };
	int ret = probe->io->ioctl(probe->io_user, fd, MEDIA_IOC_DEVICE_INFO,
				   &info);

	if (ret < 0)
		return ret;
	media_text_copy(device->driver, info.driver, sizeof(info.driver));
	media_text_copy(device->model, info.model, sizeof(info.model));
	media_text_copy(device->serial, info.serial, sizeof(info.serial));
	media_text_copy(device->bus_info, info.bus_info, sizeof(info.bus_info));
	device->media_version = info.media_version;
	device->hw_revision = info.hw_revision;
	device->driver_version = info.driver_version;
	return 0;
}

/* Asks the device itself: its model attribute in sysfs comes late. */
static int read_device(struct device_probe *probe, struct media_device *device,
	       struct media_graph **ret_graph)
{
	int fd = probe->io->open(probe->io_user, device->devnode);
	int ret;

	if (fd < 0)
		return fd;
	ret = read_info(probe, fd, device);
	if (ret < 0)
		goto close_device;
	ret = media_graph_read(probe->io, probe->io_user, fd, ret_graph);

close_device:
	probe->io->close(probe->io_user, fd);
	return ret;
}

/* Returns true if the graph is not one that a driver is still building. */
static bool is_quiet(struct device_entry *entry,
		     const struct media_graph *graph, int64_t now_ms)
{
	if (media_graph_is_complete(graph) || entry->is_old)
		return true;
	if (entry->quiet_ms == 0 || entry->seen_version != graph->version) {
		entry->seen_version = graph->version;
		entry->quiet_ms = now_ms + QUIET_MS;
	}
	return now_ms >= entry->quiet_ms;
}

/* Takes over @graph if it is complete, else destroys it. */
static int accept_graph(struct device_probe *probe, struct device_entry *entry,
			struct media_graph *graph, int64_t now_ms)
{
	int missing = media_graph_find_nodes(graph, find_node_by_number, probe);
	bool quiet = is_quiet(entry, graph, now_ms);

	if (missing > 0)
		camipc_log(CAMIPC_LOG_DEBUG, TOPIC,
			   "%s: waiting for %d device node%s",
			   entry->device.devnode, missing,
			   missing == 1 ? "" : "s");
	if (missing != 0 || !quiet) {
		media_graph_destroy(graph);
		return missing < 0 ? missing : -EAGAIN;
	}
	if (entry->graph && entry->graph->version == graph->version) {
		media_graph_destroy(graph);
		return 0;
	}
	media_graph_destroy(entry->graph);
	entry->graph = graph;
	entry->device.graph = graph;
	entry->changed = entry->announced;
	return 0;
}

static int examine(struct device_probe *probe, struct device_entry *entry,
		   int64_t now_ms)
{
	struct udev_device *device;
	struct media_graph *graph = NULL;
	char *devnode = NULL;
	int ret;

	errno = ENODEV;
	device = udev_device_new_from_syspath(probe->udev,
					      entry->device.syspath);
	if (!device) {
		entry->gone = errno == ENODEV || errno == ENOENT;
		return -errno;
	}
	ret = find_node(probe, device, &devnode);
	udev_device_unref(device);
	if (ret < 0)
		return ret == -ENOENT ? -EAGAIN : ret;
	free(entry->device.devnode);
	entry->device.devnode = devnode;
	ret = read_device(probe, &entry->device, &graph);
	return ret < 0 ? ret : accept_graph(probe, entry, graph, now_ms);
}

static int64_t next_retry(const struct device_entry *entry, int64_t now_ms)
{
	int64_t delay = LAST_RETRY_MS;

	if (entry->quiet_ms > now_ms)
		return entry->quiet_ms;
	if (entry->attempts >= MAX_RETRIES)
		return 0;
	if (entry->attempts < 7)
		delay = (int64_t)FIRST_RETRY_MS << entry->attempts;
	return now_ms + delay;
}

int device_probe_examine(struct device_probe *probe,
			 struct device_entry *entry, int64_t now_ms)
{
	int before = entry->device.status;
	int ret;

	if (entry->due)
		entry->attempts = 0;
	entry->due = false;
	ret = examine(probe, entry, now_ms);
	entry->device.status = ret;
	entry->is_old = false;
	entry->retry_ms = 0;
	if (ret == 0) {
		entry->quiet_ms = 0;
		return 0;
	}
	entry->retry_ms = next_retry(entry, now_ms);
	entry->attempts++;
	if (ret != before && !entry->gone)
		camipc_log(CAMIPC_LOG_INFO, TOPIC,
			   "%s: the device is not ready: %s",
			   entry->device.syspath, camipc_errno_to_string(ret));
	return ret == -ENOMEM ? ret : 0;
}
