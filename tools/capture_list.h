/* SPDX-License-Identifier: MIT */
/* The options --list-controls and --list-formats of capture. */
#ifndef TOOLS_CAPTURE_LIST_H
#define TOOLS_CAPTURE_LIST_H

#include "camera.h"

/** Prints the formats, sizes and frame rates of the camera @name. Returns an exit
 *  code, after it has reported an error. */
int capture_list_formats(const char *name) CAMIPC_MUST_CHECK;

/** Prints the controls that can be set, with type, range or values, and
 *  default. */
void capture_list_controls(const struct cam_control_info_map *infos);

/** Prints the controls of a kernel camera's device; NULL: nothing. */
void capture_list_device_controls(const struct cam_control_info_map *infos);

#endif /* TOOLS_CAPTURE_LIST_H */
