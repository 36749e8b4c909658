/* SPDX-License-Identifier: MIT */
#include <camipc/log.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "text.h"

/** Longest line, in bytes; the rest is cut. */
#define LINE_SIZE 1024

/** Lines stderr takes at once, and how long one more has to wait after. */
#define STDERR_BURST 100
#define STDERR_INTERVAL_NS (CAMIPC_NS_PER_S / 10)

static const char *const level_names[] = { "error", "warning", "info",
					   "debug" };

/* The one mutable global of the runtime: levels and callback of the log. */
static struct {
	pthread_once_t once;
	pthread_mutex_t lock; /* for all but level */
	atomic_int level;
	camipc_log_fn log;
	void *user;
	uint64_t full_at_ns; /* when STDERR_BURST lines are free again */
	uint64_t suppressed;
} state = {
	.once = PTHREAD_ONCE_INIT,
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.level = CAMIPC_LOG_WARNING,
};

/* A callback that logs would wait for itself. */
static _Thread_local bool inside;

static void read_environment(void)
{
	const char *wanted = secure_getenv("CAMIPC_LOG");

	if (!wanted)
		return;
	for (int i = 0; i <= CAMIPC_LOG_DEBUG; i++) {
		if (strcmp(wanted, level_names[i]) == 0)
			atomic_store(&state.level, i);
	}
}

/* A leaky bucket, as the moment at which it will be empty. */
static bool may_print(uint64_t now)
{
	uint64_t full_at = state.full_at_ns > now ? state.full_at_ns : now;

	if (full_at - now > (STDERR_BURST - 1) * STDERR_INTERVAL_NS) {
		state.suppressed++;
		return false;
	}
	state.full_at_ns = full_at + STDERR_INTERVAL_NS;
	return true;
}

static void log_to_stderr(enum camipc_log_level level, const char *topic,
			  const char *text)
{
	if (!may_print(camipc_now_ns()))
		return;
	if (state.suppressed) {
		fprintf(stderr, "camipc: %llu lines left out\n",
			(unsigned long long)state.suppressed);
		state.suppressed = 0;
	}
	fprintf(stderr, "camipc: %s: %s: %s\n", level_names[level], topic,
		text);
}

void camipc_log_set(camipc_log_fn log, void *user, enum camipc_log_level level)
{
	/* First, or it would overwrite the host's choice later. */
	pthread_once(&state.once, read_environment);
	pthread_mutex_lock(&state.lock);
	state.log = log;
	state.user = user;
	atomic_store(&state.level, (int)level);
	pthread_mutex_unlock(&state.lock);
}

bool camipc_log_wants(enum camipc_log_level level)
{
	pthread_once(&state.once, read_environment);
	return (int)level <=
	       atomic_load_explicit(&state.level, memory_order_relaxed);
}

void camipc_log(enum camipc_log_level level, const char *topic,
		const char *format, ...)
{
	int kept = errno;
	char raw[LINE_SIZE];
	char text[LINE_SIZE];
	va_list args;

	if (inside || (int)level < 0 || level > CAMIPC_LOG_DEBUG ||
	    !camipc_log_wants(level)) {
		errno = kept;
		return;
	}
	va_start(args, format);
	errno = kept;
	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		raw[0] = '\0';
	va_end(args);
	camipc_sanitise(text, sizeof(text), raw, strlen(raw));

	inside = true;
	pthread_mutex_lock(&state.lock);
	if (state.log)
		state.log(state.user, level, topic, text);
	else
		log_to_stderr(level, topic, text);
	pthread_mutex_unlock(&state.lock);
	inside = false;
	errno = kept;
}

void camipc_host_log(struct camipc_host *host, enum camipc_log_level level,
		     const char *format, ...)
{
	int kept = errno;
	char text[LINE_SIZE];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	host->log(host, level, text);
	errno = kept;
}
