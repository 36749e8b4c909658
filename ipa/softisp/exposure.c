/* SPDX-License-Identifier: MIT */
/*
 * Automatic exposure. Each frame comes with its own settings, so its light is
 * known in spite of the sensor's delay. The wanted exposure follows
 * from the light and is approached in equal steps of its logarithm. The loop
 * cannot oscillate, because it draws no conclusions from a request whose frame
 * has not arrived yet.
 */
#include "exposure.h"

#include <math.h>

#include "clamp.h"

/* Limits a step: very dark or bright frames tell little about the light. */
#define MAX_RATIO 8.0

/* Ignores an error below this, which is noise. */
#define DEAD_BAND 0.01

/* Reports the target as reached within this error. */
#define LOCKED_BAND 0.05

static double max_wanted(const struct softisp_exposure *e)
{
	return e->limits.max_lines *
	       (e->limits.max_code / e->tuning->gain_unit) *
	       e->tuning->max_digital_gain;
}

static double min_wanted(const struct softisp_exposure *e)
{
	return e->limits.min_lines *
	       (e->limits.min_code / e->tuning->gain_unit);
}

/* Keeps the request, for the digital gain of its frame. Returns true if the
 * sensor's settings change. */
static bool request(struct softisp_exposure *e,
		    const struct softisp_exposure_values *values)
{
	bool changed = values->lines != e->request.lines ||
		       values->code != e->request.code;

	e->request = *values;
	e->history[e->n_history++ % SOFTISP_EXPOSURE_HISTORY] = *values;
	return changed;
}

/* Shortens a time to a multiple of the period of the light: each line then gets
 * equal light. What is shorter than one period stays: it flickers. */
static double without_flicker(const struct softisp_exposure *e, double lines)
{
	double period = e->flicker_us / e->limits.line_us;
	double periods = period > 0 ? floor(lines / period) : 0;

	if (periods < 1)
		return lines;
	return fmax(floor(periods * period + 0.5), e->limits.min_lines);
}

/* Uses time first, which adds no noise; gains supply the rest. */
static void split(const struct softisp_exposure *e, double wanted,
		  struct softisp_exposure_values *ret_values)
{
	double unit = e->tuning->gain_unit;
	double lines = clamp(floor(wanted * unit / e->limits.min_code),
			     e->limits.min_lines, e->limits.max_lines);
	double code;

	lines = without_flicker(e, lines);
	code = clamp(floor(wanted / lines * unit), e->limits.min_code,
		     e->limits.max_code);
	ret_values->lines = (int32_t)lines;
	ret_values->code = (int32_t)code;
	ret_values->digital_gain = clamp(wanted / (lines * (code / unit)), 1.0,
					 e->tuning->max_digital_gain);
}

void softisp_exposure_init(struct softisp_exposure *exposure,
			   const struct softisp_tuning *tuning,
			   const struct softisp_exposure_limits *limits)
{
	*exposure = (struct softisp_exposure){
		.tuning = tuning,
		.limits = *limits,
		.enabled = true,
		.compensation = 1.0,
		.flicker_us = tuning->flicker_us,
		.manual_digital_gain = 1.0,
	};
	exposure->wanted = clamp(limits->max_lines / 4.0, min_wanted(exposure),
				 max_wanted(exposure));
	split(exposure, exposure->wanted, &exposure->request);
	request(exposure, &exposure->request);
}

void softisp_exposure_set_time(struct softisp_exposure *exposure, double us)
{
	struct softisp_exposure_values values = exposure->request;

	if (exposure->enabled)
		return;
	values.lines = (int32_t)clamp(
		floor(us / exposure->limits.line_us + 0.5),
		exposure->limits.min_lines, exposure->limits.max_lines);
	values.digital_gain = exposure->manual_digital_gain;
	request(exposure, &values);
}

void softisp_exposure_set_gain(struct softisp_exposure *exposure, double gain)
{
	struct softisp_exposure_values values = exposure->request;

	if (exposure->enabled)
		return;
	values.code = (int32_t)clamp(
		floor(gain * exposure->tuning->gain_unit + 0.5),
		exposure->limits.min_code, exposure->limits.max_code);
	values.digital_gain = exposure->manual_digital_gain;
	request(exposure, &values);
}

void softisp_exposure_set_digital_gain(struct softisp_exposure *exposure,
				       double gain)
{
	struct softisp_exposure_values values = exposure->request;

	exposure->manual_digital_gain =
		clamp(gain, 1.0, exposure->tuning->max_digital_gain);
	if (exposure->enabled)
		return;
	values.digital_gain = exposure->manual_digital_gain;
	request(exposure, &values);
}

void softisp_exposure_set_flicker(struct softisp_exposure *exposure, double us)
{
	exposure->flicker_us = clamp(us, 0, SOFTISP_MAX_FLICKER_US);
	/* The next update divides the exposure anew. */
	exposure->divide = true;
}

void softisp_exposure_set_compensation(struct softisp_exposure *exposure,
				       double stops)
{
	exposure->compensation = exp2(clamp(stops, -4.0, 4.0));
}

/* Returns the wanted luminance relative to @luminance. */
static double error_ratio(const struct softisp_exposure *e, double luminance,
			  double clipped)
{
	double target = clamp(e->tuning->target * e->compensation, 0.001, 0.9);
	double ratio = clamp(target / clamp(luminance, 0.0001, 1.0),
			     1 / MAX_RATIO, MAX_RATIO);

	/*
	 * Clipped pixels were brighter than their values. Correct for that far
	 * above the target only, else permanent highlights would shift it.
	 */
	if (ratio < 0.67)
		ratio /= 1.0 + clipped;
	return ratio;
}

bool softisp_exposure_update(struct softisp_exposure *exposure, int32_t lines,
			     int32_t code, double luminance, double clipped)
{
	struct softisp_exposure_values values;
	double taken = lines * (code / exposure->tuning->gain_unit);
	double shown =
		taken * softisp_exposure_digital_gain(exposure, lines, code);
	double ratio = error_ratio(exposure, luminance, clipped);
	double goal = clamp(taken * ratio, min_wanted(exposure),
			    max_wanted(exposure));
	double step = goal / exposure->wanted;
	double error = goal / shown - 1;

	exposure->locked = !exposure->enabled ||
			   (error < LOCKED_BAND && error > -LOCKED_BAND);
	if (!exposure->enabled) {
		/* Continue from here when it is enabled again. */
		exposure->wanted = clamp(taken, min_wanted(exposure),
					 max_wanted(exposure));
		return lines != exposure->request.lines ||
		       code != exposure->request.code;
	}
	if (step < 1 + DEAD_BAND && step > 1 - DEAD_BAND && !exposure->divide)
		return false;
	exposure->divide = false;
	exposure->wanted *= pow(step, exposure->tuning->exposure_speed);
	split(exposure, exposure->wanted, &values);
	return request(exposure, &values);
}

double softisp_exposure_digital_gain(const struct softisp_exposure *exposure,
				     int32_t lines, int32_t code)
{
	uint32_t n = exposure->n_history < SOFTISP_EXPOSURE_HISTORY
			     ? exposure->n_history
			     : SOFTISP_EXPOSURE_HISTORY;
	uint32_t i;

	for (i = 1; i <= n; i++) {
		const struct softisp_exposure_values *v =
			&exposure->history[(exposure->n_history - i) %
					   SOFTISP_EXPOSURE_HISTORY];

		if (v->lines == lines && v->code == code)
			return v->digital_gain;
	}
	return 1.0;
}
