/* SPDX-License-Identifier: MIT */
/* The options --camera, --light, --format, --fps and --ipa of a camera. */
#ifndef TOOLS_CAMERA_OPTION_H
#define TOOLS_CAMERA_OPTION_H

#include <camipc/base.h>

#include "camera.h"

/** Searches for a camera that camera_create() would find by this name. Returns
 *  0, or a negative errno after it has reported the error. */
int camera_option_check(const char *name) CAMIPC_MUST_CHECK;

/** Returns true if camera_create() would find a camera of a kernel's device by
 *  this name. */
bool camera_option_has_device(const char *name);

/** Parses a script of light. Returns 0, or a negative errno after it has reported
 *  the error. */
int camera_option_check_light(const char *script) CAMIPC_MUST_CHECK;

/** Parses the name of a format. Returns 0, or -EINVAL after it has reported the
 *  error. */
int camera_option_parse_format(const char *text,
			       uint32_t *ret_fourcc) CAMIPC_MUST_CHECK;

/** Parses frames per second: a number with up to 3 decimals, or a fraction.
 *  Returns 0, or -EINVAL after it has reported the error. */
int camera_option_parse_rate(const char *text,
			     struct camera_interval *ret_interval)
	CAMIPC_MUST_CHECK;

/** Checks the name of a module; paths are checked later. Returns 0, or -EINVAL
 *  after it has reported the error. */
int camera_option_check_module(const char *name) CAMIPC_MUST_CHECK;

#endif /* TOOLS_CAMERA_OPTION_H */
