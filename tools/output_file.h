/* SPDX-License-Identifier: MIT */
/* Output files that appear under their name only when they are complete. Every
 * file that the tool writes is written through these functions. */
#ifndef TOOLS_OUTPUT_FILE_H
#define TOOLS_OUTPUT_FILE_H

#include <stdio.h>

#include "output_target.h"

/** Longest path in bytes, with its NUL. */
#define OUTPUT_PATH_SIZE PATH_MAX

/** A file that is being written. Thread word: bound. */
struct output_file {
	FILE *stream;
	struct output_target target;
	char temporary[PATH_MAX]; /* "" if written in place */
};

/**
 * output_file_open() - open an output for writing
 *
 * A regular or new file is written under a temporary name in its folder, and
 * keeps its owner and mode. Links are followed. A pipe, a character device or
 * "-" is written in place; a pipe without a reader is waited for, but for no
 * longer than 3 s.
 *
 * Returns 0, an error of output_target_find(), -ENXIO (no program reads from
 * the pipe), -EINTR (a signal came while waiting for one) or the errno of
 * opening; output_error_text() has words for all of them.
 */
int output_file_open(struct output_file *file,
		     const char *path) CAMIPC_MUST_CHECK;

/**
 * output_file_commit() - close the file, and give it its name
 *
 * Returns 0, or the errno of writing; then the file is removed, and one that
 * had the name before is unchanged.
 */
int output_file_commit(struct output_file *file) CAMIPC_MUST_CHECK;

/** Closes and removes the file; accepts a closed or zeroed one. Keeps errno. */
void output_file_abandon(struct output_file *file);

#endif /* TOOLS_OUTPUT_FILE_H */
