/* SPDX-License-Identifier: MIT */
/* Splits stderr into lines, limits their rate, and keeps the last of them. */
#include "worker_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "untrusted_stream.h"

void camipc_worker_log_init(struct camipc_worker_log *log, const char *module,
			    struct camipc_log_share *share)
{
	memset(log, 0, sizeof(*log));
	log->share = share ? share : &log->own;
	snprintf(log->topic, sizeof(log->topic), "ipa.%s", module);
}

/* The pid, in front of each line. */
static const char *name_worker(const struct camipc_worker_log *log,
			       char who[static 16])
{
	snprintf(who, 16, "[%d]", log->pid);
	return who;
}

static void log_line(struct camipc_worker_log *log,
		     enum camipc_log_level level, const char *text)
{
	char who[16];

	camipc_log_foreign(log->share, level, log->topic,
			   name_worker(log, who), text);
}

void camipc_worker_log_message(struct camipc_worker_log *log, uint32_t level,
			       const void *text, size_t size)
{
	char plain[CAMIPC_WORKER_LINE_SIZE];
	char line[CAMIPC_WORKER_LINE_SIZE];

	if (level > CAMIPC_LOG_DEBUG)
		level = CAMIPC_LOG_DEBUG;
	size = camipc_strip_escapes(plain, sizeof(plain), text, size);
	camipc_sanitise(line, sizeof(line), plain, size);
	log_line(log,
		 camipc_foreign_level(line, (enum camipc_log_level)level),
		 line);
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
				      camipc_foreign_line_end(&log->reading));

	if (!size)
		return;
	keep_in_tail(log, clean, size);
	log_line(log, camipc_foreign_level(clean, CAMIPC_LOG_WARNING), clean);
}

static void take_bytes(struct camipc_worker_log *log, const char *bytes,
		       size_t size)
{
	while (size) {
		const char *newline = memchr(bytes, '\n', size);
		size_t part = newline ? (size_t)(newline - bytes) : size;

		camipc_foreign_line_add(&log->reading, log->line,
					sizeof(log->line), bytes, part);
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
		ssize_t n = camipc_untrusted_stream_read(fd, bytes,
							 sizeof(bytes));

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno == EBADMSG)
			log_line(log, CAMIPC_LOG_WARNING,
				 "sent file descriptors to its stderr, which is "
				 "not read any more");
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

void camipc_worker_log_settle(struct camipc_worker_log *log)
{
	char who[16];

	camipc_log_foreign_settle(log->share, log->topic,
				  name_worker(log, who), false);
}

void camipc_worker_log_finish(struct camipc_worker_log *log)
{
	char who[16];

	end_line(log);
	camipc_log_foreign_settle(log->share, log->topic,
				  name_worker(log, who), true);
}
