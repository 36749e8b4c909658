/* SPDX-License-Identifier: MIT */
/* The live files of a pipeline handler, by the numbers that a recording has. */
#ifndef TOOLS_RECORD_RECORDED_FILES_H
#define TOOLS_RECORD_RECORDED_FILES_H

#include "raw_interface.h"
#include "recording_reader.h"

/** Files of one instance. */
#define RECORDED_MAX_FILES 256

struct recorded_file {
	uint64_t object; /* in the recording */
	int fd; /* of the pipeline handler's file */
};

/** Zero is empty. */
struct recorded_files {
	struct recorded_file files[RECORDED_MAX_FILES];
	uint32_t n;
};

/**
 * Keeps the files of a call: the descriptors of @args are those of @item, in
 * the same order. Returns 0, -EPROTO (another number of descriptors) or what
 * duplicating one returned. Thread word: bound.
 */
int recorded_files_keep(struct recorded_files *files,
			const struct camipc_recorded *item,
			const struct raw_message *args) CAMIPC_MUST_CHECK;

/**
 * Compares the contents that the host wrote with those of the live file.
 * Returns 0; 1 if they differ: @ret_offset is the first byte that does; also 0
 * if one of them is not known. Thread word: bound.
 */
int recorded_files_compare(const struct recorded_files *files,
			   struct camipc_recording *recording,
			   const struct camipc_recorded *item,
			   uint64_t *ret_offset) CAMIPC_MUST_CHECK;

/**
 * Writes what the host read to the live file, as the IPA did. Returns 1; 0 if
 * no call has carried the file yet; -ENOENT (the contents were not recorded),
 * -ERANGE (the live file is shorter) or what writing returned. Thread word:
 * bound.
 */
int recorded_files_write(const struct recorded_files *files,
			 struct camipc_recording *recording,
			 const struct camipc_recorded *item) CAMIPC_MUST_CHECK;

/** Closes all files. */
void recorded_files_fini(struct recorded_files *files);

#endif /* TOOLS_RECORD_RECORDED_FILES_H */
