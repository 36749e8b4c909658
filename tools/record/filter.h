/* SPDX-License-Identifier: MIT */
/* Filters of items: "method==processStats && frame>100". */
#ifndef TOOLS_RECORD_FILTER_H
#define TOOLS_RECORD_FILTER_H

#include "recording_reader.h"
#include "value_tree.h"

/**
 * Checks a filter's grammar. Returns 0, or -EINVAL after it has reported where
 * it is wrong.
 */
int filter_check(const char *text) CAMIPC_MUST_CHECK;

/**
 * Returns true if an item passes a filter that was checked. @tree has the body
 * of a message; NULL for other items. A field that the item lacks makes its
 * comparison false.
 */
bool filter_passes(const char *text, const struct camipc_recorded *item,
		   const struct camipc_value_tree *tree);

/** Seconds since the recording began. */
struct filter_range {
	double first;
	double last;
};

/**
 * Returns the times outside of which no item passes a filter that was checked;
 * infinite if it does not limit them.
 */
struct filter_range filter_time_range(const char *text);

#endif /* TOOLS_RECORD_FILTER_H */
