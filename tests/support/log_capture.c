/* SPDX-License-Identifier: MIT */
/* Collects the library's log for tests. */
#include "log_capture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_LINES 512

/** One line that was logged. */
struct line {
	enum camipc_log_level level;
	char topic[32];
	char text[512];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct line lines[MAX_LINES];
static unsigned int n_lines;

static void capture(void *user, enum camipc_log_level level, const char *topic,
		    const char *text)
{
	(void)user;
	pthread_mutex_lock(&lock);
	if (n_lines < MAX_LINES) {
		struct line *line = &lines[n_lines++];

		line->level = level;
		snprintf(line->topic, sizeof(line->topic), "%s", topic);
		snprintf(line->text, sizeof(line->text), "%s", text);
	}
	pthread_mutex_unlock(&lock);
}

void log_capture_begin(void)
{
	pthread_mutex_lock(&lock);
	n_lines = 0;
	pthread_mutex_unlock(&lock);
	camipc_log_set(capture, NULL, CAMIPC_LOG_DEBUG);
}

void log_capture_end(void)
{
	camipc_log_set(NULL, NULL, CAMIPC_LOG_WARNING);
}

unsigned int log_capture_count(enum camipc_log_level level, const char *text)
{
	unsigned int n = 0;

	pthread_mutex_lock(&lock);
	for (unsigned int i = 0; i < n_lines; i++)
		n += lines[i].level == level && strstr(lines[i].text, text);
	pthread_mutex_unlock(&lock);
	return n;
}

unsigned int log_capture_count_from(enum camipc_log_level level)
{
	unsigned int n = 0;

	pthread_mutex_lock(&lock);
	for (unsigned int i = 0; i < n_lines; i++)
		n += lines[i].level <= level;
	pthread_mutex_unlock(&lock);
	return n;
}

void log_capture_expect(unsigned int n, enum camipc_log_level level,
			const char *text)
{
	unsigned int found = log_capture_count(level, text);

	if (found == n)
		return;
	for (unsigned int i = 0; i < n_lines; i++)
		fprintf(stderr, "log %d %s: %s\n", (int)lines[i].level,
			lines[i].topic, lines[i].text);
	fail_msg("%u lines of level %d with \"%s\", expected %u", found,
		 (int)level, text, n);
}
