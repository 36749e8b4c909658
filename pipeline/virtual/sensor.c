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

/* The full well clips at the signal that is white at gain 1. */
#define FULL ((VIRTUAL_SENSOR_WHITE - VIRTUAL_SENSOR_BLACK) * 64)
#define SIGMA_ENTRIES (FULL / 64 + 1)

#define ELECTRONS_PER_VALUE 10.0
#define READ_NOISE 3.0 /* electrons */
#define CONVERTER_NOISE 0.4 /* raw values, at every gain */

/* At brightness 1, white needs this part of the longest exposure time. */
#define NOMINAL_EXPOSURE 0.4

/* Sensitivity of each colour's pixels, and how much of each colour they see. */
static const double sensitivity[3] = { 0.62, 1.0, 0.70 };
static const double response[3][3] = {
	{ 0.80, 0.17, 0.03 },
	{ 0.14, 0.72, 0.14 },
	{ 0.03, 0.22, 0.75 },
};

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
	};
	struct virtual_sensor_settings settings;

	if ((model->active_width && width > model->active_width) ||
	    (model->active_height && height > model->active_height))
		return -ERANGE;
	s.sigma = calloc(SIGMA_ENTRIES, sizeof(*s.sigma));
	if (!s.sigma || set_lens(&s) < 0) {
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
	free(sensor->lens);
	sensor->sigma = NULL;
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

uint64_t virtual_sensor_pixel_rate(const struct virtual_sensor *sensor)
{
	return sensor->model->pixel_rate
		       ? sensor->model->pixel_rate
		       : (uint64_t)virtual_sensor_line_length(sensor) *
				 virtual_sensor_frame_length(sensor) *
				 VIRTUAL_SENSOR_FRAME_RATE;
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

/* A random number without state: it depends on @key and @counter only. */
static uint64_t hash(uint64_t key, uint64_t counter)
{
	uint64_t x = key + counter * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* Nearly normal noise from four random bytes; @sigma and result are in 1/64. */
static int32_t noise(uint32_t bits, int32_t sigma)
{
	int32_t sum = (int32_t)((bits & 0xff) + (bits >> 8 & 0xff) +
				(bits >> 16 & 0xff) + (bits >> 24)) -
		      510;

	/* The sum of four bytes has a deviation of 147.8: 65536 / 443.4. */
	return (int32_t)((int64_t)sum * sigma * 443 / 65536);
}

/* Response of a row's pixels to the scene's three colours, times 2^24. */
struct weights {
	uint64_t w[2][3]; /* of even and odd pixels */
};

static void set_weights(struct weights *weights, uint32_t row, double exposure,
			const double light[3])
{
	int x;
	int k;

	for (x = 0; x < 2; x++) {
		int colour = (int)(row & 1) + x; /* RG, GB */

		for (k = 0; k < 3; k++)
			weights->w[x][k] =
				(uint64_t)(FULL / 65535.0 * exposure *
						   light[k] *
						   sensitivity[colour] *
						   response[colour][k] *
						   0x1p24 +
					   0.5);
	}
}

static uint16_t convert(const struct virtual_sensor *sensor, uint32_t signal,
			const struct fraction *gain, uint32_t bits)
{
	int32_t value =
		(int32_t)(signal * gain->numerator / gain->denominator);

	value += VIRTUAL_SENSOR_BLACK * 64 + 32;
	value += noise(bits, sensor->sigma[signal / 64]);
	value /= 64;
	if (value < 0)
		return 0;
	return value > VIRTUAL_SENSOR_WHITE ? VIRTUAL_SENSOR_WHITE
					    : (uint16_t)value;
}

/* @line: the scene's line; NULL for a dark line. @lens: the line's light, or
 * NULL. */
static void expose_line(const struct virtual_sensor *sensor,
			const struct weights *weights, const uint16_t *line,
			const uint16_t *lens,
			const struct fraction *gain, uint64_t key, uint16_t *raw)
{
	uint32_t x;

	for (x = 0; x < sensor->width; x += 2) {
		uint64_t bits = hash(key, x);
		uint32_t signal[2] = { 0, 0 };
		int i;

		for (i = 0; line && i < 2; i++, line += 3) {
			const uint64_t *w = weights->w[i];
			uint64_t sum = (line[0] * w[0] + line[1] * w[1] +
					line[2] * w[2]) >>
				       24;

			if (lens)
				sum = sum * lens[x + (uint32_t)i] / 65535;
			signal[i] = sum < FULL ? (uint32_t)sum : FULL;
		}
		raw[x] = convert(sensor, signal[0], gain, (uint32_t)bits);
		raw[x + 1] = convert(sensor, signal[1], gain,
				     (uint32_t)(bits >> 32));
	}
}

void virtual_sensor_expose(struct virtual_sensor *sensor, uint32_t frame,
			   const struct virtual_scene *scene,
			   const struct virtual_light *light, uint16_t *raw)
{
	struct virtual_sensor_settings settings = sensor->pipe[0];
	double exposure = light->brightness * settings.lines /
			  (NOMINAL_EXPOSURE * virtual_sensor_max_lines(sensor));
	uint64_t key = hash(sensor->seed, (uint64_t)frame + 1);
	struct weights weights[2];
	struct fraction gain;
	double colour[3];
	uint32_t row;
	int i;

	virtual_light_colour(light->kelvin, colour);
	set_weights(&weights[0], 0, exposure, colour);
	set_weights(&weights[1], 1, exposure, colour);
	sensor->model->gain(settings.gain, &gain.numerator, &gain.denominator);
	update_sigma(sensor, settings.gain, &gain);
	for (row = 0; row < sensor->height + VIRTUAL_SENSOR_DARK_LINES; row++) {
		const uint16_t *line = NULL;
		const uint16_t *lens = NULL;

		if (row >= VIRTUAL_SENSOR_DARK_LINES) {
			size_t at = (size_t)sensor->width *
				    (row - VIRTUAL_SENSOR_DARK_LINES);

			line = scene->rgb + 3 * at;
			lens = sensor->lens ? sensor->lens + at : NULL;
		}
		expose_line(sensor, &weights[row & 1], line, lens, &gain,
			    hash(key, row), raw);
		raw += sensor->width;
	}
	for (i = 0; i < VIRTUAL_SENSOR_MAX_DELAY; i++)
		sensor->pipe[i] = sensor->pipe[i + 1];
}
