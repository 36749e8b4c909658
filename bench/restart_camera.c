/* SPDX-License-Identifier: MIT */
/*
 * Restarts of whole cameras at 60 frames per second: from the end of the worker
 * as a frame was taken until the next worker has answered that frame. The IPAs
 * are softisp and the Raspberry Pi's of libcamera's.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "bench.h"
#include "clock.h"
#include "fail.h"
#include "ipa_session.h"
#include "real_camera.h"
#include "report.h"

#define FRAME_US 16667 /* 60 per second */
#define CALM_FRAMES 2 /* at least, before each kill */
#define MAX_KILLS 1000 /* of all rounds */
#define PATIENCE_MS 5000

/** The times of all rounds: one round has too few for a 99th percentile. */
struct tally {
	double ns[MAX_KILLS];
	size_t n;
};

/** What a case measures. */
struct subject {
	const char *camera; /* the name of its image processor */
	const char *file; /* of libcamera's IPA; NULL: the IPA is ours */
	bool spare;
	struct tally *tally;
};

struct camera {
	const struct subject *subject;
	struct camipc_manager *manager;
	struct virtual_error error;
	struct virtual_imager imager;
	struct virtual_ipa ipa;
	uint32_t next; /* frame */
	int64_t due_us; /* of that frame */
};

static void no_log(void *user, enum camipc_log_level level, const char *topic,
		   const char *text)
{
	(void)user;
	(void)level;
	(void)topic;
	(void)text;
}

static void expect(const struct camera *camera, int ret)
{
	if (ret < 0)
		bench_fail("%s: %s", camera->subject->camera,
			   camera->error.text);
}

/* ---- a camera --------------------------------------------------------------- */

/** The window is so short that no number of kills exhausts the policy. */
static void set_policy(struct camera *camera)
{
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = CAMIPC_MAX_RESTARTS,
		.window_ms = 1,
		.spare = camera->subject->spare,
	};

	if (camipc_proxy_set_restart(camera->ipa.proxy, &policy) < 0)
		bench_fail("set_restart failed");
}

static void start(struct camera *camera)
{
	static const char *const modules[] = { SOFTISP_DIR, MODULES, NULL };
	static const char *const workers[] = { WORKER, NULL };
	const struct camipc_manager_options manager = {
		.size = sizeof(manager),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct virtual_imager_options imager = {
		.isp = virtual_isp_find(camera->subject->camera),
		.width = 320,
		.height = 240,
		.seed = 1,
	};
	const struct virtual_ipa_options ipa = {
		.isolation = "process",
		.timeout_ms = PATIENCE_MS,
		.interrupt_fd = -1,
	};

	if (camipc_manager_create(&manager, &camera->manager) < 0)
		bench_fail("no manager");
	expect(camera, virtual_imager_init(&camera->imager, &imager,
					   &camera->error));
	expect(camera, virtual_ipa_init(&camera->ipa, camera->manager, &ipa,
					&camera->imager, &camera->error));
	set_policy(camera);
	expect(camera, virtual_ipa_start(&camera->ipa));
}

static void *open_camera(const struct bench_case *bench)
{
	const struct subject *subject = bench->parameter;
	struct camera *camera;

	if (subject->file && !real_has_ipa(subject->file))
		return NULL;
	camera = calloc(1, sizeof(*camera));
	if (!camera)
		bench_fail("out of memory");
	camera->subject = subject;
	/* What an IPA reports would be between the lines of the table. */
	camipc_log_set(no_log, NULL, CAMIPC_LOG_ERROR);
	start(camera);
	return camera;
}

static void close_camera(void *state)
{
	struct camera *camera = state;

	virtual_ipa_fini(&camera->ipa);
	virtual_imager_fini(&camera->imager);
	camipc_manager_destroy(camera->manager);
	camipc_log_set(NULL, NULL, CAMIPC_LOG_ERROR);
	free(camera);
}

/* ---- frames ----------------------------------------------------------------- */

static void dispatch(struct camera *camera)
{
	struct pollfd polled = {
		.fd = camipc_proxy_get_fd(camera->ipa.proxy),
		.events = POLLIN,
	};

	if (poll(&polled, 1, PATIENCE_MS) <= 0)
		bench_fail("nothing happened within 5 s");
	expect(camera, virtual_ipa_dispatch(&camera->ipa));
}

/** Both IPAs are asked about a frame when the sensor has taken it. */
static void take_frame(struct camera *camera, struct virtual_frame *frame)
{
	const int64_t now_us = (int64_t)(camipc_now_ns() / 1000);

	expect(camera,
	       virtual_ipa_pause(&camera->ipa, camera->due_us / 1000));
	camera->due_us += FRAME_US;
	/* It begins now, or takes the time up that a restart has cost. */
	if (camera->due_us < now_us)
		camera->due_us = now_us + FRAME_US;
	expect(camera, virtual_imager_expose(&camera->imager, camera->next++,
					     frame, &camera->error));
}

static void answer_frame(struct camera *camera,
			 const struct virtual_frame *frame)
{
	const struct virtual_answer *answer =
		virtual_ipa_get_answer(&camera->ipa, frame->number);

	expect(camera, virtual_ipa_before_frame(&camera->ipa, frame->number));
	expect(camera, virtual_ipa_frame_taken(&camera->ipa, frame));
	while (!answer->has_parameters) {
		if (answer->is_lost)
			bench_fail("the IPA has ended by itself");
		dispatch(camera);
	}
}

/** The frame becomes an image, and its statistics go to the IPA. */
static void finish_frame(struct camera *camera,
			 const struct virtual_frame *frame)
{
	struct virtual_answer *answer =
		virtual_ipa_get_answer(&camera->ipa, frame->number);

	expect(camera, virtual_ipa_take_parameters(&camera->ipa, answer));
	expect(camera, virtual_imager_develop(&camera->imager, frame->number,
					      camera->ipa.parameters,
					      &camera->error));
	expect(camera, virtual_ipa_image_made(&camera->ipa, frame));
	while (!answer->has_metadata)
		dispatch(camera);
}

static bool has_spare(const struct camera *camera)
{
	struct camipc_memory_stats memory = { .size = sizeof(memory) };

	if (camipc_proxy_get_memory_stats(camera->ipa.proxy, &memory) < 0)
		bench_fail("no statistics of memory");
	return memory.spare_bytes != 0;
}

static double time_kill(void *state)
{
	struct camera *camera = state;
	const uint64_t restarts = camera->ipa.restarts.restarts;
	struct tally *tally = camera->subject->tally;
	struct virtual_frame frame;
	uint64_t begin;
	double took;

	for (int i = 0; i < CALM_FRAMES ||
			(camera->subject->spare && !has_spare(camera)); i++) {
		take_frame(camera, &frame);
		answer_frame(camera, &frame);
		finish_frame(camera, &frame);
	}
	take_frame(camera, &frame);
	begin = camipc_now_ns();
	kill(camipc_proxy_get_pid(camera->ipa.proxy), SIGKILL);
	while (camera->ipa.restarts.restarts == restarts)
		dispatch(camera);
	answer_frame(camera, &frame);
	took = (double)(camipc_now_ns() - begin);
	finish_frame(camera, &frame);
	if (tally->n < MAX_KILLS)
		tally->ns[tally->n++] = took;
	return took;
}

/* ---- the table ---------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

static void describe(void *state, char *text, size_t size)
{
	struct tally *tally = ((struct camera *)state)->subject->tally;

	qsort(tally->ns, tally->n, sizeof(*tally->ns), compare_doubles);
	snprintf(text, size,
		 "%zu kills: %.1f ms (median), %.1f ms (99th percentile)",
		 tally->n, bench_percentile(tally->ns, tally->n, 50) / 1e6,
		 bench_percentile(tally->ns, tally->n, 99) / 1e6);
}

#define RESTART(case_name, camera_name, ipa_file, with_spare)             \
	{                                                                 \
		.name = case_name,                                        \
		.floor = "floor.spawn",                                   \
		.cores = BENCH_SAME_CORE,                                 \
		.batch = 1,                                               \
		.samples = 40,                                            \
		.parameter =                                              \
			&(const struct subject){ camera_name, ipa_file,   \
						 with_spare,              \
						 &(struct tally){ .n = 0 } }, \
		.open = open_camera,                                      \
		.time = time_kill,                                        \
		.describe = describe,                                     \
		.close = close_camera,                                    \
		.skip_reason = "its IPA module is not installed (Debian " \
			       "12: libcamera-ipa)",                      \
	}

static const struct bench_case cases[] = {
	RESTART("restart.softisp.kill", "virtual", NULL, false),
	RESTART("restart.softisp.spare", "virtual", NULL, true),
	RESTART("restart.rpi.kill", "virtual-rpi", "ipa_rpi.so", false),
	RESTART("restart.rpi.spare", "virtual-rpi", "ipa_rpi.so", true),
};

const struct bench_table bench_restart_camera = { cases, sizeof(cases) /
							 sizeof(*cases) };
