/* SPDX-License-Identifier: MIT */
/* Makes, queues and empties requests of a media device. */
#include "device_request.h"

#include <string.h>

#include <linux/media.h>

int device_request_create(struct device_node *media, int *ret_fd)
{
	int fd = -1;
	int ret = device_node_ioctl(media, MEDIA_IOC_REQUEST_ALLOC,
				    "MEDIA_IOC_REQUEST_ALLOC", &fd);

	*ret_fd = ret < 0 ? -1 : fd;
	return ret;
}

/* Makes an ioctl of a request, and explains its failure in @media. */
static int request_ioctl(struct device_node *media, int request_fd,
			 unsigned long request, const char *name)
{
	struct device_node node = *media;
	int ret;

	node.fd = request_fd;
	ret = device_node_ioctl(&node, request, name, NULL);
	if (ret < 0)
		memcpy(media->error, node.error, sizeof(media->error));
	return ret;
}

int device_request_queue(struct device_node *media, int request_fd)
{
	return request_ioctl(media, request_fd, MEDIA_REQUEST_IOC_QUEUE,
			     "MEDIA_REQUEST_IOC_QUEUE");
}

int device_request_reuse(struct device_node *media, int request_fd)
{
	return request_ioctl(media, request_fd, MEDIA_REQUEST_IOC_REINIT,
			     "MEDIA_REQUEST_IOC_REINIT");
}
