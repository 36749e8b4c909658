/* SPDX-License-Identifier: MIT */
/*
 * The first acts: the same camera twice, side by side, with its IPA in a thread
 * and isolated. Every frame is compared and timed; then calls are.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <camipc/error.h>

#include "controls_ipa_types.h"
#include "demo.h"
#include "facts.h"
#include "interrupt.h"
#include "isp.h"
#include "camera.h"
#include "metadata_writer.h"
#include "pictures.h"
#include "report.h"
#include "scene.h"

/* Frames that must be similar where they cannot be identical: on a busy machine
 * an IPA's own threads are late now and then. */
#define MIN_SIMILAR_PERCENT 80

/* Calls before the ones that are measured. */
#define WARM_UP 50

enum { THREAD, PROCESS, N_SIDES };

static const char *const isolations[N_SIDES] = { "thread", "process" };

/* A camera that is compared. */
static const struct subject {
	const char *camera; /* as virtual_isp_find() knows it */
	bool has_calls; /* demo_call() is one of its IPA */
	bool is_optional; /* left out where its module is not, or does not run */
	bool is_rough; /* see is_similar() */
	bool is_slow; /* its white balance needs half as many frames again */
	int pace_ms; /* shortest time of a frame */
	/* Brightness of night and day, where that of the bulb is 1. */
	const char *night, *day;
} subjects[] = {
	{
		.camera = "virtual",
		.has_calls = true,
		.night = "0.012",
		.day = "1",
	},
	/* Parts of it run in threads of its own, which need time. It takes a
	 * light for daylight only if it is as bright. */
	{
		.camera = "virtual-rpi",
		.is_optional = true,
		.is_rough = true,
		.is_slow = true,
		.pace_ms = 8,
		.night = "0.04",
		.day = "3",
	},
};

/* A side and its latest frame. */
struct side {
	struct virtual_camera *camera;
	struct virtual_frame frame;
	int64_t us; /* that the frame took */
	char *metadata; /* JSON */
};

struct comparison {
	struct demo *demo;
	const struct subject *subject;
	struct side sides[N_SIDES];
	uint32_t n_same;
	uint32_t n_similar;
	bool is_left_out;
};

static uint32_t n_frames(const struct comparison *comparison)
{
	const uint32_t n = comparison->demo->frames;

	return comparison->subject->is_slow ? n + n / 2 : n;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* ---- frames -------------------------------------------------------------- */

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *p = data;
	size_t i;

	/* FNV-1a: the bytes are compared as well. */
	for (i = 0; i < size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static size_t n_pixels(const struct virtual_frame *frame)
{
	return (size_t)frame->width * frame->height;
}

static uint64_t hash_side(const struct side *side)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash = hash_bytes(hash, side->frame.rgb, 3 * n_pixels(&side->frame));
	hash = hash_bytes(hash, side->frame.raw, 2 * n_pixels(&side->frame));
	return hash_bytes(hash, side->metadata, strlen(side->metadata));
}

static bool is_same(const struct side *a, const struct side *b)
{
	size_t n = n_pixels(&a->frame);

	return n == n_pixels(&b->frame) &&
	       memcmp(a->frame.rgb, b->frame.rgb, 3 * n) == 0 &&
	       memcmp(a->frame.raw, b->frame.raw, 2 * n) == 0 &&
	       strcmp(a->metadata, b->metadata) == 0;
}

/* Returns the colour temperature that the IPA has estimated; 0: none. */
static double get_kelvin(const struct virtual_frame *frame)
{
	int32_t kelvin = 0;

	(void)!cam_control_list_get_int32(frame->metadata,
					  CAM_CONTROL_ID_SPACE_CONTROLS,
					  CAM_CONTROL_ID_COLOUR_TEMPERATURE,
					  &kelvin);
	return kelvin;
}

/*
 * For IPAs whose results depend on what their own threads do in time: exposure
 * and gain are the same, and the colour temperature within 1 %.
 */
static bool is_similar(const struct side *a, const struct side *b)
{
	double kelvin = get_kelvin(&a->frame);
	double other = get_kelvin(&b->frame);

	return a->frame.settings.lines == b->frame.settings.lines &&
	       a->frame.settings.gain == b->frame.settings.gain &&
	       fabs(kelvin - other) <= 0.01 * kelvin;
}

/* Keeps the metadata as text, without the end of its line. */
static int keep_metadata(struct side *side)
{
	struct camera_frame frame;
	size_t size;
	FILE *stream;

	free(side->metadata);
	side->metadata = NULL;
	stream = open_memstream(&side->metadata, &size);
	if (!stream)
		return -errno;
	virtual_frame_describe(&side->frame, &frame);
	frame.model = &side->frame;
	metadata_write(stream, &frame, false);
	if (fclose(stream) != 0)
		return -errno;
	side->metadata[strcspn(side->metadata, "\n")] = '\0';
	return 0;
}

/* Takes the next frame of a side. Returns 0 or an exit code. */
static int take(struct side *side)
{
	int64_t begin = now_ns();
	int ret = virtual_camera_capture(side->camera, &side->frame);

	side->us = (now_ns() - begin) / 1000;
	if (ret == -EINTR)
		return EXIT_SIGNAL + interrupt_signal();
	if (ret == 0)
		ret = keep_metadata(side);
	else
		demo_error("the comparison ended early: %s",
			   virtual_camera_error(side->camera));
	return ret < 0 ? EXIT_FAILED : EXIT_OK;
}

/* Means of the chart's grey patch, as it is seen. */
static void add_grey(const struct virtual_frame *frame)
{
	uint32_t x0, y0, width, height, x, y, i;
	int64_t sums[3] = { 0 };

	virtual_scene_chart_neutral(frame->width, frame->height, &x0, &y0,
				    &width, &height);
	for (y = y0; y < y0 + height; y++)
		for (x = x0; x < x0 + width; x++)
			for (i = 0; i < 3; i++)
				sums[i] += frame->rgb[((size_t)y * frame->width +
						       x) * 3 + i];
	for (i = 0; i < 3; i++)
		sums[i] = 100 * sums[i] / ((int64_t)width * height);
	facts_array("grey_percent", sums, 3);
}

static int write_frame(struct comparison *comparison, bool same)
{
	const struct side *sides = comparison->sides;
	char hash[N_SIDES][20];
	int i;

	for (i = 0; i < N_SIDES; i++)
		snprintf(hash[i], sizeof(hash[i]), "%016llx",
			 (unsigned long long)hash_side(&sides[i]));
	facts_begin("frame");
	facts_text("camera", comparison->subject->camera);
	facts_int("thread_us", sides[THREAD].us);
	facts_int("process_us", sides[PROCESS].us);
	facts_text("thread_hash", hash[THREAD]);
	facts_text("process_hash", hash[PROCESS]);
	facts_bool("same", same);
	if (!comparison->demo->photo)
		add_grey(&sides[PROCESS].frame);
	facts_json("metadata", sides[PROCESS].metadata);
	return facts_end() < 0 ? EXIT_FAILED : EXIT_OK;
}

/* ---- pictures ------------------------------------------------------------ */

/* Writes a picture and the fact about it. */
static int write_picture(const struct comparison *comparison, const char *name,
			 const struct virtual_frame *frame, bool as_sensor)
{
	const char *folder = comparison->demo->folder;
	const char *camera = comparison->subject->camera;
	char path[PICTURE_PATH_SIZE];
	char file[64];
	int ret;

	snprintf(file, sizeof(file), "%s-%s", camera, name);
	ret = as_sensor ? picture_write_sensor(folder, file, frame, path)
			: picture_write(folder, file, frame, path);

	if (ret < 0) {
		demo_error("cannot write the picture '%s': %s", path,
			   camipc_errno_to_string(ret));
		return EXIT_FAILED;
	}
	facts_begin("picture");
	facts_text("camera", camera);
	facts_text("name", name);
	facts_text("file", path);
	facts_int("frame", frame->number);
	return facts_end() < 0 ? EXIT_FAILED : EXIT_OK;
}

static int write_pictures(const struct comparison *comparison, uint32_t i)
{
	const uint32_t n = n_frames(comparison);
	const struct virtual_frame *thread = &comparison->sides[THREAD].frame;
	const struct virtual_frame *process = &comparison->sides[PROCESS].frame;
	const uint32_t dark = n / 3;
	const uint32_t day = 2 * n / 3;
	int code = EXIT_OK;

	/* Some IPAs begin in the dark. */
	if (i == dark - 1) {
		code = write_picture(comparison, "sensor", process, true);
		if (code == EXIT_OK)
			code = write_picture(comparison, "warm", process, false);
	}
	if (i == dark)
		code = write_picture(comparison, "dark-first", process, false);
	if (i == day - 1)
		code = write_picture(comparison, "dark", process, false);
	/* Two frames later the sensor takes the first new settings. */
	if (i == day + 2)
		code = write_picture(comparison, "day-first", process, false);
	if (code == EXIT_OK && i == n - 1) {
		code = write_picture(comparison, "day", process, false);
		if (code == EXIT_OK)
			code = write_picture(comparison, "day-thread", thread, false);
	}
	return code;
}

/* The sides take turns in being first. */
static int compare_frame(struct comparison *comparison, uint32_t i)
{
	struct side *sides = comparison->sides;
	int code = take(&sides[i % N_SIDES]);
	bool same;

	if (code == EXIT_OK)
		code = take(&sides[(i + 1) % N_SIDES]);
	if (code != EXIT_OK)
		return code;
	same = is_same(&sides[THREAD], &sides[PROCESS]);
	comparison->n_same += same;
	comparison->n_similar += is_similar(&sides[THREAD], &sides[PROCESS]);
	code = write_frame(comparison, same);
	return code == EXIT_OK ? write_pictures(comparison, i) : code;
}

/* ---- calls --------------------------------------------------------------- */

static int measure_calls(const struct comparison *comparison, int side)
{
	struct virtual_camera *camera = comparison->sides[side].camera;
	const uint32_t n = comparison->demo->calls;
	int64_t *times = calloc(n, sizeof(*times));
	uint32_t i;
	int ret = times ? 0 : -ENOMEM;

	for (i = 0; ret == 0 && i < WARM_UP; i++)
		ret = demo_call(camera);
	for (i = 0; ret == 0 && i < n && !interrupt_signal(); i++) {
		int64_t begin = now_ns();

		ret = demo_call(camera);
		times[i] = now_ns() - begin;
	}
	if (ret < 0) {
		demo_error("a call of the IPA failed: %s",
			   camipc_strerror(ret));
	} else if (!interrupt_signal()) {
		facts_begin("calls");
		facts_text("camera", comparison->subject->camera);
		facts_text("isolation", isolations[side]);
		facts_array("ns", times, n);
		ret = facts_end();
	}
	free(times);
	if (interrupt_signal())
		return EXIT_SIGNAL + interrupt_signal();
	return ret < 0 ? EXIT_FAILED : EXIT_OK;
}

/* ---- the act ------------------------------------------------------------- */

/* Tells that a camera is left out. */
static int leave_out(struct comparison *comparison, const char *why)
{
	comparison->is_left_out = true;
	facts_begin("left-out");
	facts_text("camera", comparison->subject->camera);
	facts_text("why", why);
	return facts_end() < 0 ? EXIT_FAILED : EXIT_OK;
}

static int open_sides(struct comparison *comparison, const char *light)
{
	char error[DEMO_ERROR_SIZE];
	int i;

	for (i = 0; i < N_SIDES; i++) {
		const struct virtual_camera_options options = {
			.name = comparison->subject->camera,
			.width = DEMO_WIDTH,
			.height = DEMO_HEIGHT,
			.scene = comparison->demo->photo,
			.light = light,
			.isolation = isolations[i],
			.pace_ms = comparison->subject->pace_ms,
		};
		int ret = demo_try_open(comparison->demo, options, error,
					&comparison->sides[i].camera);

		if (ret < 0 && comparison->subject->is_optional)
			return leave_out(comparison, error);
		if (ret < 0) {
			demo_error("%s", error);
			return comparison->demo->photo ? EXIT_USAGE
						       : EXIT_FAILED;
		}
	}
	return EXIT_OK;
}

static int run_comparison(struct comparison *comparison)
{
	const uint32_t n = n_frames(comparison);
	char light[80];
	uint32_t i;
	int code;

	/* A bulb; nearly night, so that the gain moves; a cloudy day. */
	snprintf(light, sizeof(light), "0=1@2500,%u=%s@2500,%u=%s@6500", n / 3,
		 comparison->subject->night, 2 * n / 3,
		 comparison->subject->day);
	code = open_sides(comparison, light);
	if (comparison->is_left_out)
		return code;
	for (i = 0; code == EXIT_OK && i < n; i++)
		code = compare_frame(comparison, i);
	for (i = 0; code == EXIT_OK && i < N_SIDES; i++)
		if (comparison->subject->has_calls)
			code = measure_calls(comparison, (int)i);
	return code;
}

/* Compares a camera with itself, and writes what came of it. */
static int compare(struct demo *demo, const struct subject *subject)
{
	struct comparison comparison = { .demo = demo, .subject = subject };
	int code = run_comparison(&comparison);
	bool held;
	int i;

	for (i = 0; i < N_SIDES; i++) {
		demo_close(comparison.sides[i].camera);
		free(comparison.sides[i].metadata);
	}
	if (code != EXIT_OK || comparison.is_left_out)
		return code;
	held = subject->is_rough
		       ? 100 * comparison.n_similar >=
				 MIN_SIMILAR_PERCENT * n_frames(&comparison)
		       : comparison.n_same == n_frames(&comparison);
	demo->failed |= !held;
	facts_begin("comparison");
	facts_text("camera", subject->camera);
	facts_int("same", comparison.n_same);
	facts_int("similar", comparison.n_similar);
	facts_bool("rough", subject->is_rough);
	facts_bool("held", held);
	return facts_end() < 0 ? EXIT_FAILED : EXIT_OK;
}

static int is_module_of(void *user, const struct camipc_module_found *module)
{
	const struct virtual_isp *isp = user;

	return strcmp(module->info.name, isp->module) == 0 &&
	       strcmp(module->info.interface_name, isp->interface_name) == 0;
}

/* Whether there is a module for a camera. */
static bool is_there(const struct demo *demo, const struct virtual_isp *isp)
{
	return camipc_manager_list(demo->manager, is_module_of,
				   (void *)(uintptr_t)isp) == 1;
}

/* Reports a camera whose module is missing, so that people can build it. */
static int compare_or_leave_out(struct demo *demo,
				const struct subject *subject)
{
	struct comparison comparison = { .demo = demo, .subject = subject };
	const struct virtual_isp *isp = virtual_isp_find(subject->camera);
	char why[DEMO_ERROR_SIZE];

	if (!subject->is_optional || (isp && is_there(demo, isp)))
		return compare(demo, subject);
	snprintf(why, sizeof(why), "no IPA module%s%s",
		 isp && isp->module_origin ? ": " : "",
		 isp && isp->module_origin ? isp->module_origin : "");
	return leave_out(&comparison, why);
}

int demo_compare(struct demo *demo)
{
	size_t i;
	int code = EXIT_OK;

	for (i = 0; code == EXIT_OK &&
		    i < sizeof(subjects) / sizeof(subjects[0]); i++)
		code = compare_or_leave_out(demo, &subjects[i]);
	return code;
}
