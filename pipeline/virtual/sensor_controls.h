/* SPDX-License-Identifier: MIT */
/* The virtual sensor in the words of an IPA interface. */
#ifndef VIRTUAL_SENSOR_CONTROLS_H
#define VIRTUAL_SENSOR_CONTROLS_H

#include "cam_controls.h"
#include "sensor.h"

#define VIRTUAL_SENSOR_CONTROLS 2

/** Ranges of the sensor's controls, and room for lists of them. */
struct virtual_sensor_controls {
	struct cam_uint32_control_info_entry entries[VIRTUAL_SENSOR_CONTROLS];
	struct cam_control_info_map infos;
	struct cam_control current[VIRTUAL_SENSOR_CONTROLS];
	struct cam_control clamped[VIRTUAL_SENSOR_CONTROLS];
	struct cam_clamp_counts counts;
};

/** Do not move it afterwards: parts point to others. */
void virtual_sensor_controls_init(struct virtual_sensor_controls *controls,
				  const struct virtual_sensor *sensor);

/** What kind of sensor this is. */
void virtual_sensor_describe(const struct virtual_sensor *sensor,
			     struct cam_camera_sensor_info *ret_info);

/** Settings as a list, which points into @controls. */
void virtual_sensor_controls_put(struct virtual_sensor_controls *controls,
				 struct virtual_sensor_settings settings,
				 struct cam_control_list *ret_list);

/**
 * virtual_sensor_controls_take() - settings out of a list from an IPA
 * @settings: what the list does not mention stays
 *
 * Nothing goes beyond the ranges; controls->counts says what would have.
 */
void virtual_sensor_controls_take(struct virtual_sensor_controls *controls,
				  const struct cam_control_list *list,
				  struct virtual_sensor_settings *settings);

#endif /* VIRTUAL_SENSOR_CONTROLS_H */
