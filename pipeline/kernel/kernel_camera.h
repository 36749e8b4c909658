/* SPDX-License-Identifier: MIT */
/* A raw Bayer camera of a kernel driver, with an IPA that controls it. */
#ifndef KERNEL_KERNEL_CAMERA_H
#define KERNEL_KERNEL_CAMERA_H

#include "kernel_device.h"
#include "lockstep.h"
#include "shared_frames.h"

/** Frames come from the kernel, and are measured and made into images as those
 *  of the virtual camera are. Thread word: bound. */
struct kernel_camera {
	struct virtual_error error;
	struct kernel_device device;
	struct virtual_imager imager;
	struct virtual_ipa ipa;
	struct virtual_lockstep lockstep;
	struct shared_frames frames; /* with the IPA */
	int timeout_ms; /* for a frame to come */
	uint32_t frame; /* number of the next one */
	uint32_t first; /* sequence number of the stream's first frame */
	uint32_t next; /* sequence number that is expected next, from first */
	uint64_t lost;
	uint64_t damaged;
	int end; /* why no frame comes until the next start: a negative errno */
};

/**
 * kernel_camera_create() - set the device up, and run the IPA
 * @media: a device of the route's driver; borrowed for the call
 *
 * Returns as camera_create() does.
 */
int kernel_camera_create(const struct kernel_route *route,
			 const struct media_device *media,
			 struct camipc_manager *manager,
			 const struct camera_options *options, char *error,
			 size_t size,
			 struct kernel_camera **ret_camera) CAMIPC_MUST_CHECK;

/** Each does what the function of this name in struct camera_handler does. */
void kernel_camera_destroy(struct kernel_camera *camera);
int kernel_camera_start(struct kernel_camera *camera) CAMIPC_MUST_CHECK;
int kernel_camera_stop(struct kernel_camera *camera);
int kernel_camera_capture(struct kernel_camera *camera,
			  struct camera_frame *ret_frame) CAMIPC_MUST_CHECK;
void kernel_camera_get_counts(const struct kernel_camera *camera,
			      struct camera_counts *ret_counts);

#endif /* KERNEL_KERNEL_CAMERA_H */
