/* SPDX-License-Identifier: MIT */
/* Options of the commands that write and read recordings. */
#ifndef TOOLS_RECORD_OPTIONS_H
#define TOOLS_RECORD_OPTIONS_H

#include <camipc/base.h>

#include "command_table.h"

/** How often --redact and --tolerance may be given. */
#define RECORD_OPTIONS_MAX 16

/** A field whose numbers may differ by @value. */
struct tolerance {
	char field[64];
	double value;
};

struct record_options {
	/* Of capture. */
	const char *path;
	uint32_t ring_seconds; /* 0: everything is written */
	bool force;
	bool no_buffers;
	const char *redact[RECORD_OPTIONS_MAX + 1];

	/* Of dump. */
	bool json;
	bool follow;
	const char *filter;

	/* Of replay. */
	const char *module;
	const char *pipeline; /* a module to write; NULL: replay */
	bool at_recorded_speed;
	bool expect;
	struct tolerance tolerances[RECORD_OPTIONS_MAX];
	size_t n_tolerances;

	/* Of minimise. */
	uint32_t n_trials; /* 0: the default */
};

/**
 * Applies an option. Returns 0; -EINVAL after it has reported the error; or
 * -ENOSYS if it is not an option of recordings.
 */
int record_options_apply(struct record_options *options, enum option_id option,
			 const char *value) CAMIPC_MUST_CHECK;

/**
 * Checks what depends on several options. Returns 0, or -EINVAL after it has
 * reported the error.
 */
int record_options_check(const struct record_options *options,
			 enum command_id command) CAMIPC_MUST_CHECK;

#endif /* TOOLS_RECORD_OPTIONS_H */
