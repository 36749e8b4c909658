/* SPDX-License-Identifier: MIT */
/*
 * Restarts in lock-step of softisp, or of Rockchip's IPA of libcamera's if the first
 * argument is "rkisp1". A session whose worker is killed at random
 * frames equals, bit for bit, one in which the pipeline handler ends its IPA at
 * the same frames and makes another one by hand. Compared with a session without
 * kills, no frame is missing, doubled or out of order, and the exposure comes back.
 */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cam_controls.h"
#include "camera_run.h"
#include "controls_ipa_types.h"
#include "fd_leak.h"
#include "lockstep.h"
#include "sensor_model.h"
#include "under_valgrind.h"

/* Kills come in the first frames; then the exposure has 30 to come back. */
#define N_KILLED 40
#define N_FRAMES (N_KILLED + 30)
#define N_KILLS 5

/** A camera, and a setting that its IPA offers. */
struct subject {
	const char *camera;
	uint32_t control;
	float value;
};

static const struct subject subjects[] = {
	{ "virtual", CAM_CONTROL_ID_EXPOSURE_VALUE, 0.5f },
	{ "virtual-rkisp1", CAM_CONTROL_ID_SATURATION, 1.25f },
};
static const struct subject *subject = &subjects[0];

/** When a worker ends. */
enum end {
	END_NONE = 0,
	END_BEFORE, /* before the frame: another IPA is asked about it */
	END_WITHIN, /* it was asked: the frame has older parameters */
};

struct session {
	enum end ends[N_FRAMES]; /* of the worker, by frame */
	uint64_t hashes[N_FRAMES];
	enum virtual_parameters_reason reasons[N_FRAMES];
	double exposures[N_FRAMES]; /* of the sensor, times its gain */
};

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/** The first frame must have parameters of its own. */
static void plan(struct session *session, uint64_t seed)
{
	memset(session, 0, sizeof(*session));
	for (int i = 0; i < N_KILLS; i++)
		session->ends[1 + draw(&seed, N_KILLED - 1)] =
			draw(&seed, 2) ? END_BEFORE : END_WITHIN;
}

static struct virtual_camera_options options_of(uint64_t seed)
{
	return (struct virtual_camera_options){
		.name = subject->camera,
		.width = 160,
		.height = 120,
		.seed = seed,
		.light = "0=1@5000,10=3@3000,25~0.5@6500",
		.isolation = "process",
		.max_restarts = N_FRAMES < CAMIPC_MAX_RESTARTS ? N_FRAMES : 60,
	};
}

static void note(struct session *session, const struct virtual_frame *frame,
		 uint32_t number)
{
	uint32_t numerator;
	uint32_t denominator;

	assert_int_equal(frame->number, number);
	session->hashes[number] =
		camera_hash(UINT64_C(0xcbf29ce484222325), frame);
	session->hashes[number] ^= frame->parameters_frame;
	session->reasons[number] = frame->parameters_reason;
	virtual_sensor_model_find(virtual_isp_find(subject->camera)->sensor)
		->gain(frame->settings.gain, &numerator, &denominator);
	session->exposures[number] =
		(double)frame->settings.lines * numerator / denominator;
}

/** An application's setting, which each IPA has to get. */
static struct cam_control_list settings(struct cam_control *control)
{
	struct cam_control_list list = { .controls = control,
					 .n_controls = 1 };

	memset(control, 0, sizeof(*control));
	control->id_space = CAM_CONTROL_ID_SPACE_CONTROLS;
	control->id = subject->control;
	control->value.tag = CAM_CONTROL_VALUE_FLOAT32;
	control->value.float32 = subject->value;
	return list;
}

/* ---- with a restart policy ------------------------------------------------ */

static void end_worker(struct camipc_proxy *proxy)
{
	struct pollfd poll_fd = {
		.fd = camipc_proxy_get_fd(proxy),
		.events = POLLIN,
	};

	assert_int_equal(kill(camipc_proxy_get_pid(proxy), SIGKILL), 0);
	while (camipc_proxy_get_state(proxy) != CAMIPC_STATE_RESTARTING) {
		assert_int_equal(poll(&poll_fd, 1, 20000), 1);
		assert_true(camipc_proxy_dispatch(proxy) >= 0);
	}
}

/** It does nothing that it is asked, and is killed while the camera waits. */
static pid_t stop_worker(struct camipc_proxy *proxy)
{
	const int worker = camipc_proxy_get_pid(proxy);
	pid_t killer;

	assert_int_equal(kill(worker, SIGSTOP), 0);
	killer = fork();
	assert_true(killer >= 0);
	if (killer > 0)
		return killer;
	/* The camera asks all that it has to ask for a frame long before. */
	usleep(150000);
	_exit(kill(worker, SIGKILL) < 0);
}

static void run_killed(struct session *session, uint64_t seed)
{
	const struct virtual_camera_options options = options_of(seed);
	struct camipc_manager *manager = camera_manager();
	struct virtual_camera *camera = camera_run_start(manager, &options);
	struct camipc_proxy *proxy = virtual_camera_get_proxy(camera);
	struct cam_control control;
	const struct cam_control_list list = settings(&control);

	assert_int_equal(virtual_camera_set_controls(camera, &list), 0);
	for (uint32_t i = 0; i < N_FRAMES; i++) {
		struct virtual_frame frame;
		pid_t killer = 0;
		int status;

		if (session->ends[i] == END_BEFORE)
			end_worker(proxy);
		if (session->ends[i] == END_WITHIN)
			killer = stop_worker(proxy);
		camera_take(camera, &frame);
		note(session, &frame, i);
		if (killer)
			assert_int_equal(waitpid(killer, &status, 0), killer);
	}
	virtual_camera_destroy(camera);
	camipc_manager_destroy(manager);
}

/* ---- by hand -------------------------------------------------------------- */

/** What a pipeline handler without restarts has. */
struct hand {
	struct camipc_manager *manager;
	struct virtual_error error;
	struct virtual_imager imager;
	struct virtual_ipa ipa;
};

static void make_ipa(struct hand *hand)
{
	const struct virtual_ipa_options options = {
		.isolation = "process",
		.timeout_ms = 60000,
		.interrupt_fd = -1,
		.max_restarts = -1,
	};
	struct cam_control control;
	const struct cam_control_list list = settings(&control);

	if (virtual_ipa_init(&hand->ipa, hand->manager, &options,
			     &hand->imager, &hand->error) < 0 ||
	    virtual_ipa_start(&hand->ipa) < 0)
		fail_msg("%s", hand->error.text);
	assert_int_equal(virtual_ipa_set_request(&hand->ipa, &list), 0);
}

/** Ends the IPA and makes another one; the last good parameters stay. */
static void replace_ipa(struct hand *hand)
{
	const size_t size = hand->imager.isp->parameters_size;
	const uint32_t frame = hand->ipa.parameters_frame;
	void *parameters = malloc(size);

	assert_non_null(parameters);
	memcpy(parameters, hand->ipa.parameters, size);
	virtual_ipa_fini(&hand->ipa);
	memset(&hand->ipa, 0, sizeof(hand->ipa));
	make_ipa(hand);
	memcpy(hand->ipa.parameters, parameters, size);
	hand->ipa.parameters_frame = frame;
	hand->ipa.has_parameters = true;
	free(parameters);
}

/** A frame without an IPA has what the frame before had. */
static void take_without_ipa(struct hand *hand, uint32_t number,
			     struct session *session)
{
	struct virtual_frame frame;

	assert_int_equal(virtual_imager_expose(&hand->imager, number, &frame,
					       &hand->error),
			 0);
	assert_int_equal(virtual_imager_develop(&hand->imager,
						hand->ipa.parameters_frame,
						hand->ipa.parameters,
						&hand->error),
			 0);
	frame.parameters_frame = hand->ipa.parameters_frame;
	frame.parameters_reason = VIRTUAL_PARAMETERS_NO_IPA;
	frame.metadata = &hand->ipa.metadata;
	note(session, &frame, number);
}

static void run_by_hand(struct session *session, uint64_t seed)
{
	const struct virtual_camera_options options = options_of(seed);
	const struct virtual_imager_options imager = {
		.isp = virtual_isp_find(subject->camera),
		.width = options.width,
		.height = options.height,
		.seed = seed,
		.light = options.light,
	};
	struct hand *hand = calloc(1, sizeof(*hand));
	struct virtual_lockstep lockstep = { .ipa = &hand->ipa };

	assert_non_null(hand);
	hand->manager = camera_manager();
	assert_int_equal(virtual_imager_init(&hand->imager, &imager,
					     &hand->error),
			 0);
	make_ipa(hand);
	for (uint32_t i = 0; i < N_FRAMES; i++) {
		struct virtual_frame frame;

		if (session->ends[i] == END_WITHIN) {
			take_without_ipa(hand, i, session);
			replace_ipa(hand);
			continue;
		}
		if (session->ends[i] == END_BEFORE)
			replace_ipa(hand);
		if (virtual_lockstep_capture(&lockstep, i, &frame) < 0)
			fail_msg("%s", hand->error.text);
		note(session, &frame, i);
	}
	virtual_ipa_fini(&hand->ipa);
	virtual_imager_fini(&hand->imager);
	camipc_manager_destroy(hand->manager);
	free(hand);
}

/* ---- tests ----------------------------------------------------------------- */

static struct fd_leak before_test;

static int count(void **state)
{
	(void)state;
	fd_leak_take(&before_test);
	return 0;
}

static int compare(void **state)
{
	(void)state;
	fd_leak_assert_none(&before_test);
	return 0;
}

static void expect_same(const struct session *killed,
			const struct session *by_hand)
{
	for (uint32_t i = 0; i < N_FRAMES; i++) {
		assert_int_equal(killed->reasons[i],
				 killed->ends[i] == END_WITHIN ?
					 VIRTUAL_PARAMETERS_NO_IPA :
					 VIRTUAL_PARAMETERS_ON_TIME);
		assert_int_equal(killed->reasons[i], by_hand->reasons[i]);
		if (killed->hashes[i] != by_hand->hashes[i])
			fail_msg("frame %u differs", i);
	}
}

/** Until the first kill both are the same; in the end the exposures are. */
static void expect_recovered(const struct session *killed,
			     const struct session *calm)
{
	const double last = killed->exposures[N_FRAMES - 1];
	const double wanted = calm->exposures[N_FRAMES - 1];
	uint32_t i = 0;

	for (; killed->ends[i] == END_NONE; i++)
		assert_true(killed->hashes[i] == calm->hashes[i]);
	assert_true(i < N_KILLED);
	assert_true(last > 0.95 * wanted && last < 1.05 * wanted);
}

static void equals_one_made_by_hand(void **state)
{
	static struct session killed;
	static struct session by_hand;
	static struct session calm;

	(void)state;
	for (uint64_t seed = 1; seed <= (uint64_t)test_amount(3, 1, 1);
	     seed++) {
		plan(&killed, seed);
		plan(&by_hand, seed);
		memset(&calm, 0, sizeof(calm));
		run_killed(&killed, seed);
		run_by_hand(&by_hand, seed);
		run_killed(&calm, seed);
		expect_same(&killed, &by_hand);
		expect_recovered(&killed, &calm);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equals_one_made_by_hand, count,
						compare),
	};

	if (under_valgrind())
		return 77;
	if (argc > 1 && strcmp(argv[1], "rkisp1") == 0)
		subject = &subjects[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
