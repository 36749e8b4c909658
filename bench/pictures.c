/* SPDX-License-Identifier: MIT */
/*
 * The work on the pixels of a frame: the model of a sensor, statistics, and
 * developing, beside copying the image that comes out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "clock.h"
#include "develop.h"
#include "fail.h"
#include "sensor.h"
#include "zone_statistics.h"

#define WIDTH 640u
#define HEIGHT 480u
#define RGB_SIZE ((size_t)WIDTH * HEIGHT * 3)

struct pictures;

/* What a case measures. */
struct picture_case {
	void (*work)(struct pictures *pictures);
	bool is_portable; /* with the code that every machine can run */
};

struct pictures {
	const struct picture_case *what;
	struct virtual_scene scene;
	struct virtual_sensor sensor;
	struct virtual_developer developer;
	struct virtual_recipe recipe;
	struct virtual_light light;
	uint32_t frame;
	uint16_t *raw; /* with its dark lines */
	uint8_t *rgb;
	uint8_t *copy;
	double ns; /* of all operations */
	uint64_t n;
};

/* ---- the work ------------------------------------------------------------ */

static void copy_image(struct pictures *p)
{
	memcpy(p->copy, p->rgb, RGB_SIZE);
	bench_use(p->copy);
}

static void expose(struct pictures *p)
{
	virtual_sensor_expose(&p->sensor, p->frame++, &p->scene, &p->light,
			      p->raw);
	bench_use(p->raw);
}

/* Each frame has another light, so that nothing is left from the last one. */
static void expose_changed(struct pictures *p)
{
	p->light.brightness = 1 + (p->frame & 1) * 0.5;
	expose(p);
}

static void measure(struct pictures *p)
{
	static struct ipa_softisp_statistics statistics;

	virtual_zone_statistics(&p->sensor, 0, p->raw, &statistics);
	bench_use(&statistics);
}

static void develop(struct pictures *p)
{
	virtual_develop_recipe(&p->developer, &p->recipe,
			       p->raw + WIDTH * VIRTUAL_SENSOR_DARK_LINES,
			       p->rgb);
	bench_use(p->rgb);
}

/* ---- the frame ----------------------------------------------------------- */

/* A matrix and gains as an IPA would choose them, and the curve of a square
 * root. */
static void set_recipe(struct virtual_recipe *recipe)
{
	static const int32_t matrix[9] = { 5000, -800,	-104, -900, 5600,
					   -604, -200, -1500, 5796 };

	recipe->stretch = true;
	memcpy(recipe->matrix, matrix, sizeof(matrix));
	for (int i = 0; i < 4; i++) {
		recipe->black[i] = VIRTUAL_SENSOR_BLACK * 256;
		recipe->gain[i] = 4096 + 900 * (uint32_t)i;
	}
	for (uint32_t i = 0; i < VIRTUAL_DEVELOP_POINTS; i++)
		recipe->tones[i] = (uint16_t)(i * (512 - i) * 65535 / 65536);
}

static void *open_pictures(const struct bench_case *bench)
{
	struct pictures *p = calloc(1, sizeof(*p));

	if (!p || virtual_scene_chart(WIDTH, HEIGHT, &p->scene) < 0 ||
	    virtual_sensor_init(&p->sensor, &virtual_sensor_plain, WIDTH, HEIGHT,
				1) < 0 ||
	    virtual_developer_init(&p->developer, WIDTH, HEIGHT) < 0)
		bench_fail("out of memory");
	p->raw = calloc(virtual_sensor_frame_pixels(&p->sensor),
			sizeof(*p->raw));
	p->rgb = malloc(RGB_SIZE);
	p->copy = malloc(RGB_SIZE);
	if (!p->raw || !p->rgb || !p->copy)
		bench_fail("out of memory");
	p->what = bench->parameter;
	p->light = (struct virtual_light){ 1, 5000 };
	if (p->what->is_portable) {
		p->sensor.is_fast = false;
		p->developer.debayer.is_fast = false;
	}
	set_recipe(&p->recipe);
	expose(p);
	develop(p);
	return p;
}

static double time_work(void *state)
{
	struct pictures *p = state;
	const uint64_t begin = camipc_now_ns();
	double took;

	p->what->work(p);
	took = (double)(camipc_now_ns() - begin);
	p->ns += took;
	p->n++;
	return took;
}

static void describe(void *state, char *text, size_t size)
{
	const struct pictures *p = state;

	snprintf(text, size, "%.0f million pixels per second",
		 (double)p->n * WIDTH * HEIGHT * 1e3 / p->ns);
}

static void close_pictures(void *state)
{
	struct pictures *p = state;

	virtual_developer_fini(&p->developer);
	virtual_sensor_fini(&p->sensor);
	virtual_scene_fini(&p->scene);
	free(p->raw);
	free(p->rgb);
	free(p->copy);
	free(p);
}

/* ---- the table ----------------------------------------------------------- */

#define PICTURE(case_name, its_floor, its_work, portable)                    \
	{                                                                    \
		.name = case_name,                                           \
		.floor = its_floor,                                          \
		.cores = BENCH_ONE_SIDE,                                     \
		.batch = 1,                                                  \
		.samples = 64,                                               \
		.parameter =                                                 \
			&(const struct picture_case){ its_work, portable },  \
		.open = open_pictures,                                       \
		.time = time_work,                                           \
		.describe = describe,                                        \
		.close = close_pictures,                                     \
	}

static const struct bench_case cases[] = {
	PICTURE("floor.picture", NULL, copy_image, false),
	PICTURE("picture.develop", "floor.picture", develop, false),
	PICTURE("picture.develop.portable", "floor.picture", develop, true),
	PICTURE("picture.sensor", "floor.picture", expose, false),
	PICTURE("picture.sensor.portable", "floor.picture", expose, true),
	PICTURE("picture.sensor.light", "floor.picture", expose_changed, false),
	PICTURE("picture.statistics", "floor.picture", measure, false),
};

const struct bench_table bench_pictures = { cases, sizeof(cases) /
						   sizeof(*cases) };
