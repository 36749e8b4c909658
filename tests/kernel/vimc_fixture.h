/* SPDX-License-Identifier: MIT */
/* The kernel's virtual camera for tests: its graph, and its nodes by name. */
#ifndef TEST_VIMC_FIXTURE_H
#define TEST_VIMC_FIXTURE_H

#include "device_monitor.h"
#include "device_node.h"
#include "video_capture.h"

/** The size of every frame here. */
#define VIMC_WIDTH 640
#define VIMC_HEIGHT 480

struct vimc {
	struct device_monitor *monitor;
	const struct media_device *device; /* NULL: this kernel has no vimc */
	struct device_node media;
};

/** Finds the camera and opens its media device. */
void vimc_open(struct vimc *vimc);

void vimc_close(struct vimc *vimc);

/** The device node of an entity; fails the test if there is none. */
const char *vimc_path(const struct vimc *vimc, const char *entity);

/** Sets "Sensor A" to raw Bayer, or to RGB. */
void vimc_set_sensor(const struct vimc *vimc, bool raw);

/** Opens "Raw Capture 0" and sets raw Bayer, 8 bits. */
void vimc_open_raw(const struct vimc *vimc, struct video_capture *capture);

/** Waits for a frame. Returns what video_capture_dequeue() returns. */
int vimc_wait(struct video_capture *capture, struct video_frame *ret_frame);

/**
 * A number for the bytes of a dma-buf from @from on, read with the kernel's
 * knowledge. The sensor writes the time into the upper half of each frame.
 */
uint64_t vimc_hash(int dmabuf, size_t from, size_t size);

/** Skips a test of memory that this kernel does not have. */
#define VIMC_NEED(device)                                                      \
	do {                                                                   \
		if (access(device, F_OK) < 0) {                                \
			print_message("skipped: this kernel has no %s\n",     \
				      device);                                 \
			skip();                                                \
		}                                                              \
	} while (0)

/** Make a dma-buf of @size bytes, a multiple of a page's: in the system's
 *  dma-heap, and from a memfd. Return -1 if this kernel cannot. */
int vimc_from_heap(size_t size);
int vimc_from_memfd(size_t size);

/** Opens the node of vivid that captures frames. */
void vivid_open(struct device_node *node);

#endif /* TEST_VIMC_FIXTURE_H */
