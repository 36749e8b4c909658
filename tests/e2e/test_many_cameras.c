/* SPDX-License-Identifier: MIT */
/*
 * Eight cameras at once in one process, each isolated and in a thread of its
 * own. The worker of one is killed, another camera is unplugged, a third one is
 * destroyed and made anew: the frames of all others are those that they have
 * alone, no event is lost, and all stop at once.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "camera_run.h"
#include "fd_leak.h"
#include "under_valgrind.h"

#define CAMERAS 8
#define KILLED 2
#define UNPLUGGED 5
#define MADE_ANEW 6

/* Each frame has one paramsReady and one metadataReady; start and the loop of
 * exposure add setSensorControls. */
#define EVENTS_PER_FRAME 2

/* One camera, and what became of it. Its thread only notes; the test judges. */
struct one {
	pthread_t thread;
	pthread_barrier_t *barrier; /* before the first frame, and before stop */
	struct camipc_manager *manager;
	struct virtual_camera *camera;
	uint32_t number;
	bool is_alone; /* nothing happens to it */
	uint32_t wanted; /* frames */
	uint32_t frames;
	uint32_t without_ipa;
	uint64_t hash;
	int capture; /* the first error */
	int stop;
	struct camipc_proxy_stats stats;
	uint64_t restarts;
};

static struct virtual_camera_options options_of(uint32_t number)
{
	return (struct virtual_camera_options){
		.width = 96,
		.height = 64,
		.seed = number + 1,
		.light = "0=1@5000,4=4@3000,8~0.3@6500",
		.isolation = "process",
		.frame_timeout_ms = 60000,
	};
}

/* The half of its frames lies before what happens to it. */
static void happen(struct one *one)
{
	const struct virtual_camera_options options = options_of(one->number);
	char error[256];

	if (one->is_alone || one->frames != one->wanted / 2)
		return;
	switch (one->number) {
	case KILLED:
		kill(camipc_proxy_get_pid(
			     virtual_camera_get_proxy(one->camera)),
		     SIGKILL);
		return;
	case UNPLUGGED:
		virtual_camera_unplug(one->camera);
		return;
	case MADE_ANEW:
		virtual_camera_destroy(one->camera);
		one->camera = NULL;
		one->capture = virtual_camera_create(one->manager, &options,
						     error, sizeof(error),
						     &one->camera);
		if (one->capture == 0)
			one->capture = virtual_camera_start(one->camera);
		/* From here on it is as any other one. */
		one->is_alone = true;
		one->wanted -= one->frames;
		one->frames = 0;
		one->hash = 0;
		return;
	default:
		return;
	}
}

static void take_frames(struct one *one)
{
	struct virtual_frame frame;

	while (one->capture == 0 && one->frames < one->wanted) {
		happen(one);
		if (one->capture == 0)
			one->capture =
				virtual_camera_capture(one->camera, &frame);
		if (one->capture < 0)
			return;
		if (frame.number != one->frames)
			one->capture = -EPROTO;
		one->frames++;
		one->without_ipa += frame.parameters_reason ==
				    VIRTUAL_PARAMETERS_NO_IPA;
		one->hash = camera_hash(one->hash, &frame);
	}
}

static void *run(void *user)
{
	struct one *one = user;
	const struct virtual_camera_options options = options_of(one->number);
	char error[256];

	one->capture = virtual_camera_create(one->manager, &options, error,
					     sizeof(error), &one->camera);
	if (one->capture == 0)
		one->capture = virtual_camera_start(one->camera);
	pthread_barrier_wait(one->barrier);
	take_frames(one);
	pthread_barrier_wait(one->barrier);
	if (!one->camera)
		return NULL;
	one->stop = virtual_camera_stop(one->camera);
	one->stats.size = sizeof(one->stats);
	camipc_proxy_get_stats(virtual_camera_get_proxy(one->camera),
			       &one->stats);
	one->restarts =
		virtual_camera_get_restart_counts(one->camera)->restarts;
	virtual_camera_destroy(one->camera);
	return NULL;
}

/* @ones: their numbers and frames are set, and they are zero otherwise. */
static void run_all(struct one *ones, unsigned int n)
{
	struct camipc_manager *manager = camera_manager();
	pthread_barrier_t barrier;

	assert_int_equal(pthread_barrier_init(&barrier, NULL, n), 0);
	for (unsigned int i = 0; i < n; i++) {
		ones[i].manager = manager;
		ones[i].barrier = &barrier;
		assert_int_equal(pthread_create(&ones[i].thread, NULL, run,
						&ones[i]),
				 0);
	}
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(pthread_join(ones[i].thread, NULL), 0);
	pthread_barrier_destroy(&barrier);
	camipc_manager_destroy(manager);
}

/* All frames that were wanted, as many events as belong to them, and the frames
 * that the camera has alone. */
static void expect_undisturbed(const struct one *one)
{
	struct one alone = {
		.number = one->number,
		.wanted = one->wanted,
		.is_alone = true,
	};

	assert_int_equal(one->capture, 0);
	assert_int_equal(one->stop, 0);
	assert_int_equal(one->frames, one->wanted);
	assert_int_equal(one->without_ipa, 0);
	assert_int_equal(one->restarts, 0);
	assert_int_equal(one->stats.events_dropped, 0);
	assert_int_equal(one->stats.events_refused, 0);
	assert_int_equal(one->stats.async_refused, 0);
	assert_int_equal(one->stats.async_lost, 0);
	assert_in_range(one->stats.events,
			(uint64_t)EVENTS_PER_FRAME * one->frames + 1,
			(uint64_t)(EVENTS_PER_FRAME + 1) * one->frames + 1);
	run_all(&alone, 1);
	assert_int_equal(alone.frames, one->frames);
	assert_true(one->hash == alone.hash);
}

static void cameras_do_not_disturb_each_other(void **state)
{
	static struct one ones[CAMERAS];
	const uint32_t wanted = (uint32_t)test_amount(40, 20, 12);

	(void)state;
	for (uint32_t i = 0; i < CAMERAS; i++) {
		ones[i].number = i;
		ones[i].wanted = wanted;
	}
	run_all(ones, CAMERAS);
	for (uint32_t i = 0; i < CAMERAS; i++) {
		const struct one *one = &ones[i];

		switch (i) {
		case KILLED:
			assert_int_equal(one->capture, 0);
			assert_int_equal(one->stop, 0);
			assert_int_equal(one->frames, wanted);
			assert_int_equal(one->restarts, 1);
			assert_in_range(one->without_ipa, 0, 1);
			break;
		case UNPLUGGED:
			assert_int_equal(one->capture, -ENODEV);
			assert_int_equal(one->stop, -ENODEV);
			assert_int_equal(one->frames, wanted / 2);
			assert_int_equal(one->stats.events_dropped, 0);
			break;
		default:
			expect_undisturbed(one);
		}
	}
}

static void an_unplugged_camera_says_so(void **state)
{
	struct camipc_manager *manager = camera_manager();
	const struct virtual_camera_options options = options_of(0);
	struct virtual_camera *camera = camera_run_start(manager, &options);
	struct virtual_frame frame;

	(void)state;
	camera_take(camera, &frame);
	virtual_camera_unplug(camera);
	assert_int_equal(virtual_camera_capture(camera, &frame), -ENODEV);
	assert_string_equal(virtual_camera_error(camera),
			    "the camera was unplugged");
	assert_int_equal(virtual_camera_stop(camera), -ENODEV);
	assert_int_equal(virtual_camera_start(camera), -ENODEV);
	assert_string_equal(virtual_camera_error(camera),
			    "the camera was unplugged");
	virtual_camera_destroy(camera);
	camipc_manager_destroy(manager);
}

static struct fd_leak before_test;

static int remember_fds(void **state)
{
	(void)state;
	fd_leak_take(&before_test);
	return 0;
}

static int expect_no_fds(void **state)
{
	(void)state;
	fd_leak_assert_none(&before_test);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			cameras_do_not_disturb_each_other, remember_fds,
			expect_no_fds),
		cmocka_unit_test_setup_teardown(an_unplugged_camera_says_so,
						remember_fds, expect_no_fds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
