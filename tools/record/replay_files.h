/* SPDX-License-Identifier: MIT */
/* Files of a recording, made again: shared buffers, and files that were passed. */
#ifndef TOOLS_RECORD_REPLAY_FILES_H
#define TOOLS_RECORD_REPLAY_FILES_H

#include "recording_reader.h"

/** Files of one replay. */
#define REPLAY_MAX_FILES 1024

/** Bytes of one file: what a recorder writes of it, and more. */
#define REPLAY_MAX_SIZE (256u * 1024u * 1024u)

struct replay_file {
	uint64_t object;
	int fd; /* of memory, open for reading and writing */
	uint8_t *data; /* all of it, mapped */
	size_t size;
};

/** Zero is empty. */
struct replay_files {
	struct replay_file files[REPLAY_MAX_FILES];
	uint32_t n;
};

/**
 * Does what a recorded access did: writes its contents, or compares them.
 * Returns 0; 1 if they differ: @ret_offset is the first byte that does; -ENOENT
 * (the recording lacks the contents) or another error.
 */
int replay_files_access(struct replay_files *files,
			struct camipc_recording *recording,
			const struct camipc_recorded *item,
			uint64_t *ret_offset) CAMIPC_MUST_CHECK;

/**
 * Makes the descriptors of a message. @ret_fds gets @item->n_fds of them, for
 * the caller to close. Returns 0 or an error.
 */
int replay_files_open(struct replay_files *files,
		      const struct camipc_recorded *item,
		      int *ret_fds) CAMIPC_MUST_CHECK;

/** Closes all files. */
void replay_files_fini(struct replay_files *files);

#endif /* TOOLS_RECORD_REPLAY_FILES_H */
