/* SPDX-License-Identifier: MIT */
/* What camipc can do; one file each. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "options.h"

/** Each returns an exit code, after one line if it is not 0. */
int command_list(const struct options *options);
int command_modules(const struct options *options);
int command_capture(const struct options *options);

#endif /* TOOLS_COMMANDS_H */
