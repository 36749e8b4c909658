/* SPDX-License-Identifier: MIT */
/* The device of a kernel camera: set up along its route, streamed from, and
 * the settings of its frames remembered. */
#ifndef KERNEL_KERNEL_DEVICE_H
#define KERNEL_KERNEL_DEVICE_H

#include "cam_buffers.h"
#include "device_controls.h"
#include "frame_metadata.h"
#include "kernel_pipeline.h"
#include "media_device.h"
#include "raw_format.h"
#include "sensor.h"
#include "stream_events.h"
#include "video_capture.h"
#include "virtual_error.h"

/** Writes of settings that are remembered; more than there are buffers. */
#define KERNEL_DEVICE_WRITES 16

/** What is captured. Plain data. */
struct kernel_mode {
	const struct raw_format *format; /* pads that have the route's own
					  * format get it, too */
	uint32_t width; /* pixels */
	uint32_t height;
	struct camera_interval interval; /* 0: the route's, or the nearest */
};

/** Settings that were written at a time. Plain data. */
struct kernel_write {
	uint64_t time_ns; /* CLOCK_MONOTONIC, after the write; 0: unused */
	struct virtual_sensor_settings settings;
};

/** Zeroed memory is closed. Thread word: bound. */
struct kernel_device {
	const struct kernel_route *route;
	struct kernel_mode mode;
	struct virtual_error *error;
	struct video_capture capture;
	struct device_node sensor; /* has the controls */
	struct stream_events events; /* of both */
	struct frame_metadata metadata;
	struct device_controls controls;
	struct cam_shared_buffer *buffers[VIDEO_MAX_BUFFERS];
	struct virtual_sensor_settings written; /* for the next frame */
	bool has_written;
	struct kernel_write writes[KERNEL_DEVICE_WRITES];
	uint32_t n_writes;

	/* With requests: the device that makes them, and for each buffer its
	 * request and the settings that its frame has. */
	struct device_node media;
	int requests[VIDEO_MAX_BUFFERS];
	struct virtual_sensor_settings carried[VIDEO_MAX_BUFFERS];
	const struct virtual_sensor *model; /* of written */
	bool is_open;
};

/**
 * kernel_device_open() - set links, set formats, and open the nodes
 * @device: zeroed memory; close it also after a failure. Do not move it
 * @mode: copied
 * @media: a device whose graph is complete; borrowed for the call
 * @error: must live as long as @device
 *
 * Returns 0, -ENODEV (the device does not have an entity of the route, or
 * vanished), -ERANGE (it cannot do the size or the frame interval), -ENOTTY (its
 * frame interval cannot be set), -EBUSY (another program uses it),
 * or another errno, each with a text, as all functions below.
 */
int kernel_device_open(struct kernel_device *device,
		       const struct kernel_route *route,
		       const struct kernel_mode *mode,
		       const struct media_device *media,
		       struct virtual_error *error) CAMIPC_MUST_CHECK;

/** Returns the path of the node of the first entity whose name fits @pattern, a
 *  pattern as of a shell; or NULL, and a text. Borrowed from @media. */
const char *kernel_device_find_node(const struct media_device *media,
				    const char *pattern,
				    struct virtual_error *error);

/** Asks the video node, or else the sensor, for the time from frame to frame.
 *  Returns zeros if neither knows it. */
struct camera_interval kernel_device_get_interval(struct kernel_device *device);

/** Sets the stopped device up again for what its source sends now, with the same
 *  mode. Returns -ENOLINK if there is no signal, or as kernel_device_open(). */
int kernel_device_follow(struct kernel_device *device) CAMIPC_MUST_CHECK;

/** Stops and closes everything; accepts zeroed memory. */
void kernel_device_close(struct kernel_device *device);

/** Makes the queue and starts the stream. */
int kernel_device_start(struct kernel_device *device) CAMIPC_MUST_CHECK;

/** Stops the stream and frees the queue, also of a device that is gone. */
int kernel_device_stop(struct kernel_device *device);

/** Queues a buffer that was dequeued. */
int kernel_device_queue(struct kernel_device *device,
			uint32_t index) CAMIPC_MUST_CHECK;

/**
 * kernel_device_read() - copy a frame that was dequeued
 * @pixels: receives width x height values as raw_format_unpack() writes them
 */
int kernel_device_read(struct kernel_device *device,
		       const struct video_frame *frame,
		       uint16_t *pixels) CAMIPC_MUST_CHECK;

#endif /* KERNEL_KERNEL_DEVICE_H */
