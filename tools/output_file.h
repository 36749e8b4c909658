/* SPDX-License-Identifier: MIT */
/* Output files that appear under their name only when they are complete. */
#ifndef TOOLS_OUTPUT_FILE_H
#define TOOLS_OUTPUT_FILE_H

#include <stdio.h>

#include <camipc/base.h>

/** Longest path in bytes, with its NUL. */
#define OUTPUT_PATH_SIZE 4096

/** A file that is being written. Thread word: bound. */
struct output_file {
	FILE *stream;
	char path[OUTPUT_PATH_SIZE];
	char temporary[OUTPUT_PATH_SIZE]; /* "" if written in place */
};

/**
 * output_file_open() - open a temporary file beside @path
 *
 * If @path exists and is not a regular file (a pipe, a terminal, /dev/full), it
 * is written in place. Returns 0, -ENAMETOOLONG or the errno of opening.
 */
int output_file_open(struct output_file *file,
		     const char *path) CAMIPC_MUST_CHECK;

/**
 * output_file_commit() - close the file, and give it its name
 *
 * Returns 0, or the errno of writing; then the file is removed.
 */
int output_file_commit(struct output_file *file) CAMIPC_MUST_CHECK;

/** Closes and removes the file; accepts a closed or zeroed one. */
void output_file_abandon(struct output_file *file);

#endif /* TOOLS_OUTPUT_FILE_H */
