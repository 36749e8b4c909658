/* SPDX-License-Identifier: MIT */
/* The option --control for controls of the camera's device. */
#ifndef TOOLS_DEVICE_CONTROL_H
#define TOOLS_DEVICE_CONTROL_H

#include "control_option.h"

/**
 * device_control_is_meant() - find out whose control an option names
 * @ipa: the controls of the IPA
 * @device: those of the device; NULL: the camera has none
 *
 * Returns true for a control of the device: if the option says so, if no IPA has a
 * control of this name, or if only the device has one and not this IPA.
 */
bool device_control_is_meant(const struct control_option *option,
			     const struct cam_control_info_map *ipa,
			     const struct cam_control_info_map *device);

/**
 * device_control_parse() - find the control of an option, and read its value
 * @option: device_control_is_meant(); gets the control
 * @infos: the controls of the device
 * @error: gets a text on failure, without option and value
 *
 * Accepts what --list-controls prints: numbers and switches in their range, true for
 * a button, entries of menus and flags by their name or number, arrays with commas,
 * strings, sizes as WIDTHxHEIGHT and rectangles as X,Y,WIDTH,HEIGHT. Free @option
 * with device_control_clear(), also after a failure. Returns 0 or -EINVAL.
 */
int device_control_parse(struct control_option *option,
			 const struct cam_control_info_map *infos,
			 char error[CONTROL_OPTION_ERROR_SIZE])
	CAMIPC_MUST_CHECK;

/** Frees the memory of an array. */
void device_control_clear(struct control_option *option);

#endif /* TOOLS_DEVICE_CONTROL_H */
