/* SPDX-License-Identifier: MIT */
/* Prints media devices for the command list. */
#ifndef TOOLS_MEDIA_DEVICES_H
#define TOOLS_MEDIA_DEVICES_H

/**
 * Prints a line for each media device, or one line if there is none, or if this
 * build cannot find any. Returns an exit code.
 */
int media_devices_print(void);

#endif /* TOOLS_MEDIA_DEVICES_H */
