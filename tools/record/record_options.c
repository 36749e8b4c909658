/* SPDX-License-Identifier: MIT */
/* Parses options of the commands that write and read recordings. */
#include "record_options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/record.h>

#include "filter.h"
#include "report.h"

static int add_redacted(struct record_options *options, const char *value)
{
	size_t n = 0;

	while (options->redact[n])
		n++;
	if (n == RECORD_OPTIONS_MAX) {
		report_option("redact", value,
			      "the option may be given %d times at most",
			      RECORD_OPTIONS_MAX);
		return -EINVAL;
	}
	options->redact[n] = value;
	return 0;
}

static int set_ring(struct record_options *options, const char *value)
{
	const size_t n = strspn(value, "0123456789");
	const unsigned long seconds = n > 0 && n < 6 ? strtoul(value, NULL, 10)
						     : 0;

	if (value[n] || seconds < 1 || seconds > CAMIPC_RECORD_RING_MAX_SECONDS) {
		report_option("record-ring", value, "expected 1 to %u seconds",
			      CAMIPC_RECORD_RING_MAX_SECONDS);
		return -EINVAL;
	}
	options->ring_seconds = (uint32_t)seconds;
	return 0;
}

static int set_trials(struct record_options *options, const char *value)
{
	const size_t n = strspn(value, "0123456789");
	const unsigned long trials = n > 0 && n < 9 ? strtoul(value, NULL, 10)
						    : 0;

	if (value[n] || trials < 1 || trials > 1000000) {
		report_option("trials", value,
			      "expected a number from 1 to 1000000");
		return -EINVAL;
	}
	options->n_trials = (uint32_t)trials;
	return 0;
}

/* Reads a number with a decimal point, in every locale. */
static bool parse_real(const char *text, double *ret_value)
{
	const char *end = text + strspn(text, "0123456789.eE-+");
	int n = 0;

	return *text && !*end && sscanf(text, "%lf%n", ret_value, &n) == 1 &&
	       !text[n] && isfinite(*ret_value) && *ret_value >= 0;
}

static int add_tolerance(struct record_options *options, const char *value)
{
	struct tolerance *tolerance = &options->tolerances[options->n_tolerances];
	const char *equals = strchr(value, '=');
	const size_t n = equals ? (size_t)(equals - value) : 0;

	if (options->n_tolerances == RECORD_OPTIONS_MAX) {
		report_option("tolerance", value,
			      "the option may be given %d times at most",
			      RECORD_OPTIONS_MAX);
		return -EINVAL;
	}
	if (n == 0 || n >= sizeof(tolerance->field) ||
	    !parse_real(equals + 1, &tolerance->value)) {
		report_option("tolerance", value,
			      "expected FIELD=NUMBER, such as colourGains=0.01");
		return -EINVAL;
	}
	memcpy(tolerance->field, value, n);
	tolerance->field[n] = '\0';
	options->n_tolerances++;
	return 0;
}

int record_options_apply(struct record_options *options, enum option_id option,
			 const char *value)
{
	switch (option) {
	case OPTION_RECORD:
		options->path = value;
		return 0;
	case OPTION_RECORD_RING:
		return set_ring(options, value);
	case OPTION_FORCE:
		options->force = true;
		return 0;
	case OPTION_NO_BUFFERS:
		options->no_buffers = true;
		return 0;
	case OPTION_REDACT:
		return add_redacted(options, value);
	case OPTION_JSON:
		options->json = true;
		return 0;
	case OPTION_FOLLOW:
		options->follow = true;
		return 0;
	case OPTION_FILTER:
		options->filter = value;
		return filter_check(value);
	case OPTION_MODULE:
		options->module = value;
		return 0;
	case OPTION_PIPELINE:
		options->pipeline = value;
		return 0;
	case OPTION_SPEED:
		options->at_recorded_speed = strcmp(value, "recorded") == 0;
		return 0;
	case OPTION_EXPECT:
		options->expect = true;
		return 0;
	case OPTION_TOLERANCE:
		return add_tolerance(options, value);
	case OPTION_TRIALS:
		return set_trials(options, value);
	default:
		return -ENOSYS;
	}
}

/* A module is written, and nothing is replayed: other options have no effect. */
static int check_pipeline(const struct record_options *options)
{
	const char *useless = NULL;

	if (!options->pipeline)
		return 0;
	if (options->module)
		useless = "module";
	else if (options->expect)
		useless = "expect";
	else if (options->at_recorded_speed)
		useless = "speed recorded";
	else if (options->n_tolerances)
		useless = "tolerance";
	if (!useless)
		return 0;
	report_error("--pipeline cannot be combined with --%s: it replays "
		     "nothing",
		     useless);
	return -EINVAL;
}

int record_options_check(const struct record_options *options,
			 enum command_id command)
{
	const char *useless = NULL;

	if (check_pipeline(options) < 0)
		return -EINVAL;
	if (command != COMMAND_CAPTURE || options->path)
		return 0;
	if (options->force)
		useless = "force";
	else if (options->ring_seconds)
		useless = "record-ring";
	else if (options->no_buffers)
		useless = "no-buffers";
	else if (options->redact[0])
		useless = "redact";
	if (!useless)
		return 0;
	report_error("--%s needs --record FILE: without it nothing is recorded",
		     useless);
	return -EINVAL;
}
