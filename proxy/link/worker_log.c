/* SPDX-License-Identifier: MIT */
/* Splits stderr into lines, limits their rate, and keeps the last of them. */
#include "worker_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

#define INTERVAL_NS (CAMIPC_NS_PER_S / CAMIPC_WORKER_LOG_RATE)

void camipc_worker_log_init(struct camipc_worker_log *log, const char *module)
{
	memset(log, 0, sizeof(*log));
	snprintf(log->topic, sizeof(log->topic), "ipa.%s", module);
}

static void log_dropped(struct camipc_worker_log *log)
{
	if (!log->dropped)
		return;
	camipc_log(CAMIPC_LOG_WARNING, log->topic,
		   "[%d] %llu lines of the worker dropped", log->pid,
		   (unsigned long long)log->dropped);
	log->dropped = 0;
}

/* A leaky bucket, stored as the moment at which it will be empty. */
static bool may_log(struct camipc_worker_log *log)
{
	uint64_t now = camipc_now_ns();
	uint64_t full_at = log->full_at_ns > now ? log->full_at_ns : now;

	if (full_at - now > (CAMIPC_WORKER_LOG_BURST - 1) * INTERVAL_NS) {
		log->dropped++;
		return false;
	}
	log->full_at_ns = full_at + INTERVAL_NS;
	return true;
}

static void log_line(struct camipc_worker_log *log,
		     enum camipc_log_level level, const char *text)
{
	if (!camipc_log_wants_topic(level, log->topic) ||
	    !may_log(log))
		return;
	log_dropped(log);
	camipc_log(level, log->topic, "[%d] %s", log->pid, text);
}

void camipc_worker_log_message(struct camipc_worker_log *log, uint32_t level,
			       const void *text, size_t size)
{
	char line[CAMIPC_WORKER_LINE_SIZE];

	if (level > CAMIPC_LOG_DEBUG)
		level = CAMIPC_LOG_DEBUG;
	camipc_sanitise(line, sizeof(line), text, size);
	log_line(log, (enum camipc_log_level)level, line);
}

/* Keeps whole lines while they fit; the newest always stays. */
static void keep_in_tail(struct camipc_worker_log *log, const char *line,
			 size_t size)
{
	size_t room = sizeof(log->tail) - 1;

	while (log->tail_size && log->tail_size + 1 + size > room) {
		char *newline = memchr(log->tail, '\n', log->tail_size);
		size_t gone = newline ? (size_t)(newline - log->tail) + 1 :
					log->tail_size;

		memmove(log->tail, log->tail + gone, log->tail_size - gone);
		log->tail_size -= gone;
	}
	if (log->tail_size)
		log->tail[log->tail_size++] = '\n';
	memcpy(log->tail + log->tail_size, line, size);
	log->tail_size += size;
	log->tail[log->tail_size] = '\0';
}

static void end_line(struct camipc_worker_log *log)
{
	char clean[CAMIPC_WORKER_LINE_SIZE];
	size_t size = camipc_sanitise(clean, sizeof(clean), log->line,
				      log->line_size);

	log->line_size = 0;
	if (!size)
		return;
	keep_in_tail(log, clean, size);
	log_line(log, CAMIPC_LOG_WARNING, clean);
}

static void take_bytes(struct camipc_worker_log *log, const char *bytes,
		       size_t size)
{
	while (size) {
		const char *newline = memchr(bytes, '\n', size);
		size_t part = newline ? (size_t)(newline - bytes) : size;
		size_t room = sizeof(log->line) - log->line_size;
		size_t kept = part < room ? part : room;

		memcpy(log->line + log->line_size, bytes, kept);
		log->line_size += kept;
		if (!newline)
			return;
		end_line(log);
		bytes += part + 1;
		size -= part + 1;
	}
}

int camipc_worker_log_read(struct camipc_worker_log *log, int fd)
{
	char bytes[4096];

	for (size_t total = 0; total < CAMIPC_STDERR_BATCH;) {
		ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return -EPIPE;
		take_bytes(log, bytes, (size_t)n);
		total += (size_t)n;
		/* A short read emptied the pipe: no need to ask again. */
		if ((size_t)n < sizeof(bytes))
			return 0;
	}
	return 0;
}

void camipc_worker_log_finish(struct camipc_worker_log *log)
{
	end_line(log);
	log_dropped(log);
}
