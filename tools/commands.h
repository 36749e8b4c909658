/* SPDX-License-Identifier: MIT */
/* The commands of camipc. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "options.h"

/** Makes a manager for commands that search; NULL after it has reported why it
 *  could not. */
struct camipc_manager *open_manager(const struct options *options);

/** Each returns an exit code, and prints one line before it returns one that is
 *  not EXIT_OK. */
int command_list(const struct options *options);
int command_modules(const struct options *options);
int command_capture(const struct options *options);
int command_keygen(const struct options *options);
int command_sign(const struct options *options);
int command_verify(const struct options *options);
int command_dump(const struct options *options);
int command_replay(const struct options *options);
int command_minimise(const struct options *options);
int command_timeline(const struct options *options);
int command_monitor(const struct options *options);

/**
 * Finds the command in "sandbox learn [--] [camipc] capture …". Returns its place,
 * or -1 after it has reported what is wrong.
 */
int learn_find_command(int argc, char **argv);

/**
 * Captures, and prints the manifest that the module would need on stdout. Returns
 * the exit code of the capture.
 */
int learn_capture(struct options *options);
int command_hostile(const struct options *options);

#endif /* TOOLS_COMMANDS_H */
