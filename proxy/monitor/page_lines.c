/* SPDX-License-Identifier: MIT */
/* The latest lines of the log, for the statistics page. */
#include "page_lines.h"

#include <pthread.h>
#include <stdio.h>

/* Nothing is logged under this lock. */
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;
static struct camipc_monitor_log latest;
static uint64_t n_taken; /* lines that were taken */

void camipc_page_lines_add(enum camipc_log_level level, const char *topic,
			   const char *text)
{
	struct camipc_monitor_line *line;

	/* Another thread may have held the lock when this process was forked:
	 * a child that waited would wait for ever. */
	if (pthread_mutex_trylock(&lines_lock) != 0)
		return;
	line = &latest.lines[latest.n++ % CAMIPC_MONITOR_LINES];
	line->level = (uint32_t)level;
	snprintf(line->text, sizeof(line->text), "%s: %s", topic, text);
	pthread_mutex_unlock(&lines_lock);
}

bool camipc_page_lines_take(struct camipc_monitor_slot *slot)
{
	bool is_new;

	pthread_mutex_lock(&lines_lock);
	is_new = latest.n != n_taken;
	n_taken = latest.n;
	slot->use = CAMIPC_MONITOR_LOG_LINES;
	slot->log = latest;
	pthread_mutex_unlock(&lines_lock);
	return is_new;
}
