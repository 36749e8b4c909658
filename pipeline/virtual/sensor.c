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

int virtual_sensor_init(struct virtual_sensor *sensor, uint32_t width,
			uint32_t height, uint64_t seed)
{
	struct virtual_sensor s = {
		.width = width,
		.height = height,
		.seed = seed,
	};
	struct virtual_sensor_settings settings;

	s.sigma = calloc(SIGMA_ENTRIES, sizeof(*s.sigma));
	if (!s.sigma)
		return -ENOMEM;
	settings.lines = virtual_sensor_max_lines(&s) / 4;
	settings.gain = VIRTUAL_SENSOR_GAIN_UNIT;
	virtual_sensor_reset(&s, settings);
	*sensor = s;
	return 0;
}

void virtual_sensor_fini(struct virtual_sensor *sensor)
{
	free(sensor->sigma);
	sensor->sigma = NULL;
}

uint32_t virtual_sensor_frame_length(const struct virtual_sensor *sensor)
{
	return 2 * sensor->height;
}

int32_t virtual_sensor_min_lines(const struct virtual_sensor *sensor)
{
	(void)sensor;
	return 4;
}

int32_t virtual_sensor_max_lines(const struct virtual_sensor *sensor)
{
	return (int32_t)virtual_sensor_frame_length(sensor) - 8;
}

uint32_t virtual_sensor_line_length(const struct virtual_sensor *sensor)
{
	return sensor->width + 160;
}

uint64_t virtual_sensor_pixel_rate(const struct virtual_sensor *sensor)
{
	return (uint64_t)virtual_sensor_line_length(sensor) *
	       virtual_sensor_frame_length(sensor) * VIRTUAL_SENSOR_FRAME_RATE;
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

struct virtual_sensor_settings
virtual_sensor_requested(const struct virtual_sensor *sensor)
{
	return sensor->pipe[VIRTUAL_SENSOR_DELAY - 1];
}

void virtual_sensor_set(struct virtual_sensor *sensor,
			struct virtual_sensor_settings settings)
{
	sensor->pipe[VIRTUAL_SENSOR_DELAY - 1] = settings;
}

void virtual_sensor_reset(struct virtual_sensor *sensor,
			  struct virtual_sensor_settings settings)
{
	int i;

	for (i = 0; i < VIRTUAL_SENSOR_DELAY; i++)
		sensor->pipe[i] = settings;
}

/* Noise grows with the square root of the light, and with the gain. */
static void update_sigma(struct virtual_sensor *sensor, int32_t code)
{
	double gain = code / (double)VIRTUAL_SENSOR_GAIN_UNIT;
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
			int32_t code, uint32_t bits)
{
	int32_t value =
		(int32_t)(signal * (uint32_t)code / VIRTUAL_SENSOR_GAIN_UNIT);

	value += VIRTUAL_SENSOR_BLACK * 64 + 32;
	value += noise(bits, sensor->sigma[signal / 64]);
	value /= 64;
	if (value < 0)
		return 0;
	return value > VIRTUAL_SENSOR_WHITE ? VIRTUAL_SENSOR_WHITE
					    : (uint16_t)value;
}

/* @line: the scene's line; NULL for a dark line. */
static void expose_line(const struct virtual_sensor *sensor,
			const struct weights *weights, const uint16_t *line,
			int32_t code, uint64_t key, uint16_t *raw)
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

			signal[i] = sum < FULL ? (uint32_t)sum : FULL;
		}
		raw[x] = convert(sensor, signal[0], code, (uint32_t)bits);
		raw[x + 1] = convert(sensor, signal[1], code,
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
	double colour[3];
	uint32_t row;
	int i;

	virtual_light_colour(light->kelvin, colour);
	set_weights(&weights[0], 0, exposure, colour);
	set_weights(&weights[1], 1, exposure, colour);
	update_sigma(sensor, settings.gain);
	for (row = 0; row < sensor->height + VIRTUAL_SENSOR_DARK_LINES; row++) {
		const uint16_t *line = NULL;

		if (row >= VIRTUAL_SENSOR_DARK_LINES)
			line = scene->rgb +
			       (size_t)3 * sensor->width *
				       (row - VIRTUAL_SENSOR_DARK_LINES);
		expose_line(sensor, &weights[row & 1], line, settings.gain,
			    hash(key, row), raw);
		raw += sensor->width;
	}
	for (i = 0; i + 1 < VIRTUAL_SENSOR_DELAY; i++)
		sensor->pipe[i] = sensor->pipe[i + 1];
}
