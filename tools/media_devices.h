/* SPDX-License-Identifier: MIT */
/* Prints media devices for the command list, and says why one is no camera. */
#ifndef TOOLS_MEDIA_DEVICES_H
#define TOOLS_MEDIA_DEVICES_H

#include <stddef.h>

/**
 * Prints a line for each media device, or one line if there is none, or if this
 * build cannot find any. Returns an exit code.
 */
int media_devices_print(void);

/** Sets @text to why no camera is called @name, such as "it belongs to /dev/media0; "
 *  or "/dev/media0: permission denied; "; to "" if nothing says why. */
void media_devices_explain(const char *name, char *text, size_t size);

#endif /* TOOLS_MEDIA_DEVICES_H */
