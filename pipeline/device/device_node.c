/* SPDX-License-Identifier: MIT */
/* Opens device nodes, makes their ioctls, and explains what fails. */
#include "device_node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

/* What to do about an error; the first row that fits counts. A row without a
 * name fits every call. */
static const struct {
	const char *name;
	int error;
	const char *advice;
} advices[] = {
	{ "VIDIOC_STREAMON", EPIPE,
	  "formats or links along the pipeline do not fit: enable each link, and "
	  "set the same size and media-bus code at both of its ends" },
	{ "VIDIOC_STREAMON", ENOLINK,
	  "no enabled link leads from a sensor to this node" },
	{ "VIDIOC_STREAMON", EINVAL,
	  "no buffers are queued: queue some before" },
	{ "VIDIOC_S_FMT", EBUSY,
	  "the node has buffers, perhaps of another program: stop it and free "
	  "them before" },
	{ "VIDIOC_S_INPUT", EINVAL, "the node does not have this input" },
	{ "VIDIOC_S_INPUT", EBUSY,
	  "the node has buffers: stop it and free them before" },
	{ "VIDIOC_QUERY_DV_TIMINGS", ENOLINK,
	  "no source sends a signal: connect it and switch it on" },
	{ "VIDIOC_QUERY_DV_TIMINGS", ENOLCK,
	  "the signal is unstable: wait, or check its cable" },
	{ "VIDIOC_QUERY_DV_TIMINGS", ERANGE,
	  "the device cannot receive these timings: choose others at the "
	  "source" },
	{ "VIDIOC_S_DV_TIMINGS", EBUSY,
	  "the node has buffers, perhaps of another program: stop it and free "
	  "them before" },
	{ "VIDIOC_S_STD", EBUSY,
	  "the node has buffers, perhaps of another program: stop it and free "
	  "them before" },
	{ "VIDIOC_S_PARM", EBUSY,
	  "the node has buffers: stop it and free them before" },
	{ "VIDIOC_S_PARM", ENOTTY, "the frame rate of the node is fixed" },
	{ "VIDIOC_SUBDEV_S_FRAME_INTERVAL", ENOTTY,
	  "the frame rate of the sub-device is fixed" },
	{ "VIDIOC_SUBDEV_S_FRAME_INTERVAL", EBUSY,
	  "the pipeline streams: stop it before" },
	{ "VIDIOC_SUBDEV_S_FMT", EBUSY,
	  "the pipeline streams, perhaps for another program: stop it before" },
	{ "VIDIOC_SUBDEV_S_SELECTION", EBUSY,
	  "the pipeline streams: stop it before" },
	{ "VIDIOC_SUBDEV_S_SELECTION", EINVAL,
	  "the pad has no such selection, or it cannot be set" },
	{ "VIDIOC_REQBUFS", EBUSY,
	  "another program uses the buffers, or some are still mapped" },
	{ "VIDIOC_REQBUFS", EINVAL,
	  "the driver does not support this kind of memory" },
	{ "VIDIOC_QBUF", EINVAL,
	  "the buffer is queued already, or is too small for the format" },
	{ "VIDIOC_DQBUF", EINVAL, "the node does not stream" },
	{ "VIDIOC_DQBUF", EPIPE, "the last buffer was dequeued" },
	{ "VIDIOC_S_EXT_CTRLS", ERANGE, "a value is out of its range" },
	{ "VIDIOC_S_EXT_CTRLS", EACCES, "a control can only be read" },
	{ "VIDIOC_S_EXT_CTRLS", EBUSY,
	  "a control cannot be changed while the device streams" },
	{ "VIDIOC_S_EXT_CTRLS", EINVAL,
	  "the device does not have a control, or its type is another one" },
	{ "MEDIA_IOC_REQUEST_ALLOC", ENOTTY, "the driver has no requests" },
	{ "MEDIA_REQUEST_IOC_QUEUE", ENOENT,
	  "the request has no buffer: queue one in it before" },
	{ "MEDIA_REQUEST_IOC_QUEUE", EBUSY, "the request is queued already" },
	{ "MEDIA_REQUEST_IOC_REINIT", EBUSY,
	  "the request is not complete: wait for its buffer" },
	{ "VIDIOC_SUBSCRIBE_EVENT", EINVAL,
	  "the node does not send such events" },
	{ "VIDIOC_SUBSCRIBE_EVENT", ENOTTY, "the node sends no events" },
	{ "MEDIA_IOC_SETUP_LINK", EBUSY,
	  "an entity at its end streams: stop it before" },
	{ "MEDIA_IOC_SETUP_LINK", EINVAL,
	  "the link cannot be changed" },
	{ "open", EACCES,
	  "the user has no permission: groups such as video have it" },
	{ "open", EBUSY, "another program uses the device: end that one" },
	{ "open", ENOENT, "the device was unplugged, or never existed" },
	{ NULL, ENODEV, "the device was unplugged: close it, and wait for it" },
	{ NULL, ENXIO, "the device was unplugged: close it, and wait for it" },
	{ NULL, ENOTTY, "the driver does not support this" },
	{ NULL, EBUSY, "another program uses the device: end that one" },
	{ NULL, ENOMEM, "there is no memory left for it" },
	{ NULL, EIO, "the hardware failed: plug it in again" },
	{ NULL, EINVAL, "the driver refuses these values" },
};

static const char *advice_for(const char *name, int error)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		if (advices[i].error == error &&
		    (!advices[i].name || strcmp(advices[i].name, name) == 0))
			return advices[i].advice;
	}
	return NULL;
}

int device_node_fail(struct device_node *node, int code, const char *format,
		     ...)
{
	int n = snprintf(node->error, sizeof(node->error), "%s: ", node->path);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(node->error + n, sizeof(node->error) - (size_t)n, format,
		  arguments);
	va_end(arguments);
	return code;
}

/* Explains errno of the call @name. */
static int explain(struct device_node *node, const char *name, int error)
{
	const char *advice = advice_for(name, error);

	return device_node_fail(node, -error, "%s failed (%s)%s%s", name,
				camipc_errno_to_string(-error),
				advice ? ": " : "", advice ? advice : "");
}

int device_node_open(struct device_node *node, const char *path)
{
	struct stat status;

	node->fd = -1;
	node->error[0] = '\0';
	snprintf(node->path, sizeof(node->path), "%s", path);
	if (strlen(path) >= sizeof(node->path))
		return device_node_fail(node, -ENAMETOOLONG,
					"the path is too long");
	node->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (node->fd < 0)
		return explain(node, "open", errno);
	if (fstat(node->fd, &status) == 0 && S_ISCHR(status.st_mode))
		return 0;
	device_node_close(node);
	return device_node_fail(node, -ENOTTY, "the file is no device");
}

void device_node_close(struct device_node *node)
{
	if (node->fd >= 0)
		close(node->fd);
	node->fd = -1;
}

int device_node_ioctl(struct device_node *node, unsigned long request,
		      const char *name, void *argument)
{
	int ret;

	do {
		ret = ioctl(node->fd, request, argument);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? explain(node, name, errno) : 0;
}
