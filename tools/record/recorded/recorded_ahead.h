/* SPDX-License-Identifier: MIT */
/*
 * Contents of buffers that the IPA wrote, found where the host read them. They
 * are written as early as the host can no longer see what was there before:
 * once it has made a call that was recorded after it read the former contents.
 */
#ifndef TOOLS_RECORD_RECORDED_AHEAD_H
#define TOOLS_RECORD_RECORDED_AHEAD_H

#include "recorded_files.h"

/** How many calls ahead contents are looked for. */
#define RECORDED_AHEAD_CALLS 16

/** Accesses that are known ahead. */
#define RECORDED_AHEAD_MAX 1024

/** An access of the host. */
struct recorded_access {
	uint64_t place; /* number of the item, from 0 */
	uint64_t object;
	uint64_t offset;
	uint32_t length;
	uint8_t hash[CAMIPC_HASH_SIZE];
	bool is_read;
	bool is_done; /* its contents are in the live buffer */
};

/** Thread word: bound. */
struct recorded_ahead {
	struct camipc_recording *recording; /* read for this purpose only */
	uint32_t proxy;
	uint64_t place; /* of the next item */
	uint64_t n_calls; /* that were passed */
	struct recorded_access accesses[RECORDED_AHEAD_MAX];
	uint32_t n;
};

/**
 * Writes all contents that may be written when the host makes the call at
 * @place, which is call number @n_calls. Returns 0; -ENOENT (contents were not
 * recorded) or what writing returned.
 */
int recorded_ahead_write(struct recorded_ahead *ahead,
			 const struct recorded_files *files, uint64_t place,
			 uint64_t n_calls) CAMIPC_MUST_CHECK;

#endif /* TOOLS_RECORD_RECORDED_AHEAD_H */
