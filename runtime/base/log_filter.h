/* SPDX-License-Identifier: MIT */
/* Which lines are logged: levels for topics, as in CAMIPC_LOG. */
#ifndef CAMIPC_BASE_LOG_FILTER_H
#define CAMIPC_BASE_LOG_FILTER_H

#include <camipc/log_level.h>

/** Maximum number of globs in a filter, and of their bytes. */
#define CAMIPC_LOG_MAX_RULES 16
#define CAMIPC_LOG_RULES_SIZE 256

/** The level of the topics that a glob matches. */
struct camipc_log_rule {
	const char *glob; /* in @text of the filter */
	enum camipc_log_level level;
};

/**
 * A parsed CAMIPC_LOG. Must not be moved, because its rules point into it.
 * Constant after camipc_log_filter_parse(). Thread word: safe.
 */
struct camipc_log_filter {
	bool has_level; /* there is a level without a glob */
	enum camipc_log_level level; /* of topics that no rule matches */
	unsigned int n_rules;
	struct camipc_log_rule rules[CAMIPC_LOG_MAX_RULES];
	char text[CAMIPC_LOG_RULES_SIZE];
};

/**
 * camipc_log_filter_parse() - parse "proxy.*:debug,ipa.softisp:info,error"
 * @filter: overwritten; empty on failure
 * @error: @size bytes; gets one line that explains a failure
 *
 * Items are separated by commas. LEVEL is the level of the topics that no glob
 * matches; GLOB:LEVEL is the level of the topics that GLOB matches; the last
 * glob that matches a topic counts. In a glob, * matches any characters and ?
 * matches one; "proxy.*" matches "proxy", too. Returns 0 or -EINVAL. Thread
 * word: bound.
 */
int camipc_log_filter_parse(struct camipc_log_filter *filter, const char *text,
			    char *error, size_t size);

/**
 * Returns the level of @topic; @level if no rule matches it. Thread word: safe.
 */
enum camipc_log_level
camipc_log_filter_level(const struct camipc_log_filter *filter,
			enum camipc_log_level level, const char *topic);

/** Returns "error", "warning", "info" or "debug". Thread word: safe. */
const char *camipc_log_level_name(enum camipc_log_level level);

#endif /* CAMIPC_BASE_LOG_FILTER_H */
