/* SPDX-License-Identifier: MIT */
/* Finds the kernel's virtual camera as a pipeline handler does. */
#include "vimc_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/media-bus-format.h>
#include <linux/udmabuf.h>
#include <linux/videodev2.h>

#include "subdevice.h"

#define WAIT_MS 10000

/* Nodes are few; vivid's are behind those of vimc. */
#define MAX_NODES 16

static int find_vimc(void *user, const struct media_device *device)
{
	struct vimc *vimc = user;

	if (strcmp(device->driver, "vimc") != 0 || !device->graph)
		return 0;
	vimc->device = device;
	return 1;
}

void vimc_open(struct vimc *vimc)
{
	const struct device_monitor_options options = {
		.source = DEVICE_SOURCE_NONE,
	};

	vimc->device = NULL;
	assert_int_equal(device_monitor_create(&options, NULL, NULL,
					       &vimc->monitor),
			 0);
	assert_int_equal(device_monitor_list(vimc->monitor, find_vimc, vimc),
			 1);
	assert_int_equal(device_node_open(&vimc->media, vimc->device->devnode),
			 0);
}

void vimc_close(struct vimc *vimc)
{
	device_node_close(&vimc->media);
	device_monitor_destroy(vimc->monitor);
}

const char *vimc_path(const struct vimc *vimc, const char *name)
{
	const struct media_entity *entity =
		media_graph_find_entity(vimc->device->graph, name);

	assert_non_null(entity);
	assert_non_null(entity->interface);
	assert_non_null(entity->interface->devnode);
	return entity->interface->devnode;
}

static void set_format(const struct vimc *vimc, const char *entity,
		       uint32_t code)
{
	const struct pad_format format = { code, VIMC_WIDTH, VIMC_HEIGHT };
	struct device_node node;

	assert_int_equal(device_node_open(&node, vimc_path(vimc, entity)), 0);
	assert_int_equal(subdevice_set_format(&node, 0, &format), 0);
	device_node_close(&node);
}

void vimc_set_sensor(const struct vimc *vimc, bool raw)
{
	set_format(vimc, "Sensor A",
		   raw ? MEDIA_BUS_FMT_SBGGR8_1X8 : MEDIA_BUS_FMT_RGB888_1X24);
	/* It is on the way to another node, and must fit all the same. */
	set_format(vimc, "Debayer A", MEDIA_BUS_FMT_SBGGR8_1X8);
}

void vimc_open_raw(const struct vimc *vimc, struct video_capture *capture)
{
	struct video_format format = {
		.fourcc = V4L2_PIX_FMT_SBGGR8,
		.width = VIMC_WIDTH,
		.height = VIMC_HEIGHT,
	};

	assert_int_equal(video_capture_open(capture,
					    vimc_path(vimc, "Raw Capture 0")),
			 0);
	assert_int_equal(video_capture_set_format(capture, &format), 0);
	assert_int_equal(format.stride, VIMC_WIDTH);
	assert_int_equal(format.size, VIMC_WIDTH * VIMC_HEIGHT);
}

int vimc_wait(struct video_capture *capture, struct video_frame *ret_frame)
{
	struct pollfd fd = { .fd = capture->node.fd, .events = POLLIN };

	assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	return video_capture_dequeue(capture, ret_frame);
}

uint64_t vimc_hash(int dmabuf, size_t from, size_t size)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START |
					      DMA_BUF_SYNC_READ };
	const uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, dmabuf,
				    0);
	uint64_t hash = UINT64_C(14695981039346656037);

	assert_ptr_not_equal(bytes, MAP_FAILED);
	assert_int_equal(ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	for (size_t i = from; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ;
	assert_int_equal(ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	munmap((void *)(uintptr_t)bytes, size);
	return hash;
}

int vimc_from_heap(size_t size)
{
	struct dma_heap_allocation_data data = {
		.len = size,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	int heap = open("/dev/dma_heap/system", O_RDONLY | O_CLOEXEC);

	if (heap < 0)
		return -1;
	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		data.fd = (uint32_t)-1;
	close(heap);
	return (int)data.fd;
}

int vimc_from_memfd(size_t size)
{
	struct udmabuf_create create = {
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.size = size,
	};
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	int memory = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int fd = -1;

	if (device >= 0 && memory >= 0 && ftruncate(memory, (off_t)size) == 0 &&
	    fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK) == 0) {
		create.memfd = (uint32_t)memory;
		fd = ioctl(device, UDMABUF_CREATE, &create);
	}
	close(memory);
	if (device >= 0)
		close(device);
	return fd;
}

void vivid_open(struct device_node *node)
{
	for (int i = 0; i < MAX_NODES; i++) {
		struct v4l2_capability capability = { .version = 0 };
		char path[32];

		snprintf(path, sizeof(path), "/dev/video%d", i);
		if (device_node_open(node, path) < 0)
			continue;
		assert_int_equal(device_node_ioctl(node, VIDIOC_QUERYCAP,
						   "VIDIOC_QUERYCAP",
						   &capability),
				 0);
		if (strcmp((const char *)capability.driver, "vivid") == 0 &&
		    capability.device_caps & V4L2_CAP_VIDEO_CAPTURE)
			return;
		device_node_close(node);
	}
	fail_msg("this kernel has no vivid");
}
