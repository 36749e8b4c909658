/* SPDX-License-Identifier: MIT */
/* Lists the formats of a kernel camera. */
#ifndef KERNEL_KERNEL_FORMATS_H
#define KERNEL_KERNEL_FORMATS_H

#include "kernel_pipeline.h"
#include "media_device.h"
#include "virtual_error.h"

/**
 * kernel_formats_list() - call @visit for each format and size
 * @media: a device of the route's driver; borrowed for the call
 *
 * These are the formats of the video node that raw_format.h has, at sizes that a
 * camera can have. Opens the node, and chooses its input. Returns what @visit
 * returned last, 0, or a negative errno and a text in @error.
 */
int kernel_formats_list(const struct kernel_route *route,
			const struct media_device *media,
			int (*visit)(void *user,
				     const struct camera_format *format),
			void *user,
			struct virtual_error *error) CAMIPC_MUST_CHECK;

#endif /* KERNEL_KERNEL_FORMATS_H */
