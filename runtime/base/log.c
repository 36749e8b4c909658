/* SPDX-License-Identifier: MIT */
/*
 * The log: passes each line to the host's callback or, with a rate limit, to
 * stderr.
 */
#include <camipc/log.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log_filter.h"
#include "log_line.h"
#include "text.h"

/** Longest line, in bytes; the rest is cut. */
#define LINE_SIZE 1024
#define LONG_LINE_SIZE 4096

/**
 * Lines that stderr gets at once, and the time after which it gets one more.
 */
#define STDERR_BURST 100
#define STDERR_INTERVAL_NS (CAMIPC_NS_PER_S / 10)

/* The one mutable global of the runtime: levels and callback of the log. */
static struct {
	pthread_once_t once;
	pthread_mutex_t lock; /* of the members without another rule */
	atomic_int level; /* of topics without a rule */
	struct camipc_log_filter filter; /* written once, then read only */
	enum camipc_log_level most; /* the highest level of all rules */
	camipc_log_fn log;
	void *user;
	uint64_t full_at_ns; /* when STDERR_BURST lines are free again */
	uint64_t suppressed;
} state = {
	.once = PTHREAD_ONCE_INIT,
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.level = CAMIPC_LOG_WARNING,
};

/* True while this thread is in a callback, which would wait for itself. */
static _Thread_local bool inside;

static void read_environment(void)
{
	const char *wanted = secure_getenv("CAMIPC_LOG");
	char error[192];

	state.most = CAMIPC_LOG_ERROR;
	if (!wanted || !wanted[0])
		return;
	/* There is no callback yet, and the user who set the variable reads
	 * stderr. */
	if (camipc_log_filter_parse(&state.filter, wanted, error,
				    sizeof(error)) < 0)
		fprintf(stderr, "camipc: CAMIPC_LOG is ignored: %s\n", error);
	if (state.filter.has_level)
		atomic_store(&state.level, (int)state.filter.level);
	for (unsigned int i = 0; i < state.filter.n_rules; i++) {
		if (state.filter.rules[i].level > state.most)
			state.most = state.filter.rules[i].level;
	}
}

static int level_of_others(void)
{
	pthread_once(&state.once, read_environment);
	return atomic_load_explicit(&state.level, memory_order_relaxed);
}

/* A leaky bucket, stored as the time at which it will be empty. */
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
	fprintf(stderr, "camipc: %s: %s: %s\n", camipc_log_level_name(level), topic,
		text);
}

void camipc_log_set(camipc_log_fn log, void *user, enum camipc_log_level level)
{
	/* First; later it would override the host's choice. */
	pthread_once(&state.once, read_environment);
	pthread_mutex_lock(&state.lock);
	state.log = log;
	state.user = user;
	atomic_store(&state.level, (int)level);
	pthread_mutex_unlock(&state.lock);
}

bool camipc_log_wants(enum camipc_log_level level)
{
	return (int)level <= level_of_others() || level <= state.most;
}

bool camipc_log_wants_topic(enum camipc_log_level level, const char *topic)
{
	int others = level_of_others();

	if (!state.filter.n_rules)
		return (int)level <= others;
	return level <= camipc_log_filter_level(
				&state.filter, (enum camipc_log_level)others,
				topic);
}

void camipc_log(enum camipc_log_level level, const char *topic,
		const char *format, ...)
{
	int kept = errno;
	char raw[LINE_SIZE];
	char text[LINE_SIZE];
	va_list args;

	if (inside || (int)level < 0 || level > CAMIPC_LOG_DEBUG ||
	    !camipc_log_wants_topic(level, topic)) {
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

void camipc_log_line(const char *topic, const char *text)
{
	int kept = errno;
	char clean[LONG_LINE_SIZE];

	if (inside)
		return;
	pthread_once(&state.once, read_environment);
	camipc_sanitise(clean, sizeof(clean), text, strlen(text));
	inside = true;
	pthread_mutex_lock(&state.lock);
	if (state.log)
		state.log(state.user, CAMIPC_LOG_DEBUG, topic, clean);
	else
		fprintf(stderr, "camipc: %s: %s\n", topic, clean);
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
