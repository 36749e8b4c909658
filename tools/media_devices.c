/* SPDX-License-Identifier: MIT */
/* Prints media devices, in builds with libudev. */
#include "media_devices.h"

#include <stdio.h>

#include "report.h"
#include "tools_config.h"

#if TOOLS_HAVE_UDEV

#include <errno.h>
#include <string.h>

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

int media_devices_print(void)
{
	const struct device_monitor_options options = {
		.source = DEVICE_SOURCE_NONE,
	};
	struct device_monitor *monitor;
	size_t n = 0;
	int ret = device_monitor_create(&options, NULL, NULL, &monitor);

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

#else

int media_devices_print(void)
{
	printf("media devices: cannot search for them, because camipc was "
	       "built without libudev\n");
	return EXIT_OK;
}

#endif
