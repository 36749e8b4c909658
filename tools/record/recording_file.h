/* SPDX-License-Identifier: MIT */
/* Opens the recording that is a command's argument. */
#ifndef TOOLS_RECORD_RECORDING_FILE_H
#define TOOLS_RECORD_RECORDING_FILE_H

#include "output_target.h"
#include "recording_reader.h"

struct recording_file {
	const char *path;
	int fd;
	struct camipc_recording *recording;
};

/** Opens it. Returns EXIT_OK, or another exit code after a report. */
int recording_file_open(struct recording_file *file, const char *path);

/**
 * recording_file_spare() - keep an output from replacing the recording
 * @path: the recording
 * @option: the option that names the output
 * @output: the output's name
 * @target: where it leads
 *
 * Returns EXIT_OK, or EXIT_USAGE after a report if they are one file.
 */
int recording_file_spare(const char *path, const char *option,
			 const char *output,
			 const struct output_target *target);

/** Closes it; a zeroed one that was not opened is fine. */
void recording_file_close(struct recording_file *file);

/**
 * Reports why reading has ended, unless the recording is complete. Returns
 * EXIT_OK; EXIT_FAILED for a damaged recording.
 */
int recording_file_report_end(const struct recording_file *file);

#endif /* TOOLS_RECORD_RECORDING_FILE_H */
