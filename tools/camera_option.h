/* SPDX-License-Identifier: MIT */
/* The options --camera NAME and --light SCRIPT. */
#ifndef TOOLS_CAMERA_OPTION_H
#define TOOLS_CAMERA_OPTION_H

#include <camipc/base.h>

/** Searches for a camera that camera_create() would find by this name. Returns
 *  0, or a negative errno after it has reported the error. */
int camera_option_check(const char *name) CAMIPC_MUST_CHECK;

/** Parses a script of light. Returns 0, or a negative errno after it has reported
 *  the error. */
int camera_option_check_light(const char *script) CAMIPC_MUST_CHECK;

#endif /* TOOLS_CAMERA_OPTION_H */
