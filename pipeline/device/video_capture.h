/* SPDX-License-Identifier: MIT */
/*
 * A video node that frames are captured from: its format, and a queue of buffers
 * that the driver allocates or somebody else did.
 */
#ifndef DEVICE_VIDEO_CAPTURE_H
#define DEVICE_VIDEO_CAPTURE_H

#include "device_node.h"

/** Buffers of a queue; drivers have at least this many. */
#define VIDEO_MAX_BUFFERS 32

/** The format of a frame in memory. Plain data. */
struct video_format {
	uint32_t fourcc; /* V4L2_PIX_FMT_... */
	uint32_t width; /* pixels */
	uint32_t height; /* pixels */
	uint32_t stride; /* bytes from one line to the next; set by the driver */
	uint32_t size; /* bytes of a frame; set by the driver */
};

/** Who allocates the memory of buffers. */
enum video_memory {
	VIDEO_MEMORY_DRIVER = 0, /* the driver; each buffer is exported */
	VIDEO_MEMORY_IMPORTED, /* somebody else: dma-bufs are queued */
};

/** A frame that was captured. Plain data. */
struct video_frame {
	uint32_t index; /* of the buffer */
	uint32_t sequence; /* counts the sensor's frames, also lost ones */
	uint32_t bytes; /* that the driver wrote */
	uint64_t timestamp_ns; /* CLOCK_MONOTONIC */
	bool is_damaged; /* the driver reports an error in it */
};

/** A video node with its queue. Zeroed memory is closed. Thread word: bound. */
struct video_capture {
	struct device_node node; /* its fd polls readable with a frame */
	uint32_t type; /* V4L2_BUF_TYPE_... */
	struct video_format format;
	enum video_memory memory;
	uint32_t n_buffers;
	int fds[VIDEO_MAX_BUFFERS]; /* exported dma-bufs; owned */
	bool is_queued[VIDEO_MAX_BUFFERS]; /* the driver has it */
	bool is_streaming;
	bool has_requests; /* set by video_capture_allocate() */
};

/**
 * video_capture_open() - open a video node
 * @capture: close it also after a failure
 *
 * Returns 0, -ENOTSUP (no node for capturing, or one that cannot stream), or
 * what device_node_open() and the ioctl fail with; each with a text in
 * capture->node.error, like all functions below.
 */
int video_capture_open(struct video_capture *capture,
		       const char *path) CAMIPC_MUST_CHECK;

/** Opens a node that captures metadata of frames, and sets the format's fourcc
 *  and size to what the driver writes. Returns as video_capture_open() does. The
 *  functions for sizes, inputs and intervals are not for such a node. */
int video_capture_open_metadata(struct video_capture *capture,
				const char *path) CAMIPC_MUST_CHECK;

/** Returns 1 if another open descriptor has buffers of the node, 0, or a negative
 *  errno. Call it before video_capture_allocate(). */
int video_capture_is_used(struct video_capture *capture) CAMIPC_MUST_CHECK;

/** Stops, frees all buffers and closes the node. */
void video_capture_close(struct video_capture *capture);

/**
 * video_capture_each_format() - list the formats of the node
 * @code: only those that fit this media-bus code, if the driver knows; 0: all
 * @visit: ends the list by returning another number than 0
 *
 * Returns what @visit returned last, 0, or a negative errno.
 */
int video_capture_each_format(struct video_capture *capture, uint32_t code,
			      int (*visit)(void *user, uint32_t fourcc),
			      void *user) CAMIPC_MUST_CHECK;

/**
 * video_capture_set_format() - set the format, exactly
 * @format: fourcc, width and height; stride and size are set
 *
 * Returns 0, -ERANGE (the text names what the node does instead), -EBUSY
 * (buffers exist) or another negative errno.
 */
int video_capture_set_format(struct video_capture *capture,
			     struct video_format *format) CAMIPC_MUST_CHECK;

/** Chooses the input of a node that has several. Returns 0, -EINVAL (there is no
 *  such input), -EBUSY (buffers exist) or another negative errno. */
int video_capture_set_input(struct video_capture *capture,
			    uint32_t input) CAMIPC_MUST_CHECK;

/**
 * video_capture_set_interval() - set the time from frame to frame, exactly
 * @numerator, @denominator: of the time in seconds; neither is 0
 *
 * Returns 0, -ERANGE (the text names what the node does instead, which then is
 * set), -ENOTTY (the node's frame rate cannot be set), -EBUSY (buffers exist) or
 * another negative errno.
 */
int video_capture_set_interval(struct video_capture *capture,
			       uint32_t numerator,
			       uint32_t denominator) CAMIPC_MUST_CHECK;

/** Asks for the time from frame to frame. Returns 0, -ENOTTY (the node does not
 *  know it) or another negative errno. */
int video_capture_get_interval(struct video_capture *capture,
			       uint32_t *ret_numerator,
			       uint32_t *ret_denominator) CAMIPC_MUST_CHECK;

/**
 * video_capture_allocate() - make the queue
 * @n: buffers that are wanted; the driver may make more, see n_buffers
 *
 * With VIDEO_MEMORY_DRIVER, each buffer is exported as a dma-buf: the fds of
 * @capture, which belong to it. Returns 0, -EINVAL (@n is 0 or too large, or the
 * driver does not support this memory) or another negative errno; then there is
 * no queue.
 */
int video_capture_allocate(struct video_capture *capture,
			   enum video_memory memory,
			   uint32_t n) CAMIPC_MUST_CHECK;

/** Makes a further descriptor of a buffer of VIDEO_MEMORY_DRIVER, for another
 *  process: the kernel refuses to map it for writing. The caller closes
 *  @ret_fd, which is -1 on failure. Returns 0, -EINVAL (no such buffer) or another
 *  negative errno. */
int video_capture_export(struct video_capture *capture, uint32_t index,
			 int *ret_fd) CAMIPC_MUST_CHECK;

/** Frees the queue. The memory lives on while somebody has a descriptor of it. */
void video_capture_free(struct video_capture *capture);

/**
 * video_capture_queue() - give a buffer to the driver
 * @dmabuf: with VIDEO_MEMORY_IMPORTED, its memory, of at least format.size bytes;
 *          borrowed, the driver keeps a reference of its own. Else -1
 *
 * Returns 0, -EINVAL (no such buffer, or it is queued already) or another
 * negative errno.
 */
int video_capture_queue(struct video_capture *capture, uint32_t index,
			int dmabuf) CAMIPC_MUST_CHECK;

/** Puts a buffer into a request, which gives it to the driver when the request is
 *  queued. Returns as video_capture_queue() does, and -EBUSY if buffers were
 *  queued without a request since the stream was stopped. */
int video_capture_queue_in(struct video_capture *capture, uint32_t index,
			   int dmabuf, int request_fd) CAMIPC_MUST_CHECK;

/** Starts the stream. Returns 0, -EPIPE (formats along the pipeline do not fit)
 *  or another negative errno; then the queued buffers stay queued. */
int video_capture_start(struct video_capture *capture) CAMIPC_MUST_CHECK;

/** Stops the stream; no buffer is queued afterwards. Returns 0 (also if it is
 *  stopped already), or a negative errno: of a device that is gone, -ENODEV. */
int video_capture_stop(struct video_capture *capture);

/**
 * video_capture_dequeue() - take a frame, without waiting
 *
 * Returns 1 and a frame, whose buffer belongs to the caller until it is queued
 * again; 0 if no frame is ready; or a negative errno: -ENODEV if the device is
 * gone.
 */
int video_capture_dequeue(struct video_capture *capture,
			  struct video_frame *ret_frame) CAMIPC_MUST_CHECK;

#endif /* DEVICE_VIDEO_CAPTURE_H */
