/* SPDX-License-Identifier: MIT */
/* Captures a metadata node, and finds the metadata of a frame by its time. */
#include "frame_metadata.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/videodev2.h>

#include <camipc/error.h>
#include <camipc/log.h>

#define TOPIC "camera"

/* Largest metadata of a frame. */
#define MAX_SIZE 65536

/* Frame and metadata are of one moment, but may be rounded differently. */
#define TOLERANCE_NS UINT64_C(1000000)

static void log_failure(const struct frame_metadata *metadata)
{
	camipc_log(CAMIPC_LOG_WARNING, TOPIC,
		   "frames have no metadata of the driver: %s",
		   metadata->capture.node.error);
}

static int open_node(struct frame_metadata *metadata, const char *path)
{
	struct video_capture *capture = &metadata->capture;
	int ret = video_capture_open_metadata(capture, path);

	if (ret < 0)
		return ret;
	if (capture->format.size == 0 || capture->format.size > MAX_SIZE)
		return device_node_fail(&capture->node, -EPROTO,
					"metadata of %u bytes: expected 1 to %u",
					capture->format.size, MAX_SIZE);
	metadata->memory = calloc(FRAME_METADATA_KEPT, capture->format.size);
	if (!metadata->memory)
		return device_node_fail(&capture->node, -ENOMEM,
					"out of memory");
	for (uint32_t i = 0; i < FRAME_METADATA_KEPT; i++)
		metadata->kept[i].bytes =
			metadata->memory + (size_t)i * capture->format.size;
	return 0;
}

void frame_metadata_open(struct frame_metadata *metadata, const char *path)
{
	metadata->is_open = true;
	if (open_node(metadata, path) == 0)
		return;
	log_failure(metadata);
	frame_metadata_close(metadata);
}

void frame_metadata_close(struct frame_metadata *metadata)
{
	if (!metadata->is_open)
		return;
	frame_metadata_stop(metadata);
	video_capture_close(&metadata->capture);
	free(metadata->memory);
	metadata->memory = NULL;
	metadata->is_open = false;
}

static int map_and_queue(struct frame_metadata *metadata, uint32_t i)
{
	struct video_capture *capture = &metadata->capture;
	const struct cam_frame_buffer_plane plane = {
		.fd = capture->fds[i],
		.length = capture->format.size,
	};
	int ret = cam_shared_buffer_import(i + 1, &plane, CAM_ACCESS_READ,
					   capture->format.size,
					   &metadata->buffers[i]);

	return ret < 0 ? device_node_fail(&capture->node, ret,
					  "cannot map buffer %u: %s", i,
					  camipc_errno_to_string(ret)) :
			 video_capture_queue(capture, i, -1);
}

void frame_metadata_start(struct frame_metadata *metadata)
{
	struct video_capture *capture = &metadata->capture;
	int ret;

	if (!metadata->is_open)
		return;
	for (uint32_t i = 0; i < FRAME_METADATA_KEPT; i++)
		metadata->kept[i].timestamp_ns = 0;
	ret = video_capture_allocate(capture, VIDEO_MEMORY_DRIVER,
				     FRAME_METADATA_BUFFERS);
	for (uint32_t i = 0; ret == 0 && i < capture->n_buffers; i++)
		ret = map_and_queue(metadata, i);
	if (ret == 0)
		ret = video_capture_start(capture);
	metadata->is_started = ret == 0;
	if (ret == 0)
		return;
	log_failure(metadata);
	frame_metadata_stop(metadata);
}

void frame_metadata_stop(struct frame_metadata *metadata)
{
	if (!metadata->is_open)
		return;
	/* Of a device that is gone, nothing is left to stop. */
	(void)video_capture_stop(&metadata->capture);
	for (uint32_t i = 0; i < VIDEO_MAX_BUFFERS; i++) {
		cam_shared_buffer_destroy(metadata->buffers[i]);
		metadata->buffers[i] = NULL;
	}
	video_capture_free(&metadata->capture);
	metadata->is_started = false;
}

/* Keeps what a buffer has, and queues it again. Returns 0 or a negative errno. */
static int keep(struct frame_metadata *metadata,
		const struct video_frame *frame)
{
	struct frame_metadata_entry *entry =
		&metadata->kept[metadata->n_kept % FRAME_METADATA_KEPT];
	const uint32_t most = metadata->capture.format.size;
	int ret = 0;

	if (!frame->is_damaged && frame->bytes > 0) {
		entry->size = frame->bytes < most ? frame->bytes : most;
		entry->timestamp_ns = 0;
		ret = cam_shared_buffer_read(metadata->buffers[frame->index],
					     entry->bytes, entry->size);
		if (ret == 0) {
			entry->timestamp_ns = frame->timestamp_ns;
			metadata->n_kept++;
		}
	}
	return ret < 0 ? ret :
			 video_capture_queue(&metadata->capture, frame->index,
					     -1);
}

void frame_metadata_take(struct frame_metadata *metadata)
{
	struct video_frame frame;

	if (!metadata->is_started)
		return;
	/* At most what the queue has: a driver could go on for ever. */
	for (uint32_t i = 0; i < VIDEO_MAX_BUFFERS; i++) {
		const int ret =
			video_capture_dequeue(&metadata->capture, &frame);

		if (ret != 1 || keep(metadata, &frame) < 0)
			return;
	}
}

static bool is_near(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= TOLERANCE_NS;
}

const struct camera_driver_metadata *
frame_metadata_find(struct frame_metadata *metadata, uint64_t timestamp_ns)
{
	const uint32_t fourcc = metadata->capture.format.fourcc;

	frame_metadata_take(metadata);
	for (uint32_t i = 0; i < FRAME_METADATA_KEPT; i++) {
		const struct frame_metadata_entry *entry = &metadata->kept[i];

		if (entry->timestamp_ns == 0 ||
		    !is_near(entry->timestamp_ns, timestamp_ns))
			continue;
		metadata->found = (struct camera_driver_metadata){
			.fourcc = fourcc,
			.bytes = entry->bytes,
			.size = entry->size,
			.values = metadata->values,
			.n_values = fourcc == V4L2_META_FMT_UVC ?
					    uvc_header_parse(entry->bytes,
							     entry->size,
							     metadata->values) :
					    0,
		};
		return &metadata->found;
	}
	return NULL;
}
