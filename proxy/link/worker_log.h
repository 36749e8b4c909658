/* SPDX-License-Identifier: MIT */
/*
 * Logs what a worker writes: lines of its module's log, and its stderr. Both
 * are untrusted, in content and in amount.
 */
#ifndef CAMIPC_PROXY_WORKER_LOG_H
#define CAMIPC_PROXY_WORKER_LOG_H

#include <camipc/limits.h>
#include <camipc/log.h>

/** Longest line, in bytes; longer ones are cut. */
#define CAMIPC_WORKER_LINE_SIZE 512

/** Lines that a worker may log at once, and lines per second after that. */
#define CAMIPC_WORKER_LOG_BURST 100
#define CAMIPC_WORKER_LOG_RATE 10

/** Most bytes of stderr that camipc_worker_log_read() reads at once. */
#define CAMIPC_STDERR_BATCH (16u * 1024u)

/** Thread word: bound. */
struct camipc_worker_log {
	char topic[80]; /* "ipa." and the module's name */
	int pid; /* printed in front of each line */
	char line[CAMIPC_WORKER_LINE_SIZE]; /* of stderr, still incomplete */
	size_t line_size;
	char tail[CAMIPC_STDERR_TAIL]; /* last lines of stderr, sanitised */
	size_t tail_size; /* without the NUL */
	uint64_t full_at_ns; /* when a whole burst is allowed again */
	uint64_t dropped; /* lines since the last one that was logged */
};

/** @module: name, for the topic. There is nothing to fini. */
void camipc_worker_log_init(struct camipc_worker_log *log, const char *module);

/** Logs the body of a LOG message; unknown levels count as debug. */
void camipc_worker_log_message(struct camipc_worker_log *log, uint32_t level,
			       const void *text, size_t size);

/**
 * Logs the lines that can be read from @fd, up to CAMIPC_STDERR_BATCH bytes.
 * Returns 0, or -EPIPE at the end of the file.
 */
int camipc_worker_log_read(struct camipc_worker_log *log, int fd);

/** Logs a last line without newline, and how many lines were dropped. */
void camipc_worker_log_finish(struct camipc_worker_log *log);

#endif /* CAMIPC_PROXY_WORKER_LOG_H */
