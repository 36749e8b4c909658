/* SPDX-License-Identifier: MIT */
/* Runs the second camera in a thread, and notes when its frames come. */
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>

#include "demo.h"

#define PATIENCE_S 20

static void note_frame(struct witness *witness)
{
	pthread_mutex_lock(&witness->lock);
	if (witness->n_frames < WITNESS_MAX_FRAMES)
		witness->frames[witness->n_frames++] = demo_now_us();
	pthread_cond_broadcast(&witness->changed);
	pthread_mutex_unlock(&witness->lock);
}

static void note_failure(struct witness *witness, const char *error)
{
	pthread_mutex_lock(&witness->lock);
	witness->has_failed = true;
	snprintf(witness->error, sizeof(witness->error), "%s", error);
	pthread_cond_broadcast(&witness->changed);
	pthread_mutex_unlock(&witness->lock);
}

/* A camera that is always late never waits, and does not see the pipe. */
static bool must_stop(const struct witness *witness)
{
	struct pollfd pfd = { .fd = witness->stop_fds[0], .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

static void take_until_stopped(struct witness *witness, struct virtual_camera *camera)
{
	struct virtual_frame frame;
	int ret = virtual_camera_start(camera);

	while (ret == 0 && !must_stop(witness)) {
		ret = virtual_camera_capture(camera, &frame);
		if (ret == 0)
			note_frame(witness);
	}
	if (ret < 0 && ret != -EINTR)
		note_failure(witness, virtual_camera_error(camera));
}

static void *run_witness(void *user)
{
	struct witness *witness = user;
	const struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.isolation = "process",
		.realtime = true,
		.watch_interrupt = true,
		.interrupt_fd = witness->stop_fds[0],
		.frame_timeout_ms = PATIENCE_S * 1000,
	};
	struct virtual_camera *camera = NULL;
	char error[sizeof(witness->error)];

	if (virtual_camera_create(witness->manager, &options, error,
				  sizeof(error), &camera) < 0)
		note_failure(witness, error);
	else
		take_until_stopped(witness, camera);
	virtual_camera_destroy(camera);
	return NULL;
}

static int init_lock(struct witness *witness)
{
	pthread_condattr_t attr;
	int error = pthread_condattr_init(&attr);

	if (error)
		return -error;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	error = pthread_cond_init(&witness->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (error)
		return -error;
	error = pthread_mutex_init(&witness->lock, NULL);
	if (error)
		pthread_cond_destroy(&witness->changed);
	return -error;
}

/* Undoes all that witness_start() did before the thread. */
static void release_witness(struct witness *witness)
{
	pthread_mutex_destroy(&witness->lock);
	pthread_cond_destroy(&witness->changed);
	close(witness->stop_fds[0]);
	close(witness->stop_fds[1]);
	free(witness->frames);
	witness->frames = NULL;
}

static int fail_witness(struct witness *witness, int ret)
{
	snprintf(witness->error, sizeof(witness->error), "%s",
		 camipc_errno_to_string(ret));
	return ret;
}

int witness_start(struct witness *witness, struct camipc_manager *manager)
{
	int ret;

	witness->manager = manager;
	witness->frames = calloc(WITNESS_MAX_FRAMES, sizeof(int64_t));
	if (!witness->frames)
		return fail_witness(witness, -ENOMEM);
	ret = pipe2(witness->stop_fds, O_CLOEXEC) < 0 ? -errno : 0;
	if (ret < 0) {
		free(witness->frames);
		return fail_witness(witness, ret);
	}
	ret = init_lock(witness);
	if (ret < 0) {
		close(witness->stop_fds[0]);
		close(witness->stop_fds[1]);
		free(witness->frames);
		return fail_witness(witness, ret);
	}
	ret = -pthread_create(&witness->thread, NULL, run_witness, witness);
	if (ret < 0) {
		release_witness(witness);
		return fail_witness(witness, ret);
	}
	witness->is_running = true;
	if (witness_wait(witness, 1))
		return 0;
	return witness->has_failed ? -EPIPE : fail_witness(witness, -ETIMEDOUT);
}

void witness_stop(struct witness *witness)
{
	if (!witness->is_running)
		return;
	(void)!write(witness->stop_fds[1], "", 1);
	pthread_join(witness->thread, NULL);
	witness->is_running = false;
	release_witness(witness);
}

size_t witness_count(struct witness *witness)
{
	size_t n;

	pthread_mutex_lock(&witness->lock);
	n = witness->n_frames;
	pthread_mutex_unlock(&witness->lock);
	return n;
}

bool witness_wait(struct witness *witness, size_t n)
{
	struct timespec limit;
	bool reached;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &limit);
	limit.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&witness->lock);
	while (!error && !witness->has_failed && witness->n_frames < n)
		error = pthread_cond_timedwait(&witness->changed,
					       &witness->lock, &limit);
	reached = witness->n_frames >= n;
	pthread_mutex_unlock(&witness->lock);
	return reached;
}

void witness_look(struct witness *witness, int64_t begin_us, int64_t end_us,
		  struct witness_view *ret_view)
{
	size_t i;

	*ret_view = (struct witness_view){ 0 };
	pthread_mutex_lock(&witness->lock);
	ret_view->has_failed = witness->has_failed;
	for (i = 0; i < witness->n_frames; i++) {
		bool is_last = i + 1 == witness->n_frames;
		int64_t from = witness->frames[i];
		int64_t to = is_last ? end_us : witness->frames[i + 1];

		ret_view->frames += from >= begin_us && from <= end_us;
		if (to >= begin_us && from <= end_us &&
		    to - from > ret_view->gap_us)
			ret_view->gap_us = to - from;
	}
	pthread_mutex_unlock(&witness->lock);
}
