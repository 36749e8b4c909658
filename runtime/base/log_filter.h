/* SPDX-License-Identifier: MIT */
/* Which lines of the log are wanted, as CAMIPC_LOG says it. */
#ifndef CAMIPC_BASE_LOG_FILTER_H
#define CAMIPC_BASE_LOG_FILTER_H

#include <camipc/module.h>

/** Globs that one filter can have, and their bytes. */
#define CAMIPC_LOG_MAX_RULES 16
#define CAMIPC_LOG_RULES_SIZE 256

/** Topics that a glob fits have a level of their own. */
struct camipc_log_rule {
	const char *glob; /* in @text of the filter */
	enum camipc_log_level level;
};

/** Does not move: the rules point into it. Thread word: reentrant. */
struct camipc_log_filter {
	bool has_level; /* a level without a glob was named */
	enum camipc_log_level level; /* where no rule fits */
	unsigned int n_rules;
	struct camipc_log_rule rules[CAMIPC_LOG_MAX_RULES];
	char text[CAMIPC_LOG_RULES_SIZE];
};

/**
 * camipc_log_filter_parse() - read "proxy.*:debug,ipa.softisp:info,error"
 * @error: one line saying what is wrong, if it fails
 *
 * Items are LEVEL, for every topic that no glob fits, or GLOB:LEVEL; of globs
 * that fit the last one counts. In a glob * stands for any characters and ?
 * for one; "proxy.*" fits "proxy" itself, too. Returns 0, or -EINVAL and an
 * empty filter.
 */
int camipc_log_filter_parse(struct camipc_log_filter *filter, const char *text,
			    char *error, size_t size);

/** The level of @topic, where @level is that of all others. */
enum camipc_log_level
camipc_log_filter_level(const struct camipc_log_filter *filter,
			enum camipc_log_level level, const char *topic);

/** "error", "warning", "info" or "debug". */
const char *camipc_log_level_name(enum camipc_log_level level);

#endif /* CAMIPC_BASE_LOG_FILTER_H */
