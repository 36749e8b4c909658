/* SPDX-License-Identifier: MIT */
/*
 * Grey world with limits. A plain mean of the image mistakes a meadow for green
 * light. But lights lie on a curve that the tuning has measured, and under the
 * right light many zones of an image look grey at once. So the estimate is the
 * point on the curve that the most zones are near to; the distance of a zone is
 * limited, so that colourful zones have no influence. The mean of the near
 * zones then refines the estimate, also a little off the curve.
 */
#include "white_balance.h"

#include <math.h>

#define STEPS_PER_INTERVAL 24
#define REFINEMENTS 4

/* Largest distance of a light from the curve, as a ratio minus 1. */
#define MAX_OFFSET 0.12

#define MIN_GAIN 0.25
#define MAX_GAIN 8.0

/* Logarithms of red / green and blue / green. */
struct hue {
	double red;
	double blue;
};

static double clamp(double value, double min, double max)
{
	if (!(value > min))
		return min;
	return value < max ? value : max;
}

/*
 * Returns the point @t intervals from the beginning of the curve. Interpolates
 * in 1 / kelvin, in which lights are evenly spaced.
 */
static struct hue curve_at(const struct softisp_tuning *tuning, double t,
			   double *ret_kelvin)
{
	size_t last = tuning->n_curve - 1;
	size_t i = t >= (double)last ? last - 1 : (size_t)t;
	double f = t - (double)i;
	const struct softisp_curve_point *a = &tuning->curve[i];
	const struct softisp_curve_point *b = &tuning->curve[i + 1];
	struct hue hue = {
		log(a->red) * (1 - f) + log(b->red) * f,
		log(a->blue) * (1 - f) + log(b->blue) * f,
	};

	*ret_kelvin = 1 / ((1 - f) / a->kelvin + f / b->kelvin);
	return hue;
}

static double distance2(const struct hue *a, const struct hue *b)
{
	double red = a->red - b->red;
	double blue = a->blue - b->blue;

	return red * red + blue * blue;
}

/* Returns a sum that is small if many zones are grey under the light @at. */
static double misfit(const struct hue *zones, size_t n, const struct hue *at,
		     double limit2)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += fmin(distance2(&zones[i], at), limit2);
	return sum;
}

/* Returns the point of the curve with the least misfit. */
static double search_curve(const struct softisp_tuning *tuning,
			   const struct hue *zones, size_t n, double limit2)
{
	size_t steps = (tuning->n_curve - 1) * STEPS_PER_INTERVAL;
	double best = INFINITY;
	double best_t = 0;
	size_t i;

	for (i = 0; i <= steps; i++) {
		double t = (double)i / STEPS_PER_INTERVAL;
		double kelvin;
		struct hue at = curve_at(tuning, t, &kelvin);
		double sum = misfit(zones, n, &at, limit2);

		if (sum < best) {
			best = sum;
			best_t = t;
		}
	}
	return best_t;
}

/* Returns the mean of the zones near @at, or @at if no zone is near. */
static struct hue mean_near(const struct hue *zones, size_t n, struct hue at,
			    double limit2)
{
	struct hue sum = { 0, 0 };
	size_t near = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (distance2(&zones[i], &at) >= limit2)
			continue;
		sum.red += zones[i].red;
		sum.blue += zones[i].blue;
		near++;
	}
	if (near) {
		at.red = sum.red / (double)near;
		at.blue = sum.blue / (double)near;
	}
	return at;
}

/* Keeps a light near the curve. */
static struct hue limit_offset(struct hue hue, const struct hue *on_curve)
{
	hue.red = clamp(hue.red, on_curve->red - MAX_OFFSET,
			on_curve->red + MAX_OFFSET);
	hue.blue = clamp(hue.blue, on_curve->blue - MAX_OFFSET,
			 on_curve->blue + MAX_OFFSET);
	return hue;
}

/* Returns the colour temperature of the nearest point of the curve. */
static double kelvin_of(const struct softisp_tuning *tuning,
			const struct hue *hue)
{
	double best = INFINITY;
	double best_kelvin = 0;
	size_t i;

	for (i = 0; i + 1 < tuning->n_curve; i++) {
		double kelvin;
		struct hue a = curve_at(tuning, (double)i, &kelvin);
		struct hue b = curve_at(tuning, (double)(i + 1), &kelvin);
		double red = b.red - a.red;
		double blue = b.blue - a.blue;
		double along =
			(hue->red - a.red) * red + (hue->blue - a.blue) * blue;
		double f = clamp(along / distance2(&a, &b), 0, 1);
		struct hue at = curve_at(tuning, (double)i + f, &kelvin);
		double d2 = distance2(hue, &at);

		if (d2 < best) {
			best = d2;
			best_kelvin = kelvin;
		}
	}
	return best_kelvin;
}

void softisp_white_balance_init(struct softisp_white_balance *balance,
				const struct softisp_tuning *tuning)
{
	struct hue hue;

	balance->tuning = tuning;
	balance->enabled = true;
	balance->measured = false;
	hue = curve_at(tuning, (double)(tuning->n_curve - 1) / 2,
		       &balance->kelvin);
	balance->red = exp(-hue.red);
	balance->blue = exp(-hue.blue);
}

void softisp_white_balance_set_gains(struct softisp_white_balance *balance,
				     double red, double blue)
{
	struct hue hue;

	if (balance->enabled)
		return;
	balance->red = clamp(red, MIN_GAIN, MAX_GAIN);
	balance->blue = clamp(blue, MIN_GAIN, MAX_GAIN);
	hue.red = -log(balance->red);
	hue.blue = -log(balance->blue);
	balance->kelvin = kelvin_of(balance->tuning, &hue);
}

/* Estimates the colour of a grey surface in this image. */
static struct hue estimate(const struct softisp_tuning *tuning,
			   const struct softisp_measure *measure)
{
	double limit = log(1 + tuning->balance_tolerance);
	struct hue zones[IPA_SOFTISP_ZONE_COUNT];
	struct hue on_curve;
	struct hue hue;
	double kelvin;
	size_t i;

	for (i = 0; i < measure->n_zones; i++) {
		const struct softisp_zone_mean *zone = &measure->zones[i];

		zones[i].red = log(zone->red / zone->green);
		zones[i].blue = log(zone->blue / zone->green);
	}
	on_curve = curve_at(tuning,
			    search_curve(tuning, zones, measure->n_zones,
					 limit * limit),
			    &kelvin);
	hue = on_curve;
	for (i = 0; i < REFINEMENTS; i++)
		hue = mean_near(zones, measure->n_zones, hue,
				limit * limit / (double)(1 + i));
	return limit_offset(hue, &on_curve);
}

void softisp_white_balance_update(struct softisp_white_balance *balance,
				  const struct softisp_measure *measure)
{
	double speed = balance->measured ? balance->tuning->balance_speed : 1;
	struct hue hue;

	if (!balance->enabled || !measure->n_zones)
		return;
	hue = estimate(balance->tuning, measure);
	/* In logarithms, so that gains and hues change at the same pace. */
	balance->red =
		clamp(balance->red * pow(exp(-hue.red) / balance->red, speed),
		      MIN_GAIN, MAX_GAIN);
	balance->blue = clamp(
		balance->blue * pow(exp(-hue.blue) / balance->blue, speed),
		MIN_GAIN, MAX_GAIN);
	hue.red = -log(balance->red);
	hue.blue = -log(balance->blue);
	balance->kelvin = kelvin_of(balance->tuning, &hue);
	balance->measured = true;
}

void softisp_white_balance_prepare(const struct softisp_white_balance *balance,
				   double digital_gain,
				   struct ipa_softisp_parameters *parameters)
{
	double gain[3] = { balance->red, 1.0, balance->blue };
	double least = fmin(1.0, fmin(balance->red, balance->blue));
	int i;

	/* No gain below 1, else clipped pixels would not be white. */
	for (i = 0; i < 3; i++)
		parameters->gain[i] =
			(uint32_t)(gain[i] / least * digital_gain * 4096 + 0.5);
}
