/* SPDX-License-Identifier: MIT */
/* The settings of a kernel camera's sensor: exposure and gain for the IPA, and the
 * device's further controls for an application. */
#ifndef KERNEL_KERNEL_SETTINGS_H
#define KERNEL_KERNEL_SETTINGS_H

#include "kernel_device.h"

/** Sets controls as an application wants them; camera_set_device_controls()
 *  describes it. */
int kernel_settings_set_controls(struct kernel_device *device,
				 const struct cam_control_list *list)
	CAMIPC_MUST_CHECK;

/**
 * kernel_settings_write() - set the sensor's controls
 * @sensor: the model that the settings belong to; must live as long as @device
 *
 * Writes only what differs from what was written last; with requests, nothing
 * now, but with each buffer that is queued from now on.
 */
int kernel_settings_write(struct kernel_device *device,
			  const struct virtual_sensor *sensor,
			  struct virtual_sensor_settings settings)
	CAMIPC_MUST_CHECK;

/**
 * kernel_settings_of() - find out what a frame was taken with
 *
 * With requests, what came with its buffer. Else what was written last before
 * the frame's timestamp: the driver may have filled further buffers before this
 * program took the first, so their number says little.
 */
struct virtual_sensor_settings
kernel_settings_of(const struct kernel_device *device,
		   const struct video_frame *frame);

/** Lists the controls that settings are; only those that @written does not have,
 *  unless it is NULL. @ret_list points into @controls. */
int kernel_settings_list(struct kernel_device *device,
			 struct virtual_sensor_settings settings,
			 const struct virtual_sensor_settings *written,
			 struct cam_control controls[2],
			 struct cam_control_list *ret_list) CAMIPC_MUST_CHECK;

#endif /* KERNEL_KERNEL_SETTINGS_H */
