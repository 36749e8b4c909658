/* SPDX-License-Identifier: MIT */
/*
 * The most probable light. A plain mean of the image mistakes a meadow for green
 * light. But lights lie on a curve that the tuning has measured, and under the
 * right light many zones of an image look grey at once. So each point of the
 * curve is judged by three things: how many zones look grey, how far the others
 * are from grey, because strong colours are rarer than weak ones, and how common
 * its light is. The last two decide nothing where grey zones are; an image of
 * one colour has none, and would else take any light. The mean of the near zones
 * then refines the estimate, also a little off the curve.
 *
 * Few zones, or dark ones, tell little: gains follow an estimate the slower, the
 * less it is based on, as a Kalman filter does. So a step of light, after which
 * most zones are clipped or dark for some frames, leaves the colours alone.
 */
#include "white_balance.h"

#include <math.h>

#include "clamp.h"

#define STEPS_PER_INTERVAL 24
#define REFINEMENTS 4

/*
 * Probabilities as negative logarithms. A zone that is not grey costs this much;
 * a grey one costs nothing.
 */
#define COLOURED 4.0

/* How much more a zone of a strong colour costs at most. */
#define STRONGLY 2.0

/* Deviation of the colours of surfaces from grey, as a logarithm. */
#define SURFACES 0.35

/* Deviation of the means of dark zones: half of a raw value, black level and
 * rounding together. */
#define DARK_ERROR 0.0005

/* What a coloured zone counts when evidence is added up; a grey one counts 1. */
#define COLOURED_EVIDENCE 0.1

/* Variance of the first guess, compared to that of an estimate from all zones. */
#define FIRST_VARIANCE 100.0

/* Hues are counted in bins of this size, from -BINS / 2 on. */
#define BIN 0.12
#define BINS 48

/* Largest distance of a light from the curve, as a ratio minus 1. */
#define MAX_OFFSET 0.12

#define MIN_GAIN 0.25
#define MAX_GAIN 8.0

/* Logarithms of red / green and blue / green. */
struct hue {
	double red;
	double blue;
};

/* What an image says about the light. */
struct evidence {
	struct hue hues[IPA_SOFTISP_ZONE_COUNT];
	double weights[IPA_SOFTISP_ZONE_COUNT]; /* 0 to 1 */
	size_t n;
	double limit2; /* square of the largest distance of a grey zone */
	double independence; /* part of the zones that are of different hues */
};

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

static size_t bin_of(double hue)
{
	return (size_t)clamp(hue / BIN + BINS / 2.0, 0, BINS - 1);
}

/*
 * Zones of one hue are one surface, seen many times. Returns the number of hues,
 * those of many zones counting more, relative to the number of zones.
 */
static double independence(const struct evidence *evidence)
{
	double bins[BINS][BINS] = { { 0 } };
	double squares = 0;
	double sum = 0;
	size_t i;
	size_t k;

	for (i = 0; i < evidence->n; i++) {
		const struct hue *hue = &evidence->hues[i];

		bins[bin_of(hue->red)][bin_of(hue->blue)] +=
			evidence->weights[i];
		sum += evidence->weights[i];
	}
	for (i = 0; i < BINS; i++)
		for (k = 0; k < BINS; k++)
			squares += bins[i][k] * bins[i][k];
	return squares > 0 ? sum / squares : 0;
}

/* Takes the hues of zones, weighed by what noise leaves of them. */
static void gather(const struct softisp_tuning *tuning,
		   const struct softisp_measure *measure,
		   struct evidence *evidence)
{
	double limit = log(1 + tuning->balance_tolerance);
	/* Deviation of a grey zone, so that COLOURED is reached at the limit. */
	double grey = limit / sqrt(2 * COLOURED);
	size_t i;

	evidence->n = measure->n_zones;
	evidence->limit2 = limit * limit;
	for (i = 0; i < measure->n_zones; i++) {
		const struct softisp_zone_mean *zone = &measure->zones[i];
		double red = DARK_ERROR / zone->red / grey;
		double blue = DARK_ERROR / zone->blue / grey;

		evidence->hues[i].red = log(zone->red / zone->green);
		evidence->hues[i].blue = log(zone->blue / zone->green);
		evidence->weights[i] = 1 / (1 + red * red + blue * blue);
	}
	evidence->independence = independence(evidence);
}

/* Returns how improbable the zones are under the light @at. */
static double misfit(const struct evidence *evidence, const struct hue *at)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < evidence->n; i++) {
		double d2 = distance2(&evidence->hues[i], at);
		double grey = COLOURED * d2 / evidence->limit2;
		double coloured =
			COLOURED +
			STRONGLY * d2 / (d2 + 2 * SURFACES * SURFACES);

		sum += evidence->weights[i] * fmin(grey, coloured);
	}
	return sum * evidence->independence;
}

/* Returns how uncommon a light is: the middle of the curve, evenly spaced in
 * 1 / kelvin, is common, its ends are two deviations away. */
static double rarity(const struct softisp_tuning *tuning, double kelvin)
{
	double low = 1 / tuning->curve[tuning->n_curve - 1].kelvin;
	double high = 1 / tuning->curve[0].kelvin;
	double deviations = (1 / kelvin - (low + high) / 2) /
			    ((high - low) / 4);

	return deviations * deviations / 2;
}

/* Returns the most probable point of the curve. */
static double search_curve(const struct softisp_tuning *tuning,
			   const struct evidence *evidence)
{
	size_t steps = (tuning->n_curve - 1) * STEPS_PER_INTERVAL;
	double best = INFINITY;
	double best_t = 0;
	size_t i;

	for (i = 0; i <= steps; i++) {
		double t = (double)i / STEPS_PER_INTERVAL;
		double kelvin;
		struct hue at = curve_at(tuning, t, &kelvin);
		double sum = misfit(evidence, &at) + rarity(tuning, kelvin);

		if (sum < best) {
			best = sum;
			best_t = t;
		}
	}
	return best_t;
}

/* Returns the mean of the zones near @at, or @at if no zone is near. */
static struct hue mean_near(const struct evidence *evidence, struct hue at,
			    double limit2)
{
	struct hue sum = { 0, 0 };
	double weight = 0;
	size_t i;

	for (i = 0; i < evidence->n; i++) {
		const struct hue *hue = &evidence->hues[i];

		if (distance2(hue, &at) >= limit2)
			continue;
		sum.red += evidence->weights[i] * hue->red;
		sum.blue += evidence->weights[i] * hue->blue;
		weight += evidence->weights[i];
	}
	if (weight > 0) {
		at.red = sum.red / weight;
		at.blue = sum.blue / weight;
	}
	return at;
}

/* Returns how much of the image supports the light @at, 0 to 1. */
static double support(const struct evidence *evidence, const struct hue *at)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < evidence->n; i++)
		sum += evidence->weights[i] *
		       (distance2(&evidence->hues[i], at) < evidence->limit2
				? 1
				: COLOURED_EVIDENCE);
	return sum / IPA_SOFTISP_ZONE_COUNT;
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
	balance->doubt = 1;
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

void softisp_white_balance_set_kelvin(struct softisp_white_balance *balance,
				      double kelvin)
{
	const struct softisp_tuning *tuning = balance->tuning;
	const size_t last = tuning->n_curve - 1;
	struct hue hue;
	double f;
	size_t i = 0;

	if (balance->enabled)
		return;
	kelvin = clamp(kelvin, tuning->curve[0].kelvin,
		       tuning->curve[last].kelvin);
	while (i + 1 < last && kelvin > tuning->curve[i + 1].kelvin)
		i++;
	f = (1 / kelvin - 1 / tuning->curve[i].kelvin) /
	    (1 / tuning->curve[i + 1].kelvin - 1 / tuning->curve[i].kelvin);
	hue = curve_at(tuning, (double)i + f, &balance->kelvin);
	balance->red = clamp(exp(-hue.red), MIN_GAIN, MAX_GAIN);
	balance->blue = clamp(exp(-hue.blue), MIN_GAIN, MAX_GAIN);
}

/* Estimates the colour of a grey surface in this image. */
static struct hue estimate(const struct softisp_tuning *tuning,
			   const struct evidence *evidence)
{
	struct hue on_curve;
	struct hue hue;
	double kelvin;
	int i;

	on_curve = curve_at(tuning, search_curve(tuning, evidence), &kelvin);
	hue = on_curve;
	for (i = 0; i < REFINEMENTS; i++)
		hue = mean_near(evidence, hue,
				evidence->limit2 / (double)(1 + i));
	return limit_offset(hue, &on_curve);
}

/*
 * Returns the part of an error that is corrected now: the tuning's speed if all
 * zones support the estimate, less if few do, and more as long as the gains are
 * the first guess.
 */
static double follow(struct softisp_white_balance *balance, double share)
{
	double speed = fmin(balance->tuning->balance_speed, 0.999);
	double variance = speed / (1 - speed) +
			  FIRST_VARIANCE * balance->doubt * balance->doubt;
	double part = variance * share / (variance * share + 1);

	balance->doubt *= 1 - part;
	return part;
}

void softisp_white_balance_update(struct softisp_white_balance *balance,
				  const struct softisp_measure *measure)
{
	struct evidence evidence;
	struct hue hue;
	double part;

	if (!balance->enabled || !measure->n_zones)
		return;
	gather(balance->tuning, measure, &evidence);
	hue = estimate(balance->tuning, &evidence);
	part = follow(balance, support(&evidence, &hue));
	/* In logarithms, so that gains and hues change at the same pace. */
	balance->red =
		clamp(balance->red * pow(exp(-hue.red) / balance->red, part),
		      MIN_GAIN, MAX_GAIN);
	balance->blue = clamp(
		balance->blue * pow(exp(-hue.blue) / balance->blue, part),
		MIN_GAIN, MAX_GAIN);
	hue.red = -log(balance->red);
	hue.blue = -log(balance->blue);
	balance->kelvin = kelvin_of(balance->tuning, &hue);
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
