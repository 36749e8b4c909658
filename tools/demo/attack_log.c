/* SPDX-License-Identifier: MIT */
/* Counts the lines of the library's log. */
#include "attack_log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct attack_log_lines lines;

void attack_log(void *user, enum camipc_log_level level, const char *topic,
		const char *text)
{
	(void)user;
	pthread_mutex_lock(&lock);
	if (strncmp(topic, "ipa.", 4) == 0) {
		lines.from_modules++;
		snprintf(lines.said, sizeof(lines.said), "%s", text);
	} else if (level <= CAMIPC_LOG_WARNING) {
		snprintf(lines.problem, sizeof(lines.problem), "%s", text);
	}
	pthread_mutex_unlock(&lock);
}

void attack_log_reset(void)
{
	pthread_mutex_lock(&lock);
	lines = (struct attack_log_lines){ 0 };
	pthread_mutex_unlock(&lock);
}

void attack_log_get(struct attack_log_lines *ret_lines)
{
	pthread_mutex_lock(&lock);
	*ret_lines = lines;
	pthread_mutex_unlock(&lock);
}
