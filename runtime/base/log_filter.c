/* SPDX-License-Identifier: MIT */
/* The parser of CAMIPC_LOG: levels for topics that globs match. */
#include "log_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static const char *const level_names[] = {
	[CAMIPC_LOG_ERROR] = "error",
	[CAMIPC_LOG_WARNING] = "warning",
	[CAMIPC_LOG_INFO] = "info",
	[CAMIPC_LOG_DEBUG] = "debug",
};
CAMIPC_STATIC_ASSERT(sizeof(level_names) / sizeof(level_names[0]) ==
			     CAMIPC_LOG_DEBUG + 1,
		     "every level has a name");

const char *camipc_log_level_name(enum camipc_log_level level)
{
	return level_names[level];
}

static bool read_level(const char *text, size_t size,
		       enum camipc_log_level *ret_level)
{
	for (int i = CAMIPC_LOG_ERROR; i <= CAMIPC_LOG_DEBUG; i++) {
		if (strlen(level_names[i]) == size &&
		    memcmp(level_names[i], text, size) == 0) {
			*ret_level = (enum camipc_log_level)i;
			return true;
		}
	}
	return false;
}

/* Not fnmatch(), which depends on the host's locale. */
static bool fits(const char *glob, const char *topic)
{
	const char *star = NULL;
	const char *resume = NULL;

	while (*topic) {
		if (*glob == '*') {
			star = glob++;
			resume = topic;
		} else if (*glob == '?' || *glob == *topic) {
			glob++;
			topic++;
		} else if (star) {
			/* Let the last star match one character more. */
			glob = star + 1;
			topic = ++resume;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0' || strcmp(glob, ".*") == 0;
}

static int complain(char *error, size_t size, const char *item, size_t length,
		    const char *what)
{
	char clean[64];

	camipc_sanitise(clean, sizeof(clean), item, length);
	snprintf(error, size, "'%s': %s", clean, what);
	return -EINVAL;
}

/* What is in front of the colon has been copied to @glob. */
static int add_rule(struct camipc_log_filter *filter, const char *glob,
		    enum camipc_log_level level)
{
	struct camipc_log_rule *rule = &filter->rules[filter->n_rules];

	if (filter->n_rules == CAMIPC_LOG_MAX_RULES)
		return -ENOSPC;
	rule->glob = glob;
	rule->level = level;
	filter->n_rules++;
	return 0;
}

static int parse_item(struct camipc_log_filter *filter, size_t *used,
		      const char *item, size_t length, char *error, size_t size)
{
	const char *colon = memchr(item, ':', length);
	size_t glob_size = colon ? (size_t)(colon - item) : 0;
	const char *name = colon ? colon + 1 : item;
	enum camipc_log_level level;
	char *glob = filter->text + *used;

	if (!read_level(name, length - (size_t)(name - item), &level))
		return complain(error, size, item, length,
				"error, warning, info or debug is expected, "
				"or a topic as in proxy.*:debug");
	if (!colon) {
		filter->has_level = true;
		filter->level = level;
		return 0;
	}
	if (!glob_size)
		return complain(error, size, item, length,
				"there is no topic in front of the colon");
	if (*used + glob_size + 1 > sizeof(filter->text) ||
	    add_rule(filter, glob, level) < 0)
		return complain(error, size, item, length,
				"too many topics, from this one on");
	memcpy(glob, item, glob_size);
	glob[glob_size] = '\0';
	*used += glob_size + 1;
	return 0;
}

int camipc_log_filter_parse(struct camipc_log_filter *filter, const char *text,
			    char *error, size_t size)
{
	size_t used = 0;

	memset(filter, 0, sizeof(*filter));
	for (;;) {
		size_t length = strcspn(text, ",");
		int ret = parse_item(filter, &used, text, length, error, size);

		if (ret < 0) {
			memset(filter, 0, sizeof(*filter));
			return ret;
		}
		if (!text[length])
			return 0;
		text += length + 1;
	}
}

enum camipc_log_level
camipc_log_filter_level(const struct camipc_log_filter *filter,
			enum camipc_log_level level, const char *topic)
{
	for (unsigned int i = filter->n_rules; i > 0; i--) {
		if (fits(filter->rules[i - 1].glob, topic))
			return filter->rules[i - 1].level;
	}
	return level;
}
