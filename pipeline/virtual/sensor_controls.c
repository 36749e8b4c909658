/* SPDX-License-Identifier: MIT */
/* Translates between settings of the virtual sensor and V4L2 controls. */
#include "sensor_controls.h"

#include <linux/v4l2-controls.h>
#include <string.h>

#include <camipc/log.h>

#define TOPIC "virtual"

static void set_info(struct cam_uint32_control_info_entry *entry, uint32_t id,
		     const char *name, int32_t min, int32_t max, int32_t def)
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
	info->name = name;
	info->type = CAM_CONTROL_TYPE_INTEGER32;
}

void virtual_sensor_controls_init(struct virtual_sensor_controls *controls,
				  const struct virtual_sensor *sensor)
{
	struct virtual_sensor_settings now = virtual_sensor_current(sensor);
	int32_t height = (int32_t)sensor->height;
	int32_t blanking = (int32_t)(virtual_sensor_line_length(sensor) -
				     sensor->width);
	size_t n = 0;

	memset(controls, 0, sizeof(*controls));
	controls->sensor = sensor;
	/* In the order of ids, as lists of infos must be. */
	set_info(&controls->entries[n++], V4L2_CID_EXPOSURE, "Exposure",
		 virtual_sensor_min_lines(sensor),
		 virtual_sensor_max_lines(sensor), now.lines);
	if (sensor->model->max_frame_length) {
		set_info(&controls->entries[n++], V4L2_CID_VBLANK,
			 "Vertical Blanking",
			 (int32_t)virtual_sensor_min_frame_length(sensor) -
				 height,
			 (int32_t)virtual_sensor_max_frame_length(sensor) -
				 height,
			 (int32_t)now.frame_length - height);
		set_info(&controls->entries[n++], V4L2_CID_HBLANK,
			 "Horizontal Blanking", blanking, blanking, blanking);
	}
	set_info(&controls->entries[n++], V4L2_CID_ANALOGUE_GAIN,
		 "Analogue Gain",
		 sensor->model->min_gain, sensor->model->max_gain, now.gain);
	controls->infos.id_space = CAM_CONTROL_ID_SPACE_V4L2;
	controls->infos.infos = controls->entries;
	controls->infos.n_infos = n;
}

/* The largest part of the active area that has the shape of the output. */
static struct cam_rectangle crop_of(const struct cam_size *active,
				    const struct cam_size *output)
{
	struct cam_rectangle crop = { 0, 0, active->width, active->height };
	uint64_t wide = (uint64_t)active->width * output->height;
	uint64_t high = (uint64_t)active->height * output->width;

	if (wide > high)
		crop.width = (uint32_t)(high / output->height) & ~1u;
	else
		crop.height = (uint32_t)(wide / output->width) & ~1u;
	crop.x = (int32_t)((active->width - crop.width) / 2);
	crop.y = (int32_t)((active->height - crop.height) / 2);
	return crop;
}

void virtual_sensor_describe(const struct virtual_sensor *sensor,
			     struct cam_camera_sensor_info *ret_info)
{
	const struct virtual_sensor_model *model = sensor->model;
	struct cam_size size = { sensor->width, sensor->height };

	cam_camera_sensor_info_init(ret_info);
	ret_info->model = model->name;
	ret_info->bits_per_pixel = 10;
	ret_info->cfa_pattern = 0; /* RGGB */
	ret_info->active_area_size = size;
	if (model->active_width) {
		ret_info->active_area_size.width = model->active_width;
		ret_info->active_area_size.height = model->active_height;
	}
	ret_info->output_size = size;
	ret_info->analog_crop = crop_of(&ret_info->active_area_size, &size);
	ret_info->pixel_rate = virtual_sensor_pixel_rate(sensor);
	ret_info->min_line_length = virtual_sensor_line_length(sensor);
	ret_info->max_line_length = ret_info->min_line_length;
	ret_info->min_frame_length = virtual_sensor_min_frame_length(sensor);
	ret_info->max_frame_length = virtual_sensor_max_frame_length(sensor);
}

void virtual_sensor_controls_put(struct virtual_sensor_controls *controls,
				 struct virtual_sensor_settings settings,
				 struct cam_control_list *ret_list)
{
	const struct virtual_sensor *sensor = controls->sensor;
	struct cam_control_builder builder;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2,
				 controls->current, VIRTUAL_SENSOR_CONTROLS);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE,
				      settings.lines);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      settings.gain);
	if (sensor->model->max_frame_length) {
		cam_control_builder_set_int32(
			&builder, V4L2_CID_VBLANK,
			(int32_t)(settings.frame_length - sensor->height));
		cam_control_builder_set_int32(
			&builder, V4L2_CID_HBLANK,
			(int32_t)(virtual_sensor_line_length(sensor) -
				  sensor->width));
	}
	(void)!cam_control_builder_finish(&builder, ret_list);
}

/* Logs which control an IPA set in vain; once, because it may do so for each
 * frame. */
static void name_ignored(struct virtual_sensor_controls *controls,
			 const struct cam_control_list *list)
{
	size_t i;

	for (i = 0; i < list->n_controls; i++) {
		const struct cam_control *control = &list->controls[i];
		const struct cam_control_info *info =
			control->id_space == CAM_CONTROL_ID_SPACE_V4L2
				? cam_uint32_control_info_find(
					  controls->infos.infos,
					  controls->infos.n_infos, control->id)
				: NULL;

		if (!info && !controls->has_named_unknown) {
			camipc_log(CAMIPC_LOG_WARNING, TOPIC,
				   "the IPA set control 0x%08x, which the "
				   "sensor does not have; its controls are "
				   "exposure, analogue gain%s of V4L2",
				   control->id,
				   controls->infos.n_infos > 2
					   ? " and the blankings"
					   : "");
			controls->has_named_unknown = true;
		} else if (info && info->min.tag != control->value.tag &&
			   !controls->has_named_mistyped) {
			camipc_log(CAMIPC_LOG_WARNING, TOPIC,
				   "the IPA set control 0x%08x to a value of "
				   "another type; expected integer32",
				   control->id);
			controls->has_named_mistyped = true;
		}
	}
}

/* Reads the frame length, which decides how long an exposure can be. */
static void take_blanking(struct virtual_sensor_controls *controls,
			  const struct cam_control_list *list,
			  struct virtual_sensor_settings *settings)
{
	const struct virtual_sensor *sensor = controls->sensor;
	uint32_t min = virtual_sensor_min_frame_length(sensor) - sensor->height;
	uint32_t max = virtual_sensor_max_frame_length(sensor) - sensor->height;
	int32_t blanking = 0;

	if (!sensor->model->max_frame_length ||
	    cam_control_list_get_int32(list, CAM_CONTROL_ID_SPACE_V4L2,
				       V4L2_CID_VBLANK, &blanking) < 0)
		return;
	if (blanking < (int32_t)min)
		blanking = (int32_t)min;
	if (blanking > (int32_t)max)
		blanking = (int32_t)max;
	settings->frame_length = sensor->height + (uint32_t)blanking;
}

void virtual_sensor_controls_take(struct virtual_sensor_controls *controls,
				  const struct cam_control_list *list,
				  struct virtual_sensor_settings *settings)
{
	int32_t *longest = &controls->entries[0].value.max.integer32;
	struct cam_control_list clamped;

	name_ignored(controls, list);
	take_blanking(controls, list, settings);
	*longest = virtual_sensor_lines_in(controls->sensor,
					   settings->frame_length);
	if (settings->lines > *longest)
		settings->lines = *longest;
	/* More controls than the sensor has: the list is for something else. */
	if (cam_control_list_clamp(list, &controls->infos, controls->clamped,
				   VIRTUAL_SENSOR_CONTROLS, &controls->counts,
				   &clamped) < 0) {
		controls->counts.refused += list->n_controls;
		return;
	}
	(void)!cam_control_list_get_int32(&clamped, CAM_CONTROL_ID_SPACE_V4L2,
					  V4L2_CID_EXPOSURE, &settings->lines);
	(void)!cam_control_list_get_int32(&clamped, CAM_CONTROL_ID_SPACE_V4L2,
					  V4L2_CID_ANALOGUE_GAIN, &settings->gain);
}
