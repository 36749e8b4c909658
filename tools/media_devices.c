/* SPDX-License-Identifier: MIT */
/* Prints and explains media devices, in builds with libudev. */
#include "media_devices.h"

#include <stdio.h>

#include "report.h"
#include "tools_config.h"

#if TOOLS_HAVE_UDEV

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <camipc/error.h>

#include "device_monitor.h"

static const char *status_text(int status)
{
	/* "temporarily unavailable" would not help anybody. */
	return status == -EAGAIN ? "some of its device nodes do not exist yet"
				 : camipc_errno_to_string(status);
}

/* "driver uvcvideo, model ..., bus ...", if the device was asked. */
static void describe_driver(const struct media_device *device, char *text,
			    size_t size)
{
	text[0] = '\0';
	if (device->driver[0])
		snprintf(text, size, "driver %s, model %s, bus %s",
			 device->driver, device->model, device->bus_info);
}

static void describe_graph(const struct media_device *device, char *text,
			   size_t size)
{
	text[0] = '\0';
	if (device->graph)
		snprintf(text, size, ", %zu entit%s", device->graph->n_entities,
			 device->graph->n_entities == 1 ? "y" : "ies");
}

/* A device names itself. */
static int print_device(void *user, const struct media_device *device)
{
	size_t *n = user;
	char driver[256];
	char graph[64];

	++*n;
	describe_driver(device, driver, sizeof(driver));
	describe_graph(device, graph, sizeof(graph));
	report_line("%s: %s%s%s%s",
		    device->devnode ? device->devnode : device->syspath, driver,
		    graph, device->status && driver[0] ? "; " : "",
		    device->status ? status_text(device->status) : "");
	return 0;
}

static int open_monitor(struct device_monitor **ret_monitor)
{
	const struct device_monitor_options options = {
		.source = DEVICE_SOURCE_NONE,
	};

	return device_monitor_create(&options, NULL, NULL, ret_monitor);
}

int media_devices_print(void)
{
	struct device_monitor *monitor;
	size_t n = 0;
	int ret = open_monitor(&monitor);

	if (ret < 0) {
		report_error("cannot search for media devices: %s",
			     camipc_errno_to_string(ret));
		return EXIT_FAILED;
	}
	(void)!device_monitor_list(monitor, print_device, &n);
	device_monitor_destroy(monitor);
	if (!n)
		printf("media devices: none found\n");
	return EXIT_OK;
}

/* What is known about a name. */
struct explanation {
	const char *name;
	char *text;
	size_t size;
};

static bool has_node(const struct media_device *device, const char *path)
{
	for (size_t i = 0; device->graph && i < device->graph->n_entities; i++) {
		const struct media_interface *interface =
			device->graph->entities[i].interface;

		if (interface && interface->devnode &&
		    strcmp(interface->devnode, path) == 0)
			return true;
	}
	return false;
}

static int explain_device(void *user, const struct media_device *device)
{
	const struct explanation *e = user;
	const char *path = device->devnode ? device->devnode : device->syspath;

	if (device->status < 0)
		snprintf(e->text, e->size, "%s: %s%s; ", path,
			 status_text(device->status),
			 device->status == -EACCES ?
				 ", which groups such as video have" :
				 "");
	else if (has_node(device, e->name))
		snprintf(e->text, e->size, "it belongs to %s; ", path);
	else if (strcmp(path, e->name) == 0)
		snprintf(e->text, e->size,
			 "no pipeline handler is for its driver %s; ",
			 device->driver);
	else
		return 0;
	/* Another device may be the one. */
	return device->status == 0 || strcmp(path, e->name) == 0;
}

void media_devices_explain(const char *name, char *text, size_t size)
{
	struct explanation explanation = { name, text, size };
	struct device_monitor *monitor;
	struct stat file;

	text[0] = '\0';
	if (strchr(name, '/') && stat(name, &file) < 0) {
		snprintf(text, size, "%s; ", camipc_errno_to_string(errno));
		return;
	}
	if (strchr(name, '/'))
		snprintf(text, size, "it is no media device of a camera; ");
	if (open_monitor(&monitor) < 0)
		return;
	(void)!device_monitor_list(monitor, explain_device, &explanation);
	device_monitor_destroy(monitor);
}

#else

void media_devices_explain(const char *name, char *text, size_t size)
{
	(void)name;
	snprintf(text, size, "camipc was built without libudev, which finds "
			     "kernel cameras; ");
}

int media_devices_print(void)
{
	printf("media devices: cannot search for them, because camipc was "
	       "built without libudev\n");
	return EXIT_OK;
}

#endif
