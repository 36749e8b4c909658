/* SPDX-License-Identifier: MIT */
/* Files that are either whole, or not there. */
#ifndef TOOLS_OUTPUT_FILE_H
#define TOOLS_OUTPUT_FILE_H

#include <stdio.h>

#include <camipc/base.h>

#define OUTPUT_PATH_SIZE 4096

/** A file being written. Thread word: bound. */
struct output_file {
	FILE *stream;
	char path[OUTPUT_PATH_SIZE];
	char temporary[OUTPUT_PATH_SIZE]; /* "": written in place */
};

/**
 * output_file_open() - begin a file beside @path
 *
 * What exists there and is no ordinary file (a pipe, a terminal, /dev/full) is
 * written in place. Returns 0, -ENAMETOOLONG or what opening gave.
 */
int output_file_open(struct output_file *file,
		     const char *path) CAMIPC_MUST_CHECK;

/**
 * output_file_commit() - give it its name, if all of it could be written
 *
 * Returns 0 or the error of writing; nothing is left then.
 */
int output_file_commit(struct output_file *file) CAMIPC_MUST_CHECK;

/** Forgets it, and leaves nothing; a closed or zeroed one is fine. */
void output_file_abandon(struct output_file *file);

#endif /* TOOLS_OUTPUT_FILE_H */
