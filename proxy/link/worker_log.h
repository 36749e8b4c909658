/* SPDX-License-Identifier: MIT */
/*
 * What a worker says that is no message to the pipeline: lines of its module,
 * and its stderr. Both may be anything, and any amount of it.
 */
#ifndef CAMIPC_PROXY_WORKER_LOG_H
#define CAMIPC_PROXY_WORKER_LOG_H

#include <camipc/limits.h>
#include <camipc/log.h>

/** Longest line, in bytes; the rest of it is cut. */
#define CAMIPC_WORKER_LINE_SIZE 512

/** Lines a worker may log at once, and how many a second after that. */
#define CAMIPC_WORKER_LOG_BURST 100
#define CAMIPC_WORKER_LOG_RATE 10

/** Bytes of stderr that one service reads at most. */
#define CAMIPC_STDERR_BATCH (16u * 1024u)

/** Thread word: bound. */
struct camipc_worker_log {
	char topic[80]; /* "ipa." and the module's name */
	int pid; /* in front of each line */
	char line[CAMIPC_WORKER_LINE_SIZE]; /* of stderr, not ended yet */
	size_t line_size;
	char tail[CAMIPC_STDERR_TAIL]; /* last lines of stderr, clean */
	size_t tail_size; /* without the NUL */
	uint64_t full_at_ns; /* when the burst is free again */
	uint64_t left_out; /* lines, since the last one that passed */
};

/** @module: name, for the topic. Nothing to fini. */
void camipc_worker_log_init(struct camipc_worker_log *log, const char *module);

/** The body of a LOG message; unknown levels count as debug. */
void camipc_worker_log_message(struct camipc_worker_log *log, uint32_t level,
			       const void *text, size_t size);

/**
 * Logs the lines that wait in @fd, up to CAMIPC_STDERR_BATCH bytes. Returns 0,
 * or -EPIPE once it ended.
 */
int camipc_worker_log_read(struct camipc_worker_log *log, int fd);

/** Logs a last line without newline, and how many lines were left out. */
void camipc_worker_log_finish(struct camipc_worker_log *log);

#endif /* CAMIPC_PROXY_WORKER_LOG_H */
