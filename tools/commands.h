/* SPDX-License-Identifier: MIT */
/* The commands of camipc. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "options.h"

/** Each returns an exit code, and prints one line before it returns one that is
 *  not EXIT_OK. */
int command_list(const struct options *options);
int command_modules(const struct options *options);
int command_capture(const struct options *options);

#endif /* TOOLS_COMMANDS_H */
