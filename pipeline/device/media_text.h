/* SPDX-License-Identifier: MIT */
/* Text from a driver, or from a device that somebody plugged in. */
#ifndef DEVICE_MEDIA_TEXT_H
#define DEVICE_MEDIA_TEXT_H

#include <stddef.h>

/**
 * media_text_copy() - copy a fixed-size text field
 * @to: at least @size + 1 bytes; receives a NUL at its end
 * @from: ends with a NUL or after @size bytes
 *
 * Names reach terminals, and a USB device chooses its own name. If the text is
 * not UTF-8 or has control characters, each byte that is not printable ASCII is
 * replaced by '?'. Thread word: reentrant.
 */
void media_text_copy(char *to, const char *from, size_t size);

#endif /* DEVICE_MEDIA_TEXT_H */
