/* SPDX-License-Identifier: MIT */
/* Checks options that were parsed: paths, and what excludes each other. */
#ifndef TOOLS_OPTIONS_CHECK_H
#define TOOLS_OPTIONS_CHECK_H

#include "options.h"

/** Returns 0, or -EINVAL after it has reported the error. */
int options_check(const struct options *options) CAMIPC_MUST_CHECK;

#endif /* TOOLS_OPTIONS_CHECK_H */
