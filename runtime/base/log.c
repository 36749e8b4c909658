/* SPDX-License-Identifier: MIT */
/*
 * The log: passes each line to the host's callback or to stderr. Our own lines
 * have a rate limit on stderr, errors apart; each worker and each module has a
 * share of its own (log_share.h).
 */
#include <camipc/log.h>
#include <camipc/module.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log_filter.h"
#include "log_line.h"
#include "log_share.h"
#include "log_watch.h"
#include "text.h"

/** Longest line, in bytes; the rest is cut. */
#define LINE_SIZE 1024
#define LONG_LINE_SIZE 4096

/** The time after which a source may log one line more. */
#define INTERVAL_NS (CAMIPC_NS_PER_S / CAMIPC_LOG_SHARE_RATE)

/* The one mutable global of the runtime: levels and callback of the log. */
static struct {
	pthread_once_t once;
	pthread_mutex_t lock; /* of the members without another rule */
	atomic_int level; /* of topics without a rule */
	struct camipc_log_filter filter; /* written once, then read only */
	enum camipc_log_level most; /* the highest level of all rules */
	camipc_log_fn log;
	void *user;
	struct camipc_log_share own; /* of our lines on stderr */
} state = {
	.once = PTHREAD_ONCE_INIT,
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.level = CAMIPC_LOG_WARNING,
};

_Atomic(camipc_log_watch_fn) camipc_log_watchers[CAMIPC_N_LOG_WATCHERS];

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

/** A line's turn: the lock, in a thread that cannot be cancelled meanwhile. */
struct turn {
	int cancel_state;
};

static void begin_turn(struct turn *turn)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &turn->cancel_state);
	inside = true;
	pthread_mutex_lock(&state.lock);
}

static void end_turn(struct turn *turn)
{
	pthread_mutex_unlock(&state.lock);
	inside = false;
	pthread_setcancelstate(turn->cancel_state, NULL);
}

/*
 * Ends with its block, also if the host's callback throws an exception: all
 * threads would wait for the lock. Modules have no host's callback, and do not
 * need the unwinder's library for it.
 */
#ifdef CAMIPC_BUILDING_IPA_LIBRARY
#define TURN(name) struct turn name
#define END_TURN(name) end_turn(&(name))
#else
#define TURN(name) struct turn name __attribute__((cleanup(end_turn)))
#define END_TURN(name) ((void)(name))
#endif

static int level_of_others(void)
{
	pthread_once(&state.once, read_environment);
	return atomic_load_explicit(&state.level, memory_order_relaxed);
}

/* A leaky bucket, stored as the time at which it will be empty. */
static bool may_print(struct camipc_log_share *share)
{
	const uint64_t now = camipc_now_ns();
	uint64_t full_at = share->full_at_ns > now ? share->full_at_ns : now;

	if (full_at - now > (CAMIPC_LOG_SHARE_BURST - 1) * INTERVAL_NS)
		return false;
	share->full_at_ns = full_at + INTERVAL_NS;
	return true;
}

static void print(enum camipc_log_level level, const char *topic,
		  const char *text)
{
	fprintf(stderr, "camipc: %s: %s: %s\n", camipc_log_level_name(level),
		topic, text);
}

/* Errors always pass: the end of a worker is one. No worker can produce many
 * of them. */
static void log_to_stderr(enum camipc_log_level level, const char *topic,
			  const char *text)
{
	if (level != CAMIPC_LOG_ERROR && !may_print(&state.own)) {
		state.own.dropped++;
		return;
	}
	if (state.own.dropped)
		fprintf(stderr, "camipc: %llu lines left out\n",
			(unsigned long long)state.own.dropped);
	state.own.dropped = 0;
	print(level, topic, text);
}

void camipc_log_set(camipc_log_fn log, void *user, enum camipc_log_level level)
{
	pthread_once(&state.once, read_environment);
	pthread_mutex_lock(&state.lock);
	state.log = log;
	state.user = user;
	/* Who debugs a program sets the variable, and cannot change the call. */
	if (!state.filter.has_level)
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

/* Shows a line to the watchers. Needs no lock: a watcher has locks of its own, and
 * their users may log. */
static void show_line(enum camipc_log_level level, const char *topic,
		      const char *text)
{
	for (unsigned int i = 0; i < CAMIPC_N_LOG_WATCHERS; i++) {
		const camipc_log_watch_fn watch =
			atomic_load(&camipc_log_watchers[i]);

		if (!watch)
			continue;
		inside = true;
		watch(level, topic, text);
		inside = false;
	}
}

static void write_line(enum camipc_log_level level, const char *topic,
		       const char *text)
{
	TURN(turn);

	begin_turn(&turn);
	if (state.log)
		state.log(state.user, level, topic, text);
	else
		log_to_stderr(level, topic, text);
	END_TURN(turn);
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

	write_line(level, topic, text);
	show_line(level, topic, text);
	errno = kept;
}

static void write_long_line(const char *topic, const char *text)
{
	TURN(turn);

	begin_turn(&turn);
	if (state.log)
		state.log(state.user, CAMIPC_LOG_DEBUG, topic, text);
	else
		fprintf(stderr, "camipc: %s: %s\n", topic, text);
	END_TURN(turn);
}

/* ---- lines of others ---------------------------------------------------- */

/* Needs the lock. */
static void pass_on(enum camipc_log_level level, const char *topic,
		    const char *text)
{
	char clean[LINE_SIZE];

	camipc_sanitise(clean, sizeof(clean), text, strlen(text));
	if (state.log)
		state.log(state.user, level, topic, clean);
	else
		print(level, topic, clean);
}

static void note_dropped(struct camipc_log_share *share)
{
	share->last_drop_ns = camipc_now_ns();
	if (!share->dropped++)
		share->first_drop_ns = share->last_drop_ns;
}

static bool has_flood_ended(const struct camipc_log_share *share)
{
	const uint64_t now = camipc_now_ns();

	return now - share->last_drop_ns >=
		       CAMIPC_LOG_FLOOD_END_MS * CAMIPC_NS_PER_MS ||
	       now - share->first_drop_ns >=
		       CAMIPC_LOG_FLOOD_TOLD_MS * CAMIPC_NS_PER_MS;
}

/* Needs the lock. */
static void tell_dropped(struct camipc_log_share *share, const char *topic,
			 const char *who, bool at_end)
{
	char text[LINE_SIZE];

	if (!share->dropped || (!at_end && !has_flood_ended(share)))
		return;
	snprintf(text, sizeof(text), "%s %llu lines were dropped", who,
		 (unsigned long long)share->dropped);
	share->dropped = 0;
	pass_on(CAMIPC_LOG_WARNING, topic, text);
}

void camipc_log_foreign(struct camipc_log_share *share,
			enum camipc_log_level level, const char *topic,
			const char *who, const char *text)
{
	int kept = errno;
	char line[LINE_SIZE];
	bool is_passed;

	if (inside || !camipc_log_wants_topic(level, topic))
		return;
	snprintf(line, sizeof(line), "%s %s", who, text);
	inside = true;
	pthread_mutex_lock(&state.lock);
	is_passed = (share->only_stderr && state.log) || may_print(share);
	if (is_passed) {
		tell_dropped(share, topic, who, false);
		pass_on(level, topic, line);
	} else {
		note_dropped(share);
	}
	pthread_mutex_unlock(&state.lock);
	inside = false;
	if (is_passed)
		show_line(level, topic, line);
	errno = kept;
}

void camipc_log_foreign_settle(struct camipc_log_share *share,
			       const char *topic, const char *who, bool at_end)
{
	int kept = errno;

	if (inside || !share->dropped)
		return;
	inside = true;
	pthread_mutex_lock(&state.lock);
	tell_dropped(share, topic, who, at_end);
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
	write_long_line(topic, clean);
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
