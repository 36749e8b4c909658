/* SPDX-License-Identifier: MIT */
/* The format of a video node, and its queue of buffers with one plane. */
#include "video_capture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "cam_fourcc.h"

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_US UINT64_C(1000)

/* Opens a node that has the capability @needed for buffers of @type. */
static int open_as(struct video_capture *capture, const char *path,
		   uint32_t type, uint32_t needed, const char *what)
{
	struct v4l2_capability capability = { .version = 0 };
	uint32_t capabilities;
	int ret;

	*capture = (struct video_capture){ .type = type };
	ret = device_node_open(&capture->node, path);
	if (ret < 0)
		return ret;
	ret = device_node_ioctl(&capture->node, VIDIOC_QUERYCAP,
				"VIDIOC_QUERYCAP", &capability);
	if (ret < 0)
		return ret;
	capabilities = capability.capabilities & V4L2_CAP_DEVICE_CAPS ?
			       capability.device_caps :
			       capability.capabilities;
	if (!(capabilities & needed))
		return device_node_fail(&capture->node, -ENOTSUP,
					"the node does not capture %s: "
					"choose another node of the device",
					what);
	if (!(capabilities & V4L2_CAP_STREAMING))
		return device_node_fail(&capture->node, -ENOTSUP,
					"the driver has no queue of buffers");
	return 0;
}

int video_capture_open(struct video_capture *capture, const char *path)
{
	return open_as(capture, path, V4L2_BUF_TYPE_VIDEO_CAPTURE,
		       V4L2_CAP_VIDEO_CAPTURE, "frames");
}

int video_capture_open_metadata(struct video_capture *capture, const char *path)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_META_CAPTURE };
	int ret = open_as(capture, path, V4L2_BUF_TYPE_META_CAPTURE,
			  V4L2_CAP_META_CAPTURE, "metadata");

	if (ret == 0)
		ret = device_node_ioctl(&capture->node, VIDIOC_G_FMT,
					"VIDIOC_G_FMT", &format);
	capture->format.fourcc = format.fmt.meta.dataformat;
	capture->format.size = format.fmt.meta.buffersize;
	return ret;
}

void video_capture_close(struct video_capture *capture)
{
	if (!capture->node.path[0])
		return;
	if (capture->node.fd >= 0) {
		video_capture_stop(capture);
		video_capture_free(capture);
	}
	device_node_close(&capture->node);
	capture->node.path[0] = '\0';
}

/* ---- formats ------------------------------------------------------------- */

int video_capture_each_format(struct video_capture *capture, uint32_t code,
			      int (*visit)(void *user, uint32_t fourcc),
			      void *user)
{
	for (uint32_t i = 0;; i++) {
		struct v4l2_fmtdesc format = {
			.index = i,
			.type = capture->type,
			.mbus_code = code,
		};
		int ret = device_node_ioctl(&capture->node, VIDIOC_ENUM_FMT,
					    "VIDIOC_ENUM_FMT", &format);

		/* The end of the list; the first one would be an error. */
		if (ret == -EINVAL && (i > 0 || code))
			return 0;
		if (ret == 0)
			ret = visit(user, format.pixelformat);
		if (ret != 0)
			return ret;
	}
}

int video_capture_set_format(struct video_capture *capture,
			     struct video_format *wanted)
{
	struct v4l2_format format = {
		.type = capture->type,
		.fmt.pix = {
			.width = wanted->width,
			.height = wanted->height,
			.pixelformat = wanted->fourcc,
			.field = V4L2_FIELD_NONE,
		},
	};
	const struct v4l2_pix_format *got = &format.fmt.pix;
	char wanted_name[CAM_FOURCC_STRING_SIZE];
	char got_name[CAM_FOURCC_STRING_SIZE];
	int ret = device_node_ioctl(&capture->node, VIDIOC_S_FMT,
				    "VIDIOC_S_FMT", &format);

	if (ret < 0)
		return ret;
	if (got->pixelformat != wanted->fourcc || got->width != wanted->width ||
	    got->height != wanted->height)
		return device_node_fail(
			&capture->node, -ERANGE,
			"the node cannot do %s %ux%u; the nearest is %s %ux%u",
			cam_fourcc_to_string(wanted->fourcc, wanted_name),
			wanted->width, wanted->height,
			cam_fourcc_to_string(got->pixelformat, got_name),
			got->width, got->height);
	wanted->stride = got->bytesperline;
	wanted->size = got->sizeimage;
	capture->format = *wanted;
	return 0;
}

int video_capture_set_input(struct video_capture *capture, uint32_t input)
{
	int number = (int)input;

	return device_node_ioctl(&capture->node, VIDIOC_S_INPUT,
				 "VIDIOC_S_INPUT", &number);
}

int video_capture_set_interval(struct video_capture *capture,
			       uint32_t numerator, uint32_t denominator)
{
	struct v4l2_streamparm parameters = {
		.type = capture->type,
		.parm.capture.timeperframe = { numerator, denominator },
	};
	const struct v4l2_fract *got = &parameters.parm.capture.timeperframe;
	int ret = device_node_ioctl(&capture->node, VIDIOC_S_PARM,
				    "VIDIOC_S_PARM", &parameters);

	if (ret < 0)
		return ret;
	if ((uint64_t)got->numerator * denominator ==
	    (uint64_t)got->denominator * numerator)
		return 0;
	return device_node_fail(&capture->node, -ERANGE,
				"the node cannot take a frame each %u/%u s (%g "
				"frames per second); the nearest is %u/%u s "
				"(%g)",
				numerator, denominator,
				(double)denominator / numerator, got->numerator,
				got->denominator,
				(double)got->denominator / got->numerator);
}

int video_capture_get_interval(struct video_capture *capture,
			       uint32_t *ret_numerator,
			       uint32_t *ret_denominator)
{
	struct v4l2_streamparm parameters = { .type = capture->type };
	int ret = device_node_ioctl(&capture->node, VIDIOC_G_PARM,
				    "VIDIOC_G_PARM", &parameters);

	if (ret < 0)
		return ret;
	*ret_numerator = parameters.parm.capture.timeperframe.numerator;
	*ret_denominator = parameters.parm.capture.timeperframe.denominator;
	return 0;
}

/* ---- the queue ----------------------------------------------------------- */

static uint32_t memory_of(const struct video_capture *capture)
{
	return capture->memory == VIDEO_MEMORY_IMPORTED ? V4L2_MEMORY_DMABUF :
							  V4L2_MEMORY_MMAP;
}

static int request_buffers(struct video_capture *capture, uint32_t n,
			   uint32_t *ret_n)
{
	struct v4l2_requestbuffers request = {
		.count = n,
		.type = capture->type,
		.memory = memory_of(capture),
	};
	int ret = device_node_ioctl(&capture->node, VIDIOC_REQBUFS,
				    "VIDIOC_REQBUFS", &request);

	*ret_n = ret < 0 ? 0 : request.count;
	capture->has_requests = ret == 0 && request.capabilities &
						    V4L2_BUF_CAP_SUPPORTS_REQUESTS;
	return ret;
}

int video_capture_is_used(struct video_capture *capture)
{
	uint32_t none;
	/* Changes nothing where there are no buffers. */
	int ret = request_buffers(capture, 0, &none);

	return ret == -EBUSY ? 1 : ret;
}

/* @access: O_RDWR or O_RDONLY, which mappings of the descriptor obey. */
static int export_buffer(struct video_capture *capture, uint32_t index,
			 uint32_t access, int *ret_fd)
{
	struct v4l2_exportbuffer export = {
		.type = capture->type,
		.index = index,
		.flags = access | O_CLOEXEC,
	};
	int ret = device_node_ioctl(&capture->node, VIDIOC_EXPBUF,
				    "VIDIOC_EXPBUF", &export);

	*ret_fd = ret < 0 ? -1 : export.fd;
	return ret;
}

int video_capture_export(struct video_capture *capture, uint32_t index,
			 int *ret_fd)
{
	return export_buffer(capture, index, O_RDONLY, ret_fd);
}

int video_capture_allocate(struct video_capture *capture,
			   enum video_memory memory, uint32_t n)
{
	uint32_t made;
	int ret;

	if (n == 0 || n > VIDEO_MAX_BUFFERS || capture->n_buffers > 0)
		return device_node_fail(&capture->node, -EINVAL,
					"a queue has 1 to %d buffers, and is "
					"made once; %u were asked for",
					VIDEO_MAX_BUFFERS, n);
	capture->memory = memory;
	memset(capture->is_queued, 0, sizeof(capture->is_queued));
	ret = request_buffers(capture, n, &made);
	/* More than there is room for are never queued. */
	capture->n_buffers = made < VIDEO_MAX_BUFFERS ? made :
							VIDEO_MAX_BUFFERS;
	for (uint32_t i = 0; i < capture->n_buffers; i++)
		capture->fds[i] = -1;
	for (uint32_t i = 0; ret == 0 && memory == VIDEO_MEMORY_DRIVER &&
			     i < capture->n_buffers;
	     i++)
		ret = export_buffer(capture, i, O_RDWR, &capture->fds[i]);
	if (ret < 0) {
		char error[DEVICE_ERROR_SIZE];

		/* Keep the text of what failed first. */
		memcpy(error, capture->node.error, sizeof(error));
		video_capture_free(capture);
		memcpy(capture->node.error, error, sizeof(error));
	}
	return ret;
}

void video_capture_free(struct video_capture *capture)
{
	uint32_t none;

	if (capture->n_buffers == 0)
		return;
	for (uint32_t i = 0; i < capture->n_buffers; i++) {
		if (capture->fds[i] >= 0)
			close(capture->fds[i]);
	}
	capture->n_buffers = 0;
	/* A device that is gone has no buffers either. */
	(void)!request_buffers(capture, 0, &none);
}

static int queue_buffer(struct video_capture *capture, uint32_t index,
			int dmabuf, const int *request_fd)
{
	struct v4l2_buffer buffer = {
		.index = index,
		.type = capture->type,
		.memory = memory_of(capture),
	};
	int ret;

	if (index >= capture->n_buffers || capture->is_queued[index])
		return device_node_fail(&capture->node, -EINVAL,
					index >= capture->n_buffers ?
						"no buffer %u exists" :
						"buffer %u is queued already",
					index);
	if (capture->memory == VIDEO_MEMORY_IMPORTED)
		buffer.m.fd = dmabuf;
	if (request_fd) {
		buffer.flags = V4L2_BUF_FLAG_REQUEST_FD;
		buffer.request_fd = *request_fd;
	}
	ret = device_node_ioctl(&capture->node, VIDIOC_QBUF, "VIDIOC_QBUF",
				&buffer);
	if (ret == 0)
		capture->is_queued[index] = true;
	return ret;
}

int video_capture_queue(struct video_capture *capture, uint32_t index,
			int dmabuf)
{
	return queue_buffer(capture, index, dmabuf, NULL);
}

int video_capture_queue_in(struct video_capture *capture, uint32_t index,
			   int dmabuf, int request_fd)
{
	return queue_buffer(capture, index, dmabuf, &request_fd);
}

int video_capture_start(struct video_capture *capture)
{
	int type = (int)capture->type;
	int ret = device_node_ioctl(&capture->node, VIDIOC_STREAMON,
				    "VIDIOC_STREAMON", &type);

	/* What is queued stays queued if this fails. */
	capture->is_streaming = ret == 0;
	return ret;
}

int video_capture_stop(struct video_capture *capture)
{
	int type = (int)capture->type;

	/* Also takes back what was queued without a stream. */
	if (capture->n_buffers == 0)
		return 0;
	capture->is_streaming = false;
	memset(capture->is_queued, 0, sizeof(capture->is_queued));
	return device_node_ioctl(&capture->node, VIDIOC_STREAMOFF,
				 "VIDIOC_STREAMOFF", &type);
}

int video_capture_dequeue(struct video_capture *capture,
			  struct video_frame *ret_frame)
{
	struct v4l2_buffer buffer = {
		.type = capture->type,
		.memory = memory_of(capture),
	};
	int ret = device_node_ioctl(&capture->node, VIDIOC_DQBUF,
				    "VIDIOC_DQBUF", &buffer);

	if (ret == -EAGAIN)
		return 0;
	if (ret < 0)
		return ret;
	if (buffer.index >= capture->n_buffers)
		return device_node_fail(&capture->node, -EPROTO,
					"the driver returned a buffer that it "
					"was not given");
	capture->is_queued[buffer.index] = false;
	*ret_frame = (struct video_frame){
		.index = buffer.index,
		.sequence = buffer.sequence,
		.bytes = buffer.bytesused,
		.timestamp_ns = (uint64_t)buffer.timestamp.tv_sec * NS_PER_S +
				(uint64_t)buffer.timestamp.tv_usec * NS_PER_US,
		.is_damaged = buffer.flags & V4L2_BUF_FLAG_ERROR,
	};
	return 1;
}
