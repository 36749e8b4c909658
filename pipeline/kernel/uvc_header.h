/* SPDX-License-Identifier: MIT */
/* The metadata V4L2_META_FMT_UVC: clocks of a USB camera and of its host, which
 * vivid makes up. */
#ifndef KERNEL_UVC_HEADER_H
#define KERNEL_UVC_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "camera.h"

/** Values that uvc_header_parse() may find. */
#define UVC_HEADER_MAX_VALUES 6

/**
 * uvc_header_parse() - find the values of the first header of a frame
 * @bytes: what the driver wrote, which is not trusted
 * @values: receives at most UVC_HEADER_MAX_VALUES, whose names are static
 *
 * hostTime is CLOCK_MONOTONIC in nanoseconds when the header came, hostSof the
 * number of the USB frame, flags the byte bmHeaderInfo. pts is the camera's clock
 * when the frame was taken, stc and sof its clock and USB frame when the header
 * was sent, if the header has them. Returns the number of values; 0 if the header
 * is not complete. Thread word: reentrant.
 */
size_t uvc_header_parse(const uint8_t *bytes, size_t size,
			struct camera_driver_value values[UVC_HEADER_MAX_VALUES]);

#endif /* KERNEL_UVC_HEADER_H */
