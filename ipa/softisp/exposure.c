/* SPDX-License-Identifier: MIT */
/*
 * Each frame comes with the settings that it was taken with, so the light is
 * known at once, whatever the sensor's delay: what is wanted follows from it,
 * and is approached in equal steps of the logarithm. Nothing swings, because
 * nothing is concluded from a request that has not been seen yet.
 */
#include "exposure.h"

#include <math.h>

/* A frame can be so dark or bright that it says little: no larger steps. */
#define MAX_RATIO 8.0

/* An error below this is noise, and left alone. */
#define DEAD_BAND 0.01

#define LOCKED_BAND 0.05

static double clamp(double value, double min, double max)
{
	if (!(value > min))
		return min;
	return value < max ? value : max;
}

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

/* Keeps a request that changed, so that its frame gets its digital gain. */
static bool request(struct softisp_exposure *e,
		    const struct softisp_exposure_values *values)
{
	bool changed = values->lines != e->request.lines ||
		       values->code != e->request.code;

	e->request = *values;
	e->history[e->n_history++ % SOFTISP_EXPOSURE_HISTORY] = *values;
	return changed;
}

/* Time first, it costs no noise; gains make up for what lines cannot do. */
static void split(const struct softisp_exposure *e, double wanted,
		  struct softisp_exposure_values *ret_values)
{
	double unit = e->tuning->gain_unit;
	double lines = clamp(floor(wanted * unit / e->limits.min_code),
			     e->limits.min_lines, e->limits.max_lines);
	double code = clamp(floor(wanted / lines * unit), e->limits.min_code,
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
	values.digital_gain = 1.0;
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
	values.digital_gain = 1.0;
	request(exposure, &values);
}

void softisp_exposure_set_compensation(struct softisp_exposure *exposure,
				       double stops)
{
	exposure->compensation = exp2(clamp(stops, -4.0, 4.0));
}

/* How much more light than @luminance is wanted. */
static double error_ratio(const struct softisp_exposure *e, double luminance,
			  double clipped)
{
	double target = clamp(e->tuning->target * e->compensation, 0.001, 0.9);
	double ratio = clamp(target / clamp(luminance, 0.0001, 1.0),
			     1 / MAX_RATIO, MAX_RATIO);

	/*
	 * What is clipped was brighter than it shows. Only far above the
	 * target, or lasting highlights would shift the balance.
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
		/* Back in charge later, it goes on from here. */
		exposure->wanted = clamp(taken, min_wanted(exposure),
					 max_wanted(exposure));
		return lines != exposure->request.lines ||
		       code != exposure->request.code;
	}
	if (step < 1 + DEAD_BAND && step > 1 - DEAD_BAND)
		return false;
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
