/* SPDX-License-Identifier: MIT */
/* The virtual sensor as an IPA interface describes it: V4L2 controls. */
#ifndef VIRTUAL_SENSOR_CONTROLS_H
#define VIRTUAL_SENSOR_CONTROLS_H

#include "cam_controls.h"
#include "sensor.h"

/** Exposure and analogue gain; vertical and horizontal blanking, if the model's
 *  frame length can be set. */
#define VIRTUAL_SENSOR_CONTROLS 4

/** Ranges of the sensor's controls, and memory for lists of them. Thread word:
 *  bound. */
struct virtual_sensor_controls {
	struct cam_uint32_control_info_entry entries[VIRTUAL_SENSOR_CONTROLS];
	struct cam_control_info_map infos;
	struct cam_control current[VIRTUAL_SENSOR_CONTROLS];
	struct cam_control clamped[VIRTUAL_SENSOR_CONTROLS];
	struct cam_clamp_counts counts;
	const struct virtual_sensor *sensor;
	bool has_named_unknown; /* and logged it */
	bool has_named_mistyped;
};

/** Sets the ranges. Do not move @controls afterwards: it points to itself.
 *  @sensor must live as long. */
void virtual_sensor_controls_init(struct virtual_sensor_controls *controls,
				  const struct virtual_sensor *sensor);

/** Describes the sensor. */
void virtual_sensor_describe(const struct virtual_sensor *sensor,
			     struct cam_camera_sensor_info *ret_info);

/** Makes a list of settings: a value of each control that the sensor has. The
 *  list points into @controls. */
void virtual_sensor_controls_put(struct virtual_sensor_controls *controls,
				 struct virtual_sensor_settings settings,
				 struct cam_control_list *ret_list);

/**
 * virtual_sensor_controls_take() - read settings from a list of an IPA
 * @settings: updated; a setting that the list does not have is kept
 *
 * Vertical blanking comes first: as in a driver, the range of exposure times
 * then is that of a frame of this length. Clamps the settings to their ranges,
 * and counts in controls->counts what was clamped or left out. Logs the first
 * control that the sensor does not have, and the first one of another type.
 */
void virtual_sensor_controls_take(struct virtual_sensor_controls *controls,
				  const struct cam_control_list *list,
				  struct virtual_sensor_settings *settings);

#endif /* VIRTUAL_SENSOR_CONTROLS_H */
