/* SPDX-License-Identifier: MIT */
/* Scripts of changing light, and the colour of a black body. */
#include "light.h"

#include <errno.h>
#include <math.h>

const char virtual_light_default[] = "0=1@5000,20=4@5000,40=1@3000";

/* Reads a decimal number without sign or exponent, in every locale. */
static const char *parse_decimal(const char *p, double *ret_value)
{
	double value = 0;
	double scale = 1;
	int digits = 0;

	for (; *p >= '0' && *p <= '9' && digits < 12; p++, digits++)
		value = value * 10 + (*p - '0');
	if (*p == '.') {
		p++;
		for (; *p >= '0' && *p <= '9' && digits < 15; p++, digits++) {
			value = value * 10 + (*p - '0');
			scale *= 10;
		}
	}
	if (!digits)
		return NULL;
	*ret_value = value / scale;
	return p;
}

/* Reads one point. Returns the rest of the text, or NULL. */
static const char *parse_point(const char *p, struct virtual_light_point *point)
{
	double frame;

	p = parse_decimal(p, &frame);
	if (!p || frame > UINT32_MAX || floor(frame) < frame ||
	    (*p != '=' && *p != '~'))
		return NULL;
	point->frame = (uint32_t)frame;
	point->glide = *p == '~';
	p = parse_decimal(p + 1, &point->light.brightness);
	if (!p || *p != '@')
		return NULL;
	return parse_decimal(p + 1, &point->light.kelvin);
}

static bool in_range(const struct virtual_light *light)
{
	return light->brightness >= VIRTUAL_LIGHT_MIN_BRIGHTNESS &&
	       light->brightness <= VIRTUAL_LIGHT_MAX_BRIGHTNESS &&
	       light->kelvin >= VIRTUAL_LIGHT_MIN_KELVIN &&
	       light->kelvin <= VIRTUAL_LIGHT_MAX_KELVIN;
}

/* Returns true if @point may follow the points of the script. */
static bool in_order(const struct virtual_light_script *script,
		     const struct virtual_light_point *point)
{
	if (!script->n_points)
		return point->frame == 0 && !point->glide;
	return point->frame > script->points[script->n_points - 1].frame;
}

static int parse_points(const char *text, struct virtual_light_script *script,
			const char **p)
{
	*p = text;
	for (;;) {
		struct virtual_light_point point;
		const char *end;

		if (script->n_points == VIRTUAL_LIGHT_MAX_POINTS)
			return -E2BIG;
		end = parse_point(*p, &point);
		if (!end || !in_order(script, &point))
			return -EINVAL;
		if (!in_range(&point.light))
			return -ERANGE;
		script->points[script->n_points++] = point;
		*p = end;
		if (!*end)
			return 0;
		if (*end != ',')
			return -EINVAL;
		(*p)++;
	}
}

int virtual_light_parse(const char *text,
			struct virtual_light_script *ret_script,
			size_t *reterr_position)
{
	struct virtual_light_script script = { .n_points = 0 };
	const char *p;
	int ret = parse_points(text, &script, &p);

	if (ret == 0)
		*ret_script = script;
	else if (reterr_position)
		*reterr_position = (size_t)(p - text);
	return ret;
}

struct virtual_light virtual_light_at(const struct virtual_light_script *script,
				      uint32_t frame)
{
	const struct virtual_light_point *a;
	const struct virtual_light_point *b;
	struct virtual_light light;
	size_t i = 0;
	double f;

	while (i + 1 < script->n_points && script->points[i + 1].frame <= frame)
		i++;
	a = &script->points[i];
	if (i + 1 == script->n_points || !script->points[i + 1].glide)
		return a->light;
	b = &script->points[i + 1];
	f = (frame - a->frame) / (double)(b->frame - a->frame);
	/* Even to the eye are steps of log brightness and of 1 / kelvin. */
	light.brightness = a->light.brightness *
			   pow(b->light.brightness / a->light.brightness, f);
	light.kelvin = 1 / ((1 - f) / a->light.kelvin + f / b->light.kelvin);
	return light;
}

void virtual_light_colour(double kelvin, double ret_rgb[3])
{
	/* Planck's second radiation constant in nm K; wavelengths in nm. */
	static const double c2 = 1.4387769e7;
	static const double wavelength[3] = { 610, 550, 465 };
	static const double daylight = 6504;
	double radiance[3];
	int i;

	for (i = 0; i < 3; i++)
		radiance[i] = expm1(c2 / wavelength[i] / daylight) /
			      expm1(c2 / wavelength[i] / kelvin);
	for (i = 0; i < 3; i++)
		ret_rgb[i] = radiance[i] / radiance[1];
}
