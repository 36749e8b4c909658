/* SPDX-License-Identifier: MIT */
/* Sets a media device up along a route, and copies its frames. */
#include "kernel_device.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "device_request.h"
#include "kernel_settings.h"
#include "media_links.h"
#include "subdevice.h"
#include "video_source.h"

/* One is being filled, one is ready, one is with us, one spare. */
#define N_BUFFERS 4

/* Changes of a source that are followed before a start fails. */
#define MAX_FOLLOWED 5

/* The pad of a sensor that sends frames. */
#define SENSOR_PAD 0

/* Takes over the text of a node that failed. */
static int node_failed(struct kernel_device *device,
		       const struct device_node *node, int ret)
{
	return virtual_error_set(device->error, ret, "%s", node->error);
}

/* ---- setting up ---------------------------------------------------------- */

const char *kernel_device_find_node(const struct media_device *media,
				    const char *pattern,
				    struct virtual_error *error)
{
	for (size_t i = 0; i < media->graph->n_entities; i++) {
		const struct media_entity *entity = &media->graph->entities[i];

		if (fnmatch(pattern, entity->name, 0) == 0 &&
		    entity->interface && entity->interface->devnode)
			return entity->interface->devnode;
	}
	virtual_error_set(error, -ENODEV,
			  "%s: no entity '%s' with a device node: the driver "
			  "%s is of a version that this camera does not know",
			  media->devnode, pattern, media->driver);
	return NULL;
}

static int set_links(struct kernel_device *device,
			const struct media_device *media)
{
	const struct kernel_route *route = device->route;
	struct device_node node;
	int ret = device_node_open(&node, media->devnode);

	for (size_t i = 0; ret == 0 && i < route->n_links; i++) {
		const struct kernel_link *link = &route->links[i];

		ret = media_link_enable(&node, media->graph, link->source,
					link->source_pad, link->sink,
					link->sink_pad, link->enable);
	}
	if (ret < 0)
		node_failed(device, &node, ret);
	device_node_close(&node);
	return ret;
}

static int set_pad(struct kernel_device *device,
		   const struct media_device *media,
		   const struct kernel_pad *pad)
{
	const struct raw_format *own = raw_format_find(device->route->fourcc);
	const struct pad_format format = {
		/* Pads of the route's own format follow the one chosen. */
		own && pad->code == own->code ? device->mode.format->code :
						pad->code,
		device->mode.width,
		device->mode.height,
	};
	const char *path = kernel_device_find_node(media, pad->entity,
						   device->error);
	struct device_node node;
	int ret;

	if (!path)
		return -ENODEV;
	ret = device_node_open(&node, path);
	if (ret == 0)
		ret = subdevice_set_format(&node, pad->pad, &format);
	if (ret < 0)
		node_failed(device, &node, ret);
	device_node_close(&node);
	return ret;
}

/* Input, source and format of the video node. Returns 1 if the source was another
 * one before, 0, or a negative errno. */
static int set_capture(struct kernel_device *device)
{
	const struct kernel_route *route = device->route;
	const struct kernel_mode *mode = &device->mode;
	struct video_capture *capture = &device->capture;
	struct video_format format = { mode->format->fourcc, mode->width,
				       mode->height, 0, 0 };
	int has_followed = 0;
	int ret = 0;

	if (route->input >= 0)
		ret = video_capture_set_input(capture, (uint32_t)route->input);
	if (ret == 0 && route->input >= 0)
		ret = has_followed = video_source_follow(capture);
	if (ret >= 0)
		ret = video_capture_set_format(capture, &format);
	if (ret < 0)
		return node_failed(device, &capture->node, ret);
	/* What is read must be there, whatever a driver says. */
	if (format.stride < raw_format_line_size(mode->format, mode->width) ||
	    format.size / format.stride < mode->height)
		return virtual_error_set(device->error, -EPROTO,
					 "%s: a frame of %u bytes with lines "
					 "of %u bytes cannot hold %ux%u pixels",
					 capture->node.path, format.size,
					 format.stride, mode->width,
					 mode->height);
	return has_followed;
}

static int open_capture(struct kernel_device *device,
			const struct media_device *media)
{
	const char *path = kernel_device_find_node(media, device->route->capture,
						   device->error);
	int ret;

	if (!path)
		return -ENODEV;
	ret = video_capture_open(&device->capture, path);
	if (ret < 0)
		return node_failed(device, &device->capture.node, ret);
	ret = set_capture(device);
	return ret < 0 ? ret : 0;
}

/* Sets the interval at the video node, or else at the sensor. Without a choice of
 * the user's, a driver that cannot do it has set the nearest one. */
static int set_interval(struct kernel_device *device)
{
	const struct camera_interval *wanted = &device->mode.interval;
	struct video_capture *capture = &device->capture;
	const struct device_node *node = &capture->node;
	const bool is_wanted = wanted->denominator != 0;
	const uint32_t numerator = is_wanted ? wanted->numerator : 1;
	const uint32_t denominator = is_wanted ? wanted->denominator :
						 device->route->frame_rate;
	int ret;

	if (denominator == 0)
		return 0;
	ret = video_capture_set_interval(capture, numerator, denominator);
	if (ret == -ENOTTY && strcmp(device->sensor.path, node->path) != 0) {
		node = &device->sensor;
		ret = subdevice_set_interval(&device->sensor, SENSOR_PAD,
					     numerator, denominator);
	}
	if (ret == 0 || is_wanted || ret != -ERANGE)
		return ret < 0 ? node_failed(device, node, ret) : 0;
	camipc_log(CAMIPC_LOG_WARNING, "camera", "%s", node->error);
	return 0;
}

struct camera_interval kernel_device_get_interval(struct kernel_device *device)
{
	struct video_capture *capture = &device->capture;
	struct camera_interval interval = { 0, 0 };
	int ret = video_capture_get_interval(capture, &interval.numerator,
					     &interval.denominator);

	if (ret < 0 && strcmp(device->sensor.path, capture->node.path) != 0)
		ret = subdevice_get_interval(&device->sensor, SENSOR_PAD,
					     &interval.numerator,
					     &interval.denominator);
	return ret < 0 ? (struct camera_interval){ 0, 0 } : interval;
}

static bool is_boolean(const struct kernel_device *device, uint32_t id)
{
	const struct cam_control_info *info = cam_uint32_control_info_find(
		device->controls.infos.infos, device->controls.infos.n_infos,
		id);

	return info && info->type == CAM_CONTROL_TYPE_BOOLEAN;
}

static int set_presets(struct kernel_device *device)
{
	const struct kernel_route *route = device->route;

	for (size_t i = 0; i < route->n_presets; i++) {
		struct cam_control control;
		struct cam_control_builder builder;
		struct cam_control_list list;
		int ret;

		cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2,
					 &control, 1);
		if (is_boolean(device, route->presets[i].id))
			cam_control_builder_set_bool(
				&builder, route->presets[i].id,
				route->presets[i].value != 0);
		else
			cam_control_builder_set_int32(&builder,
						      route->presets[i].id,
						      route->presets[i].value);
		ret = cam_control_builder_finish(&builder, &list);
		if (ret == 0)
			ret = device_controls_set(&device->controls, &list);
		if (ret < 0)
			return node_failed(device, &device->sensor, ret);
	}
	return 0;
}

static int open_sensor(struct kernel_device *device,
		       const struct media_device *media)
{
	const char *path = kernel_device_find_node(media, device->route->sensor,
						   device->error);
	int ret;

	if (!path)
		return -ENODEV;
	ret = device_node_open(&device->sensor, path);
	if (ret == 0)
		ret = device_controls_read(&device->controls, &device->sensor);
	return ret < 0 ? node_failed(device, &device->sensor, ret) :
			 set_presets(device);
}

/* A device may have no such node. */
static void open_metadata(struct kernel_device *device,
			  const struct media_device *media)
{
	const char *pattern = device->route->metadata;
	struct virtual_error error = { .text = "" };
	const char *path = pattern ? kernel_device_find_node(media, pattern,
							     &error) :
				     NULL;

	if (path)
		frame_metadata_open(&device->metadata, path);
	else if (pattern)
		camipc_log(CAMIPC_LOG_INFO, "camera",
			   "frames have no metadata of the driver: %s",
			   error.text);
}

static int open_media(struct kernel_device *device,
		      const struct media_device *media)
{
	int ret = device_node_open(&device->media, media->devnode);

	return ret < 0 ? node_failed(device, &device->media, ret) : 0;
}

int kernel_device_open(struct kernel_device *device,
		       const struct kernel_route *route,
		       const struct kernel_mode *mode,
		       const struct media_device *media,
		       struct virtual_error *error)
{
	int ret;

	device->route = route;
	device->mode = *mode;
	device->error = error;
	device->sensor.fd = -1;
	device->media.fd = -1;
	device->is_open = true;
	ret = set_links(device, media);
	if (ret == 0 && route->uses_requests)
		ret = open_media(device, media);
	for (size_t i = 0; ret == 0 && i < route->n_pads; i++)
		ret = set_pad(device, media, &route->pads[i]);
	if (ret == 0)
		ret = open_capture(device, media);
	/* Ranges of controls may depend on the input. */
	if (ret == 0)
		ret = open_sensor(device, media);
	if (ret == 0)
		ret = set_interval(device);
	if (ret == 0)
		stream_events_init(&device->events, &device->capture.node,
				   route->input < 0 ? 0 : (uint32_t)route->input,
				   &device->sensor);
	if (ret == 0)
		open_metadata(device, media);
	return ret;
}

int kernel_device_follow(struct kernel_device *device)
{
	int ret = 1;

	/* The driver may report this very change, so once more without those
	 * reports: what then comes is another change. */
	for (int i = 0; i < MAX_FOLLOWED && ret == 1; i++) {
		stream_events_take(&device->events);
		stream_events_reset(&device->events);
		ret = set_capture(device);
	}
	if (ret == 1)
		ret = virtual_error_set(device->error, -ENOLCK,
					"%s: the source changes all the time",
					device->capture.node.path);
	if (ret == 0)
		ret = set_interval(device);
	if (ret < 0)
		return ret;
	/* Ranges of controls may depend on the source. */
	device_controls_clear(&device->controls);
	ret = device_controls_read(&device->controls, &device->sensor);
	return ret < 0 ? node_failed(device, &device->sensor, ret) : 0;
}

void kernel_device_close(struct kernel_device *device)
{
	if (!device->is_open)
		return;
	(void)kernel_device_stop(device);
	frame_metadata_close(&device->metadata);
	video_capture_close(&device->capture);
	device_controls_clear(&device->controls);
	device_node_close(&device->sensor);
	device_node_close(&device->media);
	device->is_open = false;
}

/* ---- streaming ----------------------------------------------------------- */

/* Maps a buffer that the driver exported, for reading. */
static int map_buffer(struct kernel_device *device, uint32_t i)
{
	struct video_capture *capture = &device->capture;
	const struct cam_frame_buffer_plane plane = {
		.fd = capture->fds[i],
		.length = capture->format.size,
	};
	int ret = cam_shared_buffer_import(i + 1, &plane, CAM_ACCESS_READ,
					   capture->format.size,
					   &device->buffers[i]);

	return ret < 0 ? device_node_fail(&capture->node, ret,
					  "cannot map buffer %u: %s", i,
					  camipc_errno_to_string(ret)) :
			 0;
}

/* Gives a buffer to the driver, with the controls of its frame. */
static int queue_with_controls(struct kernel_device *device, uint32_t i)
{
	struct video_capture *capture = &device->capture;
	const int request = device->requests[i];
	struct cam_control controls[2];
	struct cam_control_list list;
	int ret = kernel_settings_list(device, device->written, NULL, controls,
				       &list);

	if (ret < 0)
		return ret;
	ret = device_controls_set_in(&device->controls, &list, request);
	if (ret < 0)
		return node_failed(device, &device->sensor, ret);
	ret = video_capture_queue_in(capture, i, -1, request);
	if (ret < 0)
		return node_failed(device, &capture->node, ret);
	ret = device_request_queue(&device->media, request);
	if (ret < 0)
		return node_failed(device, &device->media, ret);
	device->carried[i] = device->written;
	return 0;
}

static int queue_buffer(struct kernel_device *device, uint32_t i)
{
	struct video_capture *capture = &device->capture;
	int ret;

	if (device->route->uses_requests)
		return queue_with_controls(device, i);
	ret = video_capture_queue(capture, i, -1);
	return ret < 0 ? node_failed(device, &capture->node, ret) : 0;
}

int kernel_device_queue(struct kernel_device *device, uint32_t i)
{
	int ret = 0;

	if (device->route->uses_requests)
		ret = device_request_reuse(&device->media, device->requests[i]);
	return ret < 0 ? node_failed(device, &device->media, ret) :
			 queue_buffer(device, i);
}

static int make_request(struct kernel_device *device, uint32_t i)
{
	int ret;

	if (!device->route->uses_requests)
		return 0;
	ret = device_request_create(&device->media, &device->requests[i]);
	return ret < 0 ? node_failed(device, &device->media, ret) : 0;
}

int kernel_device_start(struct kernel_device *device)
{
	struct video_capture *capture = &device->capture;
	int ret;

	for (uint32_t i = 0; i < VIDEO_MAX_BUFFERS; i++)
		device->requests[i] = -1;
	ret = video_capture_allocate(capture, VIDEO_MEMORY_DRIVER, N_BUFFERS);
	for (uint32_t i = 0; ret == 0 && i < capture->n_buffers; i++) {
		ret = map_buffer(device, i);
		if (ret == 0)
			ret = make_request(device, i);
		if (ret == 0)
			ret = queue_buffer(device, i);
	}
	if (ret == 0)
		frame_metadata_start(&device->metadata);
	if (ret == 0)
		ret = video_capture_start(capture);
	if (ret == 0)
		return 0;
	/* Keeps the text of what failed first. */
	node_failed(device, &capture->node, ret);
	(void)kernel_device_stop(device);
	return ret;
}

int kernel_device_stop(struct kernel_device *device)
{
	struct video_capture *capture = &device->capture;
	int ret;

	if (capture->node.fd < 0 || capture->n_buffers == 0)
		return 0;
	frame_metadata_stop(&device->metadata);
	ret = video_capture_stop(capture);
	if (ret < 0)
		node_failed(device, &capture->node, ret);
	for (uint32_t i = 0; i < VIDEO_MAX_BUFFERS; i++) {
		cam_shared_buffer_destroy(device->buffers[i]);
		device->buffers[i] = NULL;
		if (device->requests[i] >= 0)
			close(device->requests[i]);
		device->requests[i] = -1;
	}
	video_capture_free(capture);
	device->has_written = false;
	return ret;
}

/* ---- frames -------------------------------------------------------------- */

int kernel_device_read(struct kernel_device *device,
		       const struct video_frame *frame, uint16_t *pixels)
{
	struct video_capture *capture = &device->capture;
	struct cam_shared_buffer *buffer = device->buffers[frame->index];
	void *data;
	int ret = cam_shared_buffer_begin(buffer, CAM_ACCESS_READ, &data);

	if (ret == 0) {
		raw_format_unpack(device->mode.format, &capture->format, data,
				  pixels);
		ret = cam_shared_buffer_end(buffer);
	}
	return ret < 0 ? virtual_error_set(device->error, ret,
					   "%s: cannot read frame %u: %s",
					   capture->node.path, frame->sequence,
					   camipc_errno_to_string(ret)) :
			 0;
}
