/* SPDX-License-Identifier: MIT */
/* The library's log during an attack: lines are counted, few are kept. */
#ifndef TOOLS_DEMO_ATTACK_LOG_H
#define TOOLS_DEMO_ATTACK_LOG_H

#include <stdint.h>

#include <camipc/log.h>

/** What was logged since attack_log_reset(). */
struct attack_log_lines {
	uint64_t from_modules; /* lines */
	char said[1024]; /* the last line of a module, or "" */
	char problem[1024]; /* the library's own last warning or error, or "" */
};

/** For camipc_log_set(). Thread word of all: safe. */
void attack_log(void *user, enum camipc_log_level level, const char *topic,
		const char *text);

/** Forgets all lines. */
void attack_log_reset(void);

/** Copies what was logged. */
void attack_log_get(struct attack_log_lines *ret_lines);

#endif /* TOOLS_DEMO_ATTACK_LOG_H */
