/* SPDX-License-Identifier: MIT */
/* The option --control NAME=VALUE. */
#ifndef TOOLS_CONTROL_OPTION_H
#define TOOLS_CONTROL_OPTION_H

#include "cam_controls.h"

/** Longest array. */
#define CONTROL_OPTION_MAX_ITEMS 16

/** Size of an error text in bytes. */
#define CONTROL_OPTION_ERROR_SIZE 512

/** A control with the memory of its array. Do not move it once it is parsed. */
struct control_option {
	struct cam_control control;
	const char *name;
	const char *text; /* the value of the option */
	float floats[CONTROL_OPTION_MAX_ITEMS];
	int32_t integers[CONTROL_OPTION_MAX_ITEMS];
	int64_t wides[CONTROL_OPTION_MAX_ITEMS];
	struct cam_rectangle rectangle;
};

/**
 * control_option_parse() - read the value of an option
 * @text: NAME=VALUE; arrays as VALUE,VALUE,..., and a rectangle as
 *        X,Y,WIDTH,HEIGHT; must live as long as @option
 * @error: gets a text on failure, without option and value
 *
 * Returns 0 or -EINVAL.
 */
int control_option_parse(struct control_option *option, const char *text,
			 char error[CONTROL_OPTION_ERROR_SIZE])
	CAMIPC_MUST_CHECK;

/**
 * control_option_check() - check that the camera accepts the control
 * @infos: the controls that the camera offers
 * @error: gets a text on failure, without option and value
 *
 * Returns 0, or -EINVAL (not offered, or out of range).
 */
int control_option_check(const struct control_option *option,
			 const struct cam_control_info_map *infos,
			 char error[CONTROL_OPTION_ERROR_SIZE])
	CAMIPC_MUST_CHECK;

#endif /* TOOLS_CONTROL_OPTION_H */
