/* SPDX-License-Identifier: MIT */
/* Settings of a kernel camera's sensor: as controls of its device, written, and
 * found again for a frame. */
#include "kernel_settings.h"

#include <errno.h>
#include <time.h>

#include <camipc/error.h>

/* Takes over the text of the node that has the controls. */
static int controls_failed(struct kernel_device *device, int ret)
{
	return virtual_error_set(device->error, ret, "%s",
				 device->sensor.error);
}

/* Where in the control's range a setting is. */
static int32_t scale(const struct kernel_control *control, int32_t value,
		     int32_t min, int32_t max)
{
	return control->min + (int32_t)((int64_t)(value - min) *
					(control->max - control->min) /
					(max - min));
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) +
	       (uint64_t)ts.tv_nsec;
}

int kernel_settings_list(struct kernel_device *device,
			 struct virtual_sensor_settings settings,
			 const struct virtual_sensor_settings *written,
			 struct cam_control controls[2],
			 struct cam_control_list *ret_list)
{
	const struct kernel_route *route = device->route;
	const struct virtual_sensor *sensor = device->model;
	struct cam_control_builder builder;
	int ret;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, controls,
				 2);
	if (route->exposure.id && (!written || settings.lines != written->lines))
		cam_control_builder_set_int32(
			&builder, route->exposure.id,
			scale(&route->exposure, settings.lines,
			      virtual_sensor_min_lines(sensor),
			      virtual_sensor_max_lines(sensor)));
	if (route->gain.id && (!written || settings.gain != written->gain))
		cam_control_builder_set_int32(&builder, route->gain.id,
					      scale(&route->gain, settings.gain,
						    sensor->model->min_gain,
						    sensor->model->max_gain));
	ret = cam_control_builder_finish(&builder, ret_list);
	return ret < 0 ? virtual_error_set(device->error, ret,
					   "cannot set the sensor: %s",
					   camipc_errno_to_string(ret)) :
			 0;
}

int kernel_settings_set_controls(struct kernel_device *device,
				 const struct cam_control_list *list)
{
	const struct kernel_route *route = device->route;
	int ret;

	for (size_t i = 0; i < list->n_controls; i++) {
		const uint32_t id = list->controls[i].id;
		const struct cam_control_info *info =
			cam_uint32_control_info_find(
				device->controls.infos.infos,
				device->controls.infos.n_infos, id);

		if (info && (id == route->exposure.id || id == route->gain.id))
			return virtual_error_set(
				device->error, -EPERM,
				"%s: the IPA sets the control '%s' for each "
				"frame: set AeEnable, ExposureTime and "
				"AnalogueGain of the IPA",
				device->sensor.path, info->name);
	}
	ret = device_controls_set(&device->controls, list);
	return ret < 0 ? controls_failed(device, ret) : 0;
}

int kernel_settings_write(struct kernel_device *device,
			  const struct virtual_sensor *sensor,
			  struct virtual_sensor_settings settings)
{
	struct cam_control controls[2];
	struct cam_control_list list;
	int ret = 0;

	device->model = sensor;
	if (!device->route->uses_requests) {
		ret = kernel_settings_list(device, settings,
					   device->has_written ?
						   &device->written :
						   NULL,
					   controls, &list);
		if (ret < 0)
			return ret;
		if (list.n_controls)
			ret = device_controls_set(&device->controls, &list);
		if (ret < 0)
			return controls_failed(device, ret);
	}
	if (device->has_written && settings.lines == device->written.lines &&
	    settings.gain == device->written.gain)
		return 0;
	device->written = settings;
	device->has_written = true;
	device->writes[device->n_writes++ % KERNEL_DEVICE_WRITES] =
		(struct kernel_write){ now_ns(), settings };
	return 0;
}

struct virtual_sensor_settings
kernel_settings_of(const struct kernel_device *device,
		   const struct video_frame *frame)
{
	struct virtual_sensor_settings settings = device->written;
	const struct kernel_write *write;

	if (device->route->uses_requests)
		return device->carried[frame->index];
	/* From the newest write back to one before the frame. */
	for (uint32_t i = 1; i <= KERNEL_DEVICE_WRITES && i <= device->n_writes;
	     i++) {
		write = &device->writes[(device->n_writes - i) %
					KERNEL_DEVICE_WRITES];
		settings = write->settings;
		if (write->time_ns < frame->timestamp_ns)
			break;
	}
	return settings;
}
