/* SPDX-License-Identifier: MIT */
/* The option --control NAME=VALUE. */
#ifndef TOOLS_CONTROL_OPTION_H
#define TOOLS_CONTROL_OPTION_H

#include "cam_controls.h"

/** Longest array of an IPA's control. */
#define CONTROL_OPTION_MAX_ITEMS 16

/** Size of an error text in bytes. */
#define CONTROL_OPTION_ERROR_SIZE 512

/** Room for the name of a device's control; drivers have shorter ones. */
#define CONTROL_OPTION_NAME_SIZE 64

/** A control with the memory of its array. Do not move it once it is parsed. */
struct control_option {
	struct cam_control control;
	const char *name;
	const char *text; /* the value of the option */

	/** It is one of the device, which device_control_parse() knows:
	 *  control is not set before. */
	bool is_device;
	char device_name[CONTROL_OPTION_NAME_SIZE];
	const char *value; /* behind the '=' */
	float floats[CONTROL_OPTION_MAX_ITEMS];
	int32_t integers[CONTROL_OPTION_MAX_ITEMS];
	int64_t wides[CONTROL_OPTION_MAX_ITEMS];
	struct cam_rectangle rectangle;
	void *items; /* of a device's array; see device_control_clear() */
};

/**
 * control_option_parse() - read the value of an option
 * @text: NAME=VALUE; arrays as VALUE,VALUE,..., and a rectangle as
 *        X,Y,WIDTH,HEIGHT; must live as long as @option
 * @error: gets a text on failure, without option and value
 *
 * A name that no IPA can have is taken for one of the device, and so is
 * device:NAME. Returns 0 or -EINVAL.
 */
int control_option_parse(struct control_option *option, const char *text,
			 char error[CONTROL_OPTION_ERROR_SIZE])
	CAMIPC_MUST_CHECK;

/** Sets @error to a text about a name that neither IPAs nor the device have.
 *  @infos: of the device; NULL: it has none. */
void control_option_refuse_name(const struct control_option *option,
				const struct cam_control_info_map *infos,
				char error[CONTROL_OPTION_ERROR_SIZE]);

/** Reads "true", "off", "1" and so on. Returns 0 or -EINVAL. */
int control_option_parse_bool(const char *text, bool *ret_value);

/** Reads a decimal number, up to a comma or the end, where *@ret_end then is.
 *  Returns 0 or -EINVAL. */
int control_option_parse_integer(const char *text, char **ret_end,
				 int64_t *ret_value);

/** Reads X,Y,WIDTH,HEIGHT. Returns 0 or -EINVAL. */
int control_option_parse_rectangle(const char *text,
				   struct cam_rectangle *ret_rectangle);

/**
 * control_option_parse_number() - read one integer of a control
 * @info: has the names of the values; with a size, the integer ends at a comma
 * @ret_end: where the integer ends
 *
 * Accepts names of values in capitals or not, and numbers; of a mask, several with
 * '|' between them. A name that looks like a number goes before the number. Returns
 * 0 or -EINVAL.
 */
int control_option_parse_number(const struct cam_control_info *info,
				const char *text, char **ret_end,
				int64_t *ret_value) CAMIPC_MUST_CHECK;

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
