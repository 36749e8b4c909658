/* SPDX-License-Identifier: MIT */
/*
 * The IPA interfaces that can drive a kernel camera: for each an image processor,
 * and how its IPA gets raw frames, if it reads them.
 */
#ifndef KERNEL_KERNEL_ISP_H
#define KERNEL_KERNEL_ISP_H

#include <camipc/base.h>

#include "isp.h"

/** Plain data. */
struct kernel_isp {
	const struct virtual_isp *isp;

	/**
	 * map_frames() - give the IPA the buffers of frames; NULL: it reads none
	 * @frames: their descriptors permit reading only; borrowed
	 * unmap_frames() - take them back
	 *
	 * Both wait while the IPA is being restarted. Return 0, or a negative
	 * errno and a text.
	 */
	int (*map_frames)(struct virtual_ipa *ipa,
			  const struct cam_buffer *frames, size_t n);
	int (*unmap_frames)(struct virtual_ipa *ipa, const uint32_t *ids,
			    size_t n);
};

/**
 * kernel_isp_choose() - find the kind whose interface a module has
 * @module: name, or absolute path; NULL: that of the default kind
 *
 * Reads the module's note, and runs nothing. Returns the default kind also for a
 * module that does not exist, or has another interface: running it then explains
 * the mistake. Thread word: safe.
 */
struct kernel_isp kernel_isp_choose(struct camipc_manager *manager,
				    const char *module);

/** The kind for the interface ipa.vimc: images by a fixed recipe, and an IPA that
 *  answers each frame with a hash of what it saw. */
extern const struct kernel_isp kernel_isp_vimc;

#endif /* KERNEL_KERNEL_ISP_H */
