/* SPDX-License-Identifier: MIT */
/*
 * Shares of the log: lines of a worker or of a module, which may write as many
 * as it likes. Each source has a rate of its own, so that none of them can push
 * out the lines of another, or ours.
 */
#ifndef CAMIPC_BASE_LOG_SHARE_H
#define CAMIPC_BASE_LOG_SHARE_H

#include <camipc/limits.h>
#include <camipc/log.h>

/** What a source has used, under the lock of the log. Zeroed at first. */
struct camipc_log_share {
	uint64_t full_at_ns; /* when a whole burst is allowed again */
	uint64_t dropped; /* lines of which no line told yet */
	uint64_t first_drop_ns; /* of those */
	uint64_t last_drop_ns;
	bool only_stderr; /* a callback of the host gets all lines */
};

/** Lines that a source may log at once, and lines per second after that. */
#define CAMIPC_LOG_SHARE_BURST 100
#define CAMIPC_LOG_SHARE_RATE 10

/** A flood has ended when no line was dropped for this long. */
#define CAMIPC_LOG_FLOOD_END_MS 1000

/** A flood that does not end gets a line about it this often. */
#define CAMIPC_LOG_FLOOD_TOLD_MS 10000

/**
 * camipc_log_foreign() - log a line of a source, if its share allows it
 * @who: stands in front of the line: "[4711]"
 *
 * When a flood has ended, or goes on for ten seconds, one more line says how
 * many lines were dropped. Thread word: safe.
 */
void camipc_log_foreign(struct camipc_log_share *share,
			enum camipc_log_level level, const char *topic,
			const char *who, const char *text);

/**
 * camipc_log_foreign_settle() - tell how many lines were dropped
 * @at_end: the source has ended: tells it now, also within its flood
 *
 * Tells it once the flood has ended. Costs nothing if no line was dropped. Not
 * while camipc_log_foreign() runs with the same share. Thread word: bound.
 */
void camipc_log_foreign_settle(struct camipc_log_share *share,
			       const char *topic, const char *who,
			       bool at_end);

#endif /* CAMIPC_BASE_LOG_SHARE_H */
