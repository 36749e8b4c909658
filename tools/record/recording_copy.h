/* SPDX-License-Identifier: MIT */
/* Copies a part of a recording to a new one. */
#ifndef TOOLS_RECORD_RECORDING_COPY_H
#define TOOLS_RECORD_RECORDING_COPY_H

#include "replay_run.h"

/** Which part of a recording is copied. */
struct recording_part {
	const char *path;
	uint32_t proxy; /* number 0 of the new one, with its interface */
	enum replay_fate (*fate)(const void *user, uint32_t number);
	const void *user;
};

/**
 * Writes the new file @to, which must not exist, with the contents of buffers
 * that its items need. A message that is not compared loses its body and counts
 * as redacted. Returns 0 or an error after one line in the log; the file may
 * exist then. Thread word: bound.
 */
int recording_copy(const struct recording_part *part,
		   const char *to) CAMIPC_MUST_CHECK;

#endif /* TOOLS_RECORD_RECORDING_COPY_H */
