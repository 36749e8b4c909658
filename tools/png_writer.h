/* SPDX-License-Identifier: MIT */
/* Writes RGB as PNG. */
#ifndef TOOLS_PNG_WRITER_H
#define TOOLS_PNG_WRITER_H

#include <stdint.h>
#include <stdio.h>

#include <camipc/base.h>

/**
 * png_writer_write() - write a picture
 * @rgb: width x height x 3 bytes
 *
 * Takes a fraction of the time that libpng takes, for files of the same size.
 * Returns 0, -ENOMEM or the errno of writing. Thread word: reentrant.
 */
int png_writer_write(FILE *stream, const uint8_t *rgb, uint32_t width,
		     uint32_t height) CAMIPC_MUST_CHECK;

#endif /* TOOLS_PNG_WRITER_H */
