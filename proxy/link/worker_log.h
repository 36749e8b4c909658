/* SPDX-License-Identifier: MIT */
/*
 * Logs what a worker writes: lines of its module's log, and its stderr. Both
 * are untrusted, in content and in amount.
 */
#ifndef CAMIPC_PROXY_WORKER_LOG_H
#define CAMIPC_PROXY_WORKER_LOG_H

#include <camipc/limits.h>
#include <camipc/log.h>

#include "foreign_line.h"
#include "log_share.h"

/** Longest line, in bytes; longer ones are cut. */
#define CAMIPC_WORKER_LINE_SIZE 512

/** Most bytes of stderr that camipc_worker_log_read() reads at once. */
#define CAMIPC_STDERR_BATCH (16u * 1024u)

/** Thread word: bound. Must not move. */
struct camipc_worker_log {
	char topic[100]; /* "ipa." and the module's name with its argument */
	int pid; /* printed in front of each line */
	char line[CAMIPC_WORKER_LINE_SIZE]; /* of stderr, still incomplete */
	struct camipc_foreign_line reading; /* of it */
	char tail[CAMIPC_STDERR_TAIL]; /* last lines of stderr, sanitised */
	size_t tail_size; /* without the NUL */
	struct camipc_log_share *share; /* of the log */
	struct camipc_log_share own; /* where nobody has another one */
};

/**
 * @module: name, for the topic. @share: of all workers that follow each other, or
 * each would begin with a burst; it is borrowed, and NULL gives the log one of its
 * own. There is nothing to fini.
 */
void camipc_worker_log_init(struct camipc_worker_log *log, const char *module,
			    struct camipc_log_share *share);

/**
 * Logs the body of a LOG message, without escape sequences. Unknown levels count
 * as debug; a level that the text states, as libcamera's does, wins.
 */
void camipc_worker_log_message(struct camipc_worker_log *log, uint32_t level,
			       const void *text, size_t size);

/**
 * Logs the lines that can be read from @fd, up to CAMIPC_STDERR_BATCH bytes: as
 * warnings, or with the level that a line states. Escape sequences are left out.
 * Returns 0, or -EPIPE at the end of the file.
 */
int camipc_worker_log_read(struct camipc_worker_log *log, int fd);

/** Says how many lines were dropped, once the flood has ended. */
void camipc_worker_log_settle(struct camipc_worker_log *log);

/** Logs a last line without newline, and how many lines were dropped. */
void camipc_worker_log_finish(struct camipc_worker_log *log);

#endif /* CAMIPC_PROXY_WORKER_LOG_H */
