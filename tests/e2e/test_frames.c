/* SPDX-License-Identifier: MIT */
/*
 * Tests that raw frames in shared memory are the same bytes for the camera and for
 * an IPA, however the IPA runs, and for the IPA that replaces one that was killed.
 * tests/kernel does the same with the buffers of real drivers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <camipc/restart.h>

#include "cam_buffers.h"
#include "cam_fourcc.h"
#include "fd_leak.h"
#include "imager.h"
#include "vimc_ipa_proxy.h"

#define WIDTH 320
#define HEIGHT 180
#define BYTES (2u * WIDTH * HEIGHT)
#define N_BUFFERS 3
#define N_FRAMES 9
#define WAIT_MS 60000

static const char *isolation;

/* A camera without an image processor, and buffers that its frames land in. */
struct fixture {
	struct fd_leak before;
	struct camipc_manager *manager;
	struct virtual_imager imager;
	struct cam_shared_buffer *memory[N_BUFFERS];
	struct cam_frame_buffer_plane planes[N_BUFFERS];
	struct ipa_vimc *ipa;
	unsigned int n_processed;
	unsigned int n_restarted;
	uint32_t frame;
	uint64_t hash;
	int32_t status;
};

static void on_frame_processed(void *user, uint32_t frame, uint64_t hash,
			       int32_t status)
{
	struct fixture *f = user;

	f->n_processed++;
	f->frame = frame;
	f->hash = hash;
	f->status = status;
}

static void on_restarted(void *user, const struct camipc_restart_info *info)
{
	struct fixture *f = user;

	(void)info;
	f->n_restarted++;
}

static const struct ipa_vimc_events events = {
	.size = sizeof(events),
	.frame_processed = on_frame_processed,
	.restarted = on_restarted,
};

static void wait_for(struct fixture *f, const unsigned int *count,
		     unsigned int n)
{
	while (*count < n) {
		struct pollfd fd = { .fd = ipa_vimc_get_fd(f->ipa),
				     .events = POLLIN };

		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
		assert_true(ipa_vimc_dispatch(f->ipa) >= 0);
	}
}

static void start_ipa(struct fixture *f)
{
	const struct camipc_match match = { .module = "vimc",
					    .isolation = isolation };
	struct ipa_vimc_uint32_stream_entry stream = {
		.key = 0,
		.value = { CAM_FOURCC_RGB888, { WIDTH, HEIGHT } },
	};
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = 3,
		.window_ms = 10000,
	};
	struct cam_camera_sensor_info sensor;
	struct cam_settings settings;
	uint32_t flags;

	cam_settings_init(&settings);
	cam_camera_sensor_info_init(&sensor);
	sensor.output_size = stream.value.size;
	assert_int_equal(ipa_vimc_create(f->manager, &match, &events, f,
					 &f->ipa),
			 0);
	/* Refused where the IPA runs in this process. */
	(void)!camipc_proxy_set_restart(ipa_vimc_get_proxy(f->ipa), &policy);
	assert_int_equal(ipa_vimc_init(f->ipa, &settings, -1,
				       IPA_VIMC_OPERATION_INIT, 0, &flags),
			 0);
	assert_int_equal(ipa_vimc_configure(f->ipa, &sensor, &stream, 1, NULL,
					    0),
			 0);
	assert_int_equal(ipa_vimc_start(f->ipa), 0);
}

static int set_up(void **state)
{
	static const char *const modules[] = { VIMC_DIR, NULL };
	static const char *const workers[] = { WORKER, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct virtual_imager_options imager_options = {
		.isp = virtual_isp_find("virtual"),
		.width = WIDTH,
		.height = HEIGHT,
		.seed = 7,
		/* Changes, or all frames would be much alike. */
		.light = "0=1@5000,9~0.3@3000",
	};
	static struct fixture f;
	struct virtual_error error = { .text = "" };
	struct cam_buffer buffers[N_BUFFERS];

	f = (struct fixture){ .manager = NULL };
	fd_leak_take(&f.before);
	assert_int_equal(camipc_manager_create(&options, &f.manager), 0);
	assert_int_equal(virtual_imager_init(&f.imager, &imager_options,
					     &error),
			 0);
	start_ipa(&f);
	for (uint32_t i = 0; i < N_BUFFERS; i++) {
		assert_int_equal(cam_shared_buffer_create(
					 i + 1, "frame", BYTES, CAM_ACCESS_READ,
					 &f.planes[i], &f.memory[i]),
				 0);
		buffers[i] = (struct cam_buffer){ i + 1, &f.planes[i], 1 };
	}
	assert_int_equal(ipa_vimc_map_frames(f.ipa, buffers, N_BUFFERS), 0);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	ipa_vimc_destroy(f->ipa);
	for (uint32_t i = 0; i < N_BUFFERS; i++) {
		cam_shared_buffer_destroy(f->memory[i]);
		close(f->planes[i].fd);
	}
	virtual_imager_fini(&f->imager);
	camipc_manager_destroy(f->manager);
	fd_leak_assert_none(&f->before);
	return 0;
}

/* Takes a frame, and returns its hash, which both sides agree on. */
static uint64_t take(struct fixture *f, uint32_t number)
{
	struct cam_shared_buffer *memory = f->memory[number % N_BUFFERS];
	const unsigned int n = f->n_processed;
	struct virtual_error error = { .text = "" };
	struct virtual_frame frame;
	uint64_t hash;

	assert_int_equal(virtual_imager_expose(&f->imager, number, &frame,
					       &error),
			 0);
	assert_int_equal(cam_shared_buffer_write(memory, frame.raw, BYTES), 0);
	assert_int_equal(cam_shared_buffer_hash(memory, BYTES, &hash), 0);
	assert_int_equal(ipa_vimc_process_frame(f->ipa, number,
						cam_shared_buffer_get_id(memory),
						BYTES),
			 0);
	wait_for(f, &f->n_processed, n + 1);
	assert_int_equal(f->status, 0);
	assert_int_equal(f->frame, number);
	assert_true(f->hash == hash);
	return hash;
}

static void both_sides_see_the_same(void **state)
{
	uint64_t last = 0;

	for (uint32_t i = 0; i < N_FRAMES; i++) {
		const uint64_t hash = take(*state, i);

		assert_true(hash != last);
		last = hash;
	}
}

/* What was mapped is mapped again, and shows what has come since. */
static void a_new_ipa_sees_the_same(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	for (uint32_t i = 0; i < N_FRAMES; i++) {
		take(f, i);
		if (i % 3)
			continue;
		pid = camipc_proxy_get_pid(ipa_vimc_get_proxy(f->ipa));
		assert_int_equal(kill(pid, SIGKILL), 0);
		wait_for(f, &f->n_restarted, i / 3 + 1);
	}
	assert_int_equal(f->n_restarted, N_FRAMES / 3);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_sides_see_the_same, set_up,
						tear_down),
	};
	const struct CMUnitTest of_workers[] = {
		cmocka_unit_test_setup_teardown(both_sides_see_the_same, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_new_ipa_sees_the_same, set_up,
						tear_down),
	};

	isolation = argc > 1 ? argv[1] : "process";
	if (strcmp(isolation, "process") == 0)
		return cmocka_run_group_tests_name(isolation, of_workers, NULL,
						   NULL);
	return cmocka_run_group_tests_name(isolation, tests, NULL, NULL);
}
