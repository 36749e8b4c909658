/* SPDX-License-Identifier: MIT */
/* What camipc list says of media devices. */
#ifndef TOOLS_MEDIA_DEVICES_H
#define TOOLS_MEDIA_DEVICES_H

/**
 * Prints a line for each media device, or one that says that there is none,
 * or that this build cannot look. Returns an exit code.
 */
int media_devices_print(void);

#endif /* TOOLS_MEDIA_DEVICES_H */
