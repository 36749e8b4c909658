/* SPDX-License-Identifier: MIT */
/* The virtual sensor as an IPA interface describes it: V4L2 controls. */
#ifndef VIRTUAL_SENSOR_CONTROLS_H
#define VIRTUAL_SENSOR_CONTROLS_H

#include "cam_controls.h"
#include "sensor.h"

/** Exposure and analogue gain. */
#define VIRTUAL_SENSOR_CONTROLS 2

/** Ranges of the sensor's controls, and memory for lists of them. Thread word:
 *  bound. */
struct virtual_sensor_controls {
	struct cam_uint32_control_info_entry entries[VIRTUAL_SENSOR_CONTROLS];
	struct cam_control_info_map infos;
	struct cam_control current[VIRTUAL_SENSOR_CONTROLS];
	struct cam_control clamped[VIRTUAL_SENSOR_CONTROLS];
	struct cam_clamp_counts counts;
};

/** Sets the ranges. Do not move @controls afterwards: it points to itself. */
void virtual_sensor_controls_init(struct virtual_sensor_controls *controls,
				  const struct virtual_sensor *sensor);

/** Describes the sensor. */
void virtual_sensor_describe(const struct virtual_sensor *sensor,
			     struct cam_camera_sensor_info *ret_info);

/** Makes a list of settings; the list points into @controls. */
void virtual_sensor_controls_put(struct virtual_sensor_controls *controls,
				 struct virtual_sensor_settings settings,
				 struct cam_control_list *ret_list);

/**
 * virtual_sensor_controls_take() - read settings from a list of an IPA
 * @settings: updated; a setting that the list does not have is kept
 *
 * Clamps the settings to their ranges, and counts in controls->counts what was
 * clamped or left out.
 */
void virtual_sensor_controls_take(struct virtual_sensor_controls *controls,
				  const struct cam_control_list *list,
				  struct virtual_sensor_settings *settings);

#endif /* VIRTUAL_SENSOR_CONTROLS_H */
