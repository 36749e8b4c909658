/* SPDX-License-Identifier: MIT */
/* Translates between settings of the virtual sensor and V4L2 controls. */
#include "sensor_controls.h"

#include <linux/v4l2-controls.h>
#include <string.h>

static void set_info(struct cam_uint32_control_info_entry *entry, uint32_t id,
		     int32_t min, int32_t max, int32_t def)
{
	struct cam_control_info *info = &entry->value;

	entry->key = id;
	info->min.tag = CAM_CONTROL_VALUE_INTEGER32;
	info->max.tag = CAM_CONTROL_VALUE_INTEGER32;
	info->def.tag = CAM_CONTROL_VALUE_INTEGER32;
	info->min.integer32 = min;
	info->max.integer32 = max;
	info->def.integer32 = def;
	info->direction = CAM_CONTROL_DIRECTION_IN;
}

void virtual_sensor_controls_init(struct virtual_sensor_controls *controls,
				  const struct virtual_sensor *sensor)
{
	struct virtual_sensor_settings now = virtual_sensor_current(sensor);

	memset(controls, 0, sizeof(*controls));
	set_info(&controls->entries[0], V4L2_CID_EXPOSURE,
		 virtual_sensor_min_lines(sensor),
		 virtual_sensor_max_lines(sensor), now.lines);
	set_info(&controls->entries[1], V4L2_CID_ANALOGUE_GAIN,
		 VIRTUAL_SENSOR_GAIN_UNIT, VIRTUAL_SENSOR_MAX_GAIN, now.gain);
	controls->infos.id_space = CAM_CONTROL_ID_SPACE_V4L2;
	controls->infos.infos = controls->entries;
	controls->infos.n_infos = VIRTUAL_SENSOR_CONTROLS;
}

void virtual_sensor_describe(const struct virtual_sensor *sensor,
			     struct cam_camera_sensor_info *ret_info)
{
	struct cam_size size = { sensor->width, sensor->height };

	cam_camera_sensor_info_init(ret_info);
	ret_info->model = "virtual";
	ret_info->bits_per_pixel = 10;
	ret_info->cfa_pattern = 0; /* RGGB */
	ret_info->active_area_size = size;
	ret_info->analog_crop.width = size.width;
	ret_info->analog_crop.height = size.height;
	ret_info->output_size = size;
	ret_info->pixel_rate = virtual_sensor_pixel_rate(sensor);
	ret_info->min_line_length = virtual_sensor_line_length(sensor);
	ret_info->max_line_length = ret_info->min_line_length;
	ret_info->min_frame_length = virtual_sensor_frame_length(sensor);
	ret_info->max_frame_length = ret_info->min_frame_length;
}

void virtual_sensor_controls_put(struct virtual_sensor_controls *controls,
				 struct virtual_sensor_settings settings,
				 struct cam_control_list *ret_list)
{
	struct cam_control_builder builder;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2,
				 controls->current, VIRTUAL_SENSOR_CONTROLS);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE,
				      settings.lines);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      settings.gain);
	(void)!cam_control_builder_finish(&builder, ret_list);
}

void virtual_sensor_controls_take(struct virtual_sensor_controls *controls,
				  const struct cam_control_list *list,
				  struct virtual_sensor_settings *settings)
{
	struct cam_control_list clamped;

	/* More controls than the sensor has: the list is for something else. */
	if (cam_control_list_clamp(list, &controls->infos, controls->clamped,
				   VIRTUAL_SENSOR_CONTROLS, &controls->counts,
				   &clamped) < 0) {
		controls->counts.refused += list->n_controls;
		return;
	}
	(void)!cam_control_list_get_int32(&clamped, V4L2_CID_EXPOSURE,
					  &settings->lines);
	(void)!cam_control_list_get_int32(&clamped, V4L2_CID_ANALOGUE_GAIN,
					  &settings->gain);
}
