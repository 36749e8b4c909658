/* SPDX-License-Identifier: MIT */
/* Prints errors together with what the library logged about them. */
#include "report.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <camipc/log.h>

static struct {
	pthread_mutex_t mutex;
	bool verbose;
	bool running;
	char held[512]; /* the latest error or warning of the library */
	enum camipc_log_level held_level;
} report = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static const char *level_name(enum camipc_log_level level)
{
	switch (level) {
	case CAMIPC_LOG_ERROR:
		return "error";
	case CAMIPC_LOG_WARNING:
		return "warning";
	case CAMIPC_LOG_INFO:
		return "info";
	case CAMIPC_LOG_DEBUG:
		return "debug";
	}
	return "log";
}

/* Returns true for messages that are kept for a failure's line. */
static bool hold(enum camipc_log_level level)
{
	if (report.verbose)
		return false;
	return level == CAMIPC_LOG_ERROR ||
	       (level == CAMIPC_LOG_WARNING && !report.running);
}

static void on_log(void *user, enum camipc_log_level level, const char *topic,
		   const char *text)
{
	(void)user;
	pthread_mutex_lock(&report.mutex);
	if (hold(level)) {
		/* An error says more than the warnings after it. */
		if (!report.held[0] || level <= report.held_level) {
			snprintf(report.held, sizeof(report.held), "%s", text);
			report.held_level = level;
		}
	} else {
		fprintf(stderr, "camipc: %s: %s: %s\n", level_name(level),
			topic, text);
	}
	pthread_mutex_unlock(&report.mutex);
}

void report_init(bool verbose)
{
	report.verbose = verbose;
	camipc_log_set(on_log, NULL,
		       verbose ? CAMIPC_LOG_DEBUG : CAMIPC_LOG_WARNING);
}

void report_error(const char *format, ...)
{
	char line[1200];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	pthread_mutex_lock(&report.mutex);
	if (report.held[0] && !strstr(line, report.held))
		fprintf(stderr, "camipc: %s (%s)\n", line, report.held);
	else
		fprintf(stderr, "camipc: %s\n", line);
	report.held[0] = '\0';
	pthread_mutex_unlock(&report.mutex);
}

void report_running(void)
{
	pthread_mutex_lock(&report.mutex);
	if (report.held[0])
		fprintf(stderr, "camipc: %s: %s\n",
			level_name(report.held_level), report.held);
	report.held[0] = '\0';
	report.running = true;
	pthread_mutex_unlock(&report.mutex);
}
