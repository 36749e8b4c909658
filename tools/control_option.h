/* SPDX-License-Identifier: MIT */
/* --control NAME=VALUE. */
#ifndef TOOLS_CONTROL_OPTION_H
#define TOOLS_CONTROL_OPTION_H

#include "cam_controls.h"

#define CONTROL_OPTION_MAX_ITEMS 16

/** A control, and the memory of its array. Do not move it once parsed. */
struct control_option {
	struct cam_control control;
	const char *name;
	float floats[CONTROL_OPTION_MAX_ITEMS];
	int32_t integers[CONTROL_OPTION_MAX_ITEMS];
};

/**
 * control_option_parse() - read one
 * @text: NAME=VALUE; arrays as VALUE,VALUE,...
 * @error: in words, if it fails
 * @size: of @error
 *
 * Returns 0 or -EINVAL.
 */
int control_option_parse(struct control_option *option, const char *text,
			 char *error, size_t size) CAMIPC_MUST_CHECK;

/**
 * control_option_check() - does the camera take it?
 * @infos: what it has
 *
 * Returns 0, or -EINVAL and words.
 */
int control_option_check(const struct control_option *option,
			 const struct cam_control_info_map *infos, char *error,
			 size_t size) CAMIPC_MUST_CHECK;

#endif /* TOOLS_CONTROL_OPTION_H */
