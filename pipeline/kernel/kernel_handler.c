/* SPDX-License-Identifier: MIT */
/* Finds the media devices of a driver, and makes its cameras. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <camipc/error.h>

#include "device_monitor.h"
#include "isp.h"
#include "kernel_camera.h"
#include "kernel_formats.h"
#include "kernel_settings.h"

/* A search among the cameras of one driver. */
struct search {
	const struct kernel_pipeline *pipeline;
	int (*visit)(void *user, const struct camera_info *info);
	void *user;

	/* Of open_found(). */
	const char *name;
	const struct media_device *media; /* NULL: not found */
	const struct kernel_route *route;
};

/* "platform:vivid-000" is called "vivid-000": the kind of bus says little. */
static void name_camera(const struct media_device *media,
			const struct kernel_route *route,
			char name[CAMERA_NAME_SIZE])
{
	static const char platform[] = "platform:";
	const char *bus = media->bus_info;

	if (strncmp(bus, platform, strlen(platform)) == 0)
		bus += strlen(platform);
	snprintf(name, CAMERA_NAME_SIZE, "%s%s", bus, route->suffix);
}

static int visit_device(void *user, const struct media_device *media)
{
	const struct search *search = user;
	const struct kernel_pipeline *pipeline = search->pipeline;
	const struct virtual_isp *isp = virtual_isp_find("virtual");
	int ret = 0;

	if (media->status < 0 || strcmp(media->driver, pipeline->driver) != 0)
		return 0;
	for (size_t i = 0; ret == 0 && i < pipeline->n_routes; i++) {
		char name[CAMERA_NAME_SIZE];
		const struct camera_info info = {
			.name = name,
			.handler = pipeline->driver,
			.description = pipeline->routes[i].description,
			.interface_name = isp->interface_name,
			.module = isp->module,
			.devnode = media->devnode,
		};

		name_camera(media, &pipeline->routes[i], name);
		ret = search->visit(search->user, &info);
	}
	return ret;
}

static int open_monitor(struct device_monitor **ret_monitor)
{
	const struct device_monitor_options options = {
		.source = DEVICE_SOURCE_NONE,
	};

	return device_monitor_create(&options, NULL, NULL, ret_monitor);
}

int kernel_list(const struct kernel_pipeline *pipeline,
		int (*visit)(void *user, const struct camera_info *info),
		void *user)
{
	struct search search = { pipeline, visit, user, NULL, NULL, NULL };
	struct device_monitor *monitor;
	int ret = open_monitor(&monitor);

	if (ret < 0)
		return ret;
	ret = device_monitor_list(monitor, visit_device, &search);
	device_monitor_destroy(monitor);
	return ret;
}

static int find_device(void *user, const struct media_device *media)
{
	struct search *search = user;
	const struct kernel_pipeline *pipeline = search->pipeline;

	if (media->status < 0 || strcmp(media->driver, pipeline->driver) != 0)
		return 0;
	for (size_t i = 0; i < pipeline->n_routes; i++) {
		char name[CAMERA_NAME_SIZE];

		name_camera(media, &pipeline->routes[i], name);
		if (strcmp(name, search->name) != 0)
			continue;
		search->media = media;
		search->route = &pipeline->routes[i];
		return 1;
	}
	return 0;
}

/* Finds the camera @search->name. Returns 0 and a monitor, to which the device
 * belongs; or a negative errno and a text. */
static int open_found(struct search *search, char *error, size_t size,
		      struct device_monitor **ret_monitor)
{
	int ret = open_monitor(ret_monitor);

	if (ret < 0) {
		snprintf(error, size, "cannot search for cameras: %s",
			 camipc_strerror(ret));
		return ret;
	}
	(void)!device_monitor_list(*ret_monitor, find_device, search);
	if (search->media)
		return 0;
	device_monitor_destroy(*ret_monitor);
	snprintf(error, size, "the camera '%s' was unplugged: wait for it",
		 search->name);
	return -ENODEV;
}

int kernel_list_formats(const struct kernel_pipeline *pipeline,
			const char *name,
			int (*visit)(void *user,
				     const struct camera_format *format),
			void *user, char *error, size_t size)
{
	struct search search = { .pipeline = pipeline, .name = name };
	struct virtual_error failure = { .text = "" };
	struct device_monitor *monitor;
	int ret = open_found(&search, error, size, &monitor);

	if (ret < 0)
		return ret;
	ret = kernel_formats_list(search.route, search.media, visit, user,
				  &failure);
	if (ret < 0)
		snprintf(error, size, "%s", failure.text);
	device_monitor_destroy(monitor);
	return ret;
}

int kernel_is_used(const struct kernel_pipeline *pipeline, const char *name)
{
	struct search search = { .pipeline = pipeline, .name = name };
	struct virtual_error failure = { .text = "" };
	char error[sizeof(failure.text)];
	struct device_monitor *monitor;
	struct video_capture capture = { .type = 0 };
	const char *path;
	int ret = open_found(&search, error, sizeof(error), &monitor);

	if (ret < 0)
		return ret;
	path = kernel_device_find_node(search.media, search.route->capture,
				       &failure);
	ret = path ? video_capture_open(&capture, path) : -ENODEV;
	if (ret == 0)
		ret = video_capture_is_used(&capture);
	video_capture_close(&capture);
	device_monitor_destroy(monitor);
	return ret;
}

int kernel_create(const struct kernel_pipeline *pipeline, const char *name,
		  struct camipc_manager *manager,
		  const struct camera_options *options, char *error,
		  size_t size, void **ret_self)
{
	struct search search = { .pipeline = pipeline, .name = name };
	struct device_monitor *monitor;
	struct kernel_camera *camera = NULL;
	int ret = open_found(&search, error, size, &monitor);

	if (ret < 0)
		return ret;
	ret = kernel_camera_create(search.route, search.media, manager, options,
				   error, size, &camera);
	device_monitor_destroy(monitor);
	*ret_self = camera;
	return ret;
}

/* ---- the other functions of a handler ------------------------------------ */

static void rest_destroy(void *self)
{
	kernel_camera_destroy(self);
}

static int rest_start(void *self)
{
	return kernel_camera_start(self);
}

static int rest_stop(void *self)
{
	return kernel_camera_stop(self);
}

static int rest_set_controls(void *self, const struct cam_control_list *list)
{
	struct kernel_camera *camera = self;

	return virtual_ipa_request_controls(&camera->ipa, list);
}

static int rest_set_device_controls(void *self,
				    const struct cam_control_list *list)
{
	struct kernel_camera *camera = self;

	virtual_error_reset(&camera->error);
	return kernel_settings_set_controls(&camera->device, list);
}

static int rest_capture(void *self, struct camera_frame *ret_frame)
{
	return kernel_camera_capture(self, ret_frame);
}

static const char *rest_error(const void *self)
{
	const struct kernel_camera *camera = self;

	return camera->error.text;
}

static const struct cam_control_info_map *rest_get_controls(const void *self)
{
	const struct kernel_camera *camera = self;

	return &camera->ipa.infos;
}

static const struct cam_control_info_map *
rest_get_device_controls(const void *self)
{
	const struct kernel_camera *camera = self;

	return &camera->device.controls.infos;
}

static void rest_get_counts(const void *self, struct camera_counts *ret_counts)
{
	kernel_camera_get_counts(self, ret_counts);
}

static struct camipc_proxy *rest_get_proxy(void *self)
{
	struct kernel_camera *camera = self;

	return camera->ipa.proxy;
}

const struct camera_handler kernel_handler_rest = {
	.size = sizeof(kernel_handler_rest),
	.destroy = rest_destroy,
	.start = rest_start,
	.stop = rest_stop,
	.set_controls = rest_set_controls,
	.set_device_controls = rest_set_device_controls,
	.capture = rest_capture,
	.error = rest_error,
	.get_controls = rest_get_controls,
	.get_device_controls = rest_get_device_controls,
	.get_counts = rest_get_counts,
	.get_proxy = rest_get_proxy,
};
