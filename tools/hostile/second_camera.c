/* SPDX-License-Identifier: MIT */
/* The thread of the second camera, and what it has seen. */
#include "second_camera.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hostile_clock.h"
#include "hostile_ipa_proxy.h"

#define FRAME_NS (INT64_C(1000000000) / 60)
#define LIMIT_S 20

/* Times until an answer, in milliseconds; longer ones are in the last. */
#define SLOTS 1024

struct second_camera {
	const char *worker;
	const char *module;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ends;
	/* Under the lock. */
	uint64_t all_calls;
	struct second_camera_view view;
	uint64_t slots[SLOTS];
	uint32_t events; /* of the thread alone */
};

static void on_second_done(void *user, uint32_t number)
{
	struct second_camera *camera = user;

	(void)number;
	camera->events++;
}

static void on_second_closed(void *user, const struct camipc_closed_info *info)
{
	struct second_camera *camera = user;

	(void)info;
	pthread_mutex_lock(&camera->lock);
	camera->view.failures++;
	pthread_mutex_unlock(&camera->lock);
}

static const struct test_hostile_events second_events = {
	.size = sizeof(second_events),
	.done = on_second_done,
	.closed = on_second_closed,
};

static void note_call(struct second_camera *camera, int ret, int64_t took_ns)
{
	int64_t ms = took_ns / 1000000;

	pthread_mutex_lock(&camera->lock);
	if (ret < 0) {
		camera->view.failures++;
	} else {
		camera->all_calls++;
		camera->view.calls++;
		camera->view.late += took_ns > FRAME_NS;
		camera->slots[ms < SLOTS ? ms : SLOTS - 1]++;
	}
	camera->view.events += camera->events;
	camera->events = 0;
	pthread_cond_broadcast(&camera->changed);
	pthread_mutex_unlock(&camera->lock);
}

static void sleep_until(int64_t ns)
{
	const struct timespec when = { .tv_sec = ns / 1000000000,
				       .tv_nsec = ns % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

static bool must_end(struct second_camera *camera)
{
	bool ends;

	pthread_mutex_lock(&camera->lock);
	ends = camera->ends;
	pthread_mutex_unlock(&camera->lock);
	return ends;
}

static void stream_second(struct second_camera *camera, struct test_hostile *ipa)
{
	int64_t next = hostile_now_ns();

	for (uint32_t frame = 0; !must_end(camera); frame++) {
		uint64_t address;
		int32_t pid;
		int64_t began;
		int ret;

		sleep_until(next);
		next += FRAME_NS;
		began = hostile_now_ns();
		ret = test_hostile_queue(ipa, frame);
		if (ret == 0)
			ret = test_hostile_locate(ipa, &pid, &address);
		note_call(camera, ret, hostile_now_ns() - began);
		if (test_hostile_dispatch(ipa) < 0)
			note_call(camera, -1, 0);
	}
}

static int open_camera(struct second_camera *camera,
		       struct camipc_manager **ret_manager,
		       struct test_hostile **ret_ipa)
{
	const char *workers[] = { camera->worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = camera->worker ? workers : NULL,
		.no_install_paths = camera->worker,
	};
	const struct camipc_match match = {
		.path = camera->module,
		.isolation = "process",
		.argument = "nothing 0 0 0 0 /",
	};
	int32_t outcome;
	int ret = camipc_manager_create(&options, ret_manager);

	if (ret == 0)
		ret = test_hostile_create(*ret_manager, &match, &second_events,
					  camera, ret_ipa);
	if (ret == 0)
		ret = test_hostile_init(*ret_ipa, &outcome);
	return ret == 0 ? test_hostile_start(*ret_ipa) : ret;
}

static void *run_second(void *user)
{
	struct second_camera *camera = user;
	struct camipc_manager *manager = NULL;
	struct test_hostile *ipa = NULL;

	if (open_camera(camera, &manager, &ipa) == 0)
		stream_second(camera, ipa);
	else
		note_call(camera, -1, 0);
	if (ipa) {
		if (test_hostile_stop(ipa) < 0)
			note_call(camera, -1, 0);
		test_hostile_destroy(ipa);
	}
	camipc_manager_destroy(manager);
	return NULL;
}

struct second_camera *second_camera_start(const char *worker,
					  const char *module)
{
	struct second_camera *camera = calloc(1, sizeof(*camera));

	if (!camera)
		return NULL;
	camera->worker = worker;
	camera->module = module;
	pthread_mutex_init(&camera->lock, NULL);
	pthread_cond_init(&camera->changed, NULL);
	if (pthread_create(&camera->thread, NULL, run_second, camera) != 0) {
		free(camera);
		return NULL;
	}
	if (second_camera_wait(camera, 1))
		return camera;
	second_camera_stop(camera);
	return NULL;
}

bool second_camera_wait(struct second_camera *camera, unsigned int n)
{
	struct timespec limit;
	uint64_t target;
	int error = 0;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += LIMIT_S;
	pthread_mutex_lock(&camera->lock);
	target = camera->all_calls + n;
	while (camera->all_calls < target && !camera->view.failures && !error)
		error = pthread_cond_timedwait(&camera->changed, &camera->lock,
					       &limit);
	if (camera->view.failures)
		error = -1;
	pthread_mutex_unlock(&camera->lock);
	return error == 0;
}

void second_camera_look(struct second_camera *camera,
			struct second_camera_view *ret_view)
{
	uint64_t seen = 0;
	size_t slot = 0;

	pthread_mutex_lock(&camera->lock);
	*ret_view = camera->view;
	while (slot + 1 < SLOTS &&
	       (seen += camera->slots[slot]) * 100 < ret_view->calls * 99)
		slot++;
	ret_view->p99_ms = (int64_t)slot;
	memset(&camera->view, 0, sizeof(camera->view));
	memset(camera->slots, 0, sizeof(camera->slots));
	pthread_mutex_unlock(&camera->lock);
}

void second_camera_stop(struct second_camera *camera)
{
	if (!camera)
		return;
	pthread_mutex_lock(&camera->lock);
	camera->ends = true;
	pthread_mutex_unlock(&camera->lock);
	pthread_join(camera->thread, NULL);
	pthread_mutex_destroy(&camera->lock);
	pthread_cond_destroy(&camera->changed);
	free(camera);
}
