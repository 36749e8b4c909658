/* SPDX-License-Identifier: MIT */
/*
 * A model of an image sensor: exposure, gain, crosstalk, noise and black level.
 * Signals are whole numbers, 1/64 of a raw value, so that frames are the same
 * on every machine.
 */
#include "sensor.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_noise.h"
#include "wide.h"

/* The full well clips at the signal that is white at gain 1. */
#define FULL ((VIRTUAL_SENSOR_WHITE - VIRTUAL_SENSOR_BLACK) * 64)
#define SIGMA_ENTRIES (FULL / 64 + 1)

#define ELECTRONS_PER_VALUE 10.0
#define READ_NOISE 3.0 /* electrons */
#define CONVERTER_NOISE 0.4 /* raw values, at every gain */

/* At brightness 1, white needs this part of the longest exposure time. */
#define NOMINAL_EXPOSURE 0.4

/* Light falls with the square of the distance from the middle; upwards by what a
 * lens of 4 : 3 leaves. */
static int set_lens(struct virtual_sensor *sensor)
{
	static const double upwards = 0.43;
	const double *falloff = sensor->model->falloff;
	double shape = sensor->height * 4.0 / (sensor->width * 3.0);
	uint32_t x;
	uint32_t y;

	if (!(falloff[0] > 0))
		return 0;
	sensor->lens = calloc((size_t)sensor->width * sensor->height,
			      sizeof(*sensor->lens));
	if (!sensor->lens)
		return -ENOMEM;
	for (y = 0; y < sensor->height; y++)
		for (x = 0; x < sensor->width; x++) {
			double right = 2.0 * x / sensor->width - 1;
			double down = (2.0 * y / sensor->height - 1) * shape;
			double squares = right * right + upwards * down * down;
			double light = 1 / (1 + falloff[(x & 1) + (y & 1)] *
							squares);

			sensor->lens[(size_t)y * sensor->width + x] =
				(uint16_t)(light * 65535 + 0.5);
		}
	return 0;
}

int virtual_sensor_init(struct virtual_sensor *sensor,
			const struct virtual_sensor_model *model,
			uint32_t width, uint32_t height, uint64_t seed)
{
	struct virtual_sensor s = {
		.model = model,
		.width = width,
		.height = height,
		.seed = seed,
		.sigma_gain = -1,
		.is_fast = wide_is_fast(),
	};
	struct virtual_sensor_settings settings;

	if ((model->active_width && width > model->active_width) ||
	    (model->active_height && height > model->active_height))
		return -ERANGE;
	s.sigma = calloc(SIGMA_ENTRIES, sizeof(*s.sigma));
	s.exposed = calloc(virtual_sensor_frame_pixels(&s), sizeof(*s.exposed));
	if (!s.sigma || !s.exposed || set_lens(&s) < 0) {
		virtual_sensor_fini(&s);
		return -ENOMEM;
	}
	settings.lines = virtual_sensor_max_lines(&s) / 4;
	settings.gain = model->min_gain;
	settings.frame_length = virtual_sensor_frame_length(&s);
	virtual_sensor_reset(&s, settings);
	*sensor = s;
	return 0;
}

void virtual_sensor_fini(struct virtual_sensor *sensor)
{
	free(sensor->sigma);
	free(sensor->exposed);
	free(sensor->lens);
	sensor->sigma = NULL;
	sensor->exposed = NULL;
	sensor->lens = NULL;
}

/* A sensor with a pixel rate of its own fills 1/30 s with blanking, if its
 * lines fit into it. */
uint32_t virtual_sensor_frame_length(const struct virtual_sensor *sensor)
{
	const struct virtual_sensor_model *model = sensor->model;
	uint64_t lines;

	if (!model->pixel_rate)
		return 2 * sensor->height;
	lines = model->pixel_rate / model->line_length /
		VIRTUAL_SENSOR_FRAME_RATE;
	return lines > virtual_sensor_min_frame_length(sensor)
		       ? (uint32_t)lines
		       : virtual_sensor_min_frame_length(sensor);
}

uint32_t virtual_sensor_min_frame_length(const struct virtual_sensor *sensor)
{
	return sensor->model->max_frame_length
		       ? sensor->height + sensor->model->min_blanking
		       : virtual_sensor_frame_length(sensor);
}

uint32_t virtual_sensor_max_frame_length(const struct virtual_sensor *sensor)
{
	return sensor->model->max_frame_length
		       ? sensor->model->max_frame_length
		       : virtual_sensor_frame_length(sensor);
}

int32_t virtual_sensor_min_lines(const struct virtual_sensor *sensor)
{
	return sensor->model->min_lines;
}

int32_t virtual_sensor_max_lines(const struct virtual_sensor *sensor)
{
	return virtual_sensor_lines_in(sensor,
				       virtual_sensor_frame_length(sensor));
}

int32_t virtual_sensor_lines_in(const struct virtual_sensor *sensor,
				uint32_t frame_length)
{
	return (int32_t)(frame_length - sensor->model->margin);
}

uint32_t virtual_sensor_line_length(const struct virtual_sensor *sensor)
{
	return sensor->model->line_length ? sensor->model->line_length
					  : sensor->width + 160;
}

void virtual_sensor_set_interval(struct virtual_sensor *sensor,
				 uint32_t numerator, uint32_t denominator)
{
	if (denominator > (uint64_t)numerator * 1000 ||
	    numerator > (uint64_t)denominator * 100)
		return;
	sensor->frames = denominator;
	sensor->frames_seconds = numerator;
}

uint64_t virtual_sensor_pixel_rate(const struct virtual_sensor *sensor)
{
	const uint64_t pixels = (uint64_t)virtual_sensor_line_length(sensor) *
				virtual_sensor_frame_length(sensor);

	if (sensor->model->pixel_rate)
		return sensor->model->pixel_rate;
	if (!sensor->frames)
		return pixels * VIRTUAL_SENSOR_FRAME_RATE;
	return (pixels * sensor->frames + sensor->frames_seconds / 2) /
	       sensor->frames_seconds;
}

size_t virtual_sensor_frame_pixels(const struct virtual_sensor *sensor)
{
	return (size_t)sensor->width *
	       (sensor->height + VIRTUAL_SENSOR_DARK_LINES);
}

struct virtual_sensor_settings
virtual_sensor_current(const struct virtual_sensor *sensor)
{
	return sensor->pipe[0];
}

/* A value that a register gets applies to that frame and to all later ones. */
void virtual_sensor_set(struct virtual_sensor *sensor,
			struct virtual_sensor_settings settings)
{
	const struct virtual_sensor_delays *delays = &sensor->model->delays;

	for (uint32_t i = 0; i <= VIRTUAL_SENSOR_MAX_DELAY; i++) {
		struct virtual_sensor_settings *frame = &sensor->pipe[i];

		if (i >= delays->exposure)
			frame->lines = settings.lines;
		if (i >= delays->gain)
			frame->gain = settings.gain;
		if (i >= delays->frame_length)
			frame->frame_length = settings.frame_length;
	}
}

void virtual_sensor_reset(struct virtual_sensor *sensor,
			  struct virtual_sensor_settings settings)
{
	for (int i = 0; i <= VIRTUAL_SENSOR_MAX_DELAY; i++)
		sensor->pipe[i] = settings;
}

/* The analogue gain of a frame. */
struct fraction {
	uint32_t numerator;
	uint32_t denominator;
};

/* Noise grows with the square root of the light, and with the gain. */
static void update_sigma(struct virtual_sensor *sensor, int32_t code,
			 const struct fraction *fraction)
{
	double gain = fraction->numerator / (double)fraction->denominator;
	uint32_t i;

	if (sensor->sigma_gain == code)
		return;
	for (i = 0; i < SIGMA_ENTRIES; i++) {
		double values =
			gain / ELECTRONS_PER_VALUE *
			sqrt(i * ELECTRONS_PER_VALUE + READ_NOISE * READ_NOISE);
		double sigma = sqrt(values * values +
				    CONVERTER_NOISE * CONVERTER_NOISE);

		sensor->sigma[i] = (uint16_t)(sigma * 64 + 0.5);
	}
	sensor->sigma_gain = code;
}

static void set_weights(struct virtual_sensor_seen *seen,
			const struct virtual_sensor_model *model,
			double exposure, const double light[3])
{
	int i;
	int k;

	for (i = 0; i < 4; i++) {
		int colour = (i >> 1) + (i & 1); /* RG, GB */

		for (k = 0; k < 3; k++)
			seen->weights[i >> 1][i & 1][k] =
				(uint64_t)(FULL / 65535.0 * exposure *
						   light[k] *
						   model->sensitivity[colour] *
						   model->response[colour][k] *
						   0x1p24 +
					   0.5);
	}
}

/* Amplifies a signal. */
static uint32_t expose_pixel(const struct virtual_sensor *sensor,
			     uint32_t signal, const struct fraction *gain)
{
	uint32_t level = signal * gain->numerator / gain->denominator;

	return virtual_exposed(level + VIRTUAL_SENSOR_BLACK * 64 + 32,
			       sensor->sigma[signal / 64]);
}

/* @line: the scene's line. @lens: the line's light, or NULL. */
static void expose_line(const struct virtual_sensor *sensor,
			uint64_t weights[2][3], const uint16_t *line,
			const uint16_t *lens, const struct fraction *gain,
			uint32_t *exposed)
{
	uint32_t x;

	for (x = 0; x < sensor->width; x++, line += 3) {
		const uint64_t *w = weights[x & 1];
		uint64_t sum = (line[0] * w[0] + line[1] * w[1] +
				line[2] * w[2]) >>
			       24;

		if (lens)
			sum = sum * lens[x] / 65535;
		exposed[x] = expose_pixel(sensor,
					  sum < FULL ? (uint32_t)sum : FULL,
					  gain);
	}
}

/* Computes each pixel before its noise. */
static void expose_pixels(struct virtual_sensor *sensor,
			  const struct virtual_scene *scene)
{
	const size_t dark = (size_t)sensor->width * VIRTUAL_SENSOR_DARK_LINES;
	struct fraction gain;
	uint32_t black;
	uint32_t y;
	size_t i;

	sensor->model->gain(sensor->seen.gain, &gain.numerator,
			    &gain.denominator);
	update_sigma(sensor, sensor->seen.gain, &gain);
	black = expose_pixel(sensor, 0, &gain);
	for (i = 0; i < dark; i++)
		sensor->exposed[i] = black;
	for (y = 0; y < sensor->height; y++) {
		size_t at = (size_t)sensor->width * y;

		expose_line(sensor, sensor->seen.weights[y & 1],
			    scene->rgb + 3 * at,
			    sensor->lens ? sensor->lens + at : NULL, &gain,
			    sensor->exposed + dark + at);
	}
}

static bool is_seen(const struct virtual_sensor *sensor,
		    const struct virtual_sensor_seen *seen)
{
	return seen->gain == sensor->seen.gain &&
	       seen->scene == sensor->seen.scene &&
	       memcmp(seen->weights, sensor->seen.weights,
		      sizeof(seen->weights)) == 0;
}

void virtual_sensor_expose(struct virtual_sensor *sensor, uint32_t frame,
			   const struct virtual_scene *scene,
			   const struct virtual_light *light, uint16_t *raw)
{
	struct virtual_sensor_settings settings = sensor->pipe[0];
	double exposure = light->brightness * settings.lines /
			  (NOMINAL_EXPOSURE * virtual_sensor_max_lines(sensor));
	uint64_t key = virtual_noise_hash(sensor->seed, (uint64_t)frame + 1);
	struct virtual_sensor_seen seen = {
		.gain = settings.gain,
		.scene = scene->rgb,
	};
	double colour[3];
	uint32_t row;
	int i;

	virtual_light_colour(light->kelvin, colour);
	set_weights(&seen, sensor->model, exposure, colour);
	if (!is_seen(sensor, &seen)) {
		sensor->seen = seen;
		expose_pixels(sensor, scene);
	}
	for (row = 0; row < sensor->height + VIRTUAL_SENSOR_DARK_LINES; row++) {
		virtual_noise_add(virtual_noise_hash(key, row),
				  sensor->exposed + (size_t)sensor->width * row,
				  sensor->width, VIRTUAL_SENSOR_WHITE, raw,
				  sensor->is_fast);
		raw += sensor->width;
	}
	for (i = 0; i < VIRTUAL_SENSOR_MAX_DELAY; i++)
		sensor->pipe[i] = sensor->pipe[i + 1];
}
