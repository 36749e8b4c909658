/* SPDX-License-Identifier: MIT */
/* Types, values and ranges of controls as text. */
#ifndef TOOLS_CONTROL_TEXT_H
#define TOOLS_CONTROL_TEXT_H

#include "cam_controls.h"

/** Sets @text to a value as --control takes it: "true", "1.5", "1,2"; to "" if it
 *  is neither number nor rectangle. What does not fit is cut. */
void control_text_value(const struct cam_control_value *value, char *text,
			size_t size);

/** Sets @text to the values that a control can have: "1 to 4", "0, 1 or 3", "true
 *  or false"; to "" if it can have any. */
void control_text_range(const struct cam_control_info *info, char *text,
			size_t size);

/** Returns what the IDL of controls calls a type. */
const char *control_text_type(enum cam_control_type type);

#endif /* TOOLS_CONTROL_TEXT_H */
