/* SPDX-License-Identifier: MIT */
/* Tests every method of the vimc module, on each backend. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cam_buffers.h"
#include "cam_controls.h"
#include "cam_fourcc.h"
#include "fd_leak.h"
#include "vimc_ipa_proxy.h"

static const char *isolation;

struct seen {
	unsigned int n;
	uint32_t buffer_id;
	uint32_t flags;
	uint32_t frame; /* that was processed */
	uint64_t hash;
	int32_t status;
	bool closed;
};

static void on_params(void *user, uint32_t buffer_id, uint32_t flags)
{
	struct seen *seen = user;

	seen->n++;
	seen->buffer_id = buffer_id;
	seen->flags = flags;
}

static void on_processed(void *user, uint32_t frame, uint64_t hash,
			 int32_t status)
{
	struct seen *seen = user;

	seen->n++;
	seen->frame = frame;
	seen->hash = hash;
	seen->status = status;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct seen *seen = user;

	print_message("closed: %s\n", info->text);
	seen->closed = true;
}

static const struct ipa_vimc_events events = {
	.size = sizeof(events),
	.params_computed = on_params,
	.frame_processed = on_processed,
	.closed = on_closed,
};

static void wait_for(struct ipa_vimc *ipa, const struct seen *seen,
		     unsigned int n)
{
	struct pollfd fd = { .fd = ipa_vimc_get_fd(ipa), .events = POLLIN };

	while (seen->n < n) {
		assert_int_equal(poll(&fd, 1, 5000), 1);
		assert_true(ipa_vimc_dispatch(ipa) >= 0);
	}
}

static struct camipc_manager *make_manager(void)
{
	static const char *const modules[] = { VIMC_DIR, NULL };
	static const char *const workers[] = { WORKER, NULL };
	struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;

	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	return manager;
}

static int configure(struct ipa_vimc *ipa, uint32_t width,
		     enum cam_control_id_space id_space)
{
	struct ipa_vimc_uint32_stream_entry stream = {
		.key = 1,
		.value = { CAM_FOURCC_RGB888, { width, 480 } },
	};
	struct ipa_vimc_uint32_control_info_map_entry controls = { .key = 9 };
	struct cam_camera_sensor_info sensor;

	cam_camera_sensor_info_init(&sensor);
	sensor.model = "vimc";
	sensor.output_size.width = 640;
	sensor.output_size.height = 480;
	cam_control_info_map_init(&controls.value);
	controls.value.id_space = (int32_t)id_space;
	return ipa_vimc_configure(ipa, &sensor, &stream, 1, &controls, 1);
}

/* Asks for parameters of @frame; returns the flags that came with them. */
static uint32_t compute(struct ipa_vimc *ipa, struct seen *seen, uint32_t frame,
			uint32_t buffer_id)
{
	unsigned int n = seen->n;

	assert_int_equal(ipa_vimc_compute_params(ipa, frame, buffer_id), 0);
	wait_for(ipa, seen, n + 1);
	assert_int_equal(seen->buffer_id, buffer_id);
	return seen->flags;
}

static void run_frames(struct ipa_vimc *ipa, struct seen *seen,
		       struct cam_shared_buffer *parameters)
{
	struct cam_control control;
	struct cam_control_builder builder;
	struct cam_control_list list;
	uint32_t frame = 0;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 &control, 1);
	assert_int_equal(cam_control_builder_finish(&builder, &list), 0);
	assert_int_equal(ipa_vimc_queue_request(ipa, 1, &list), 0);
	assert_int_equal(compute(ipa, seen, 1, 7),
			 IPA_VIMC_TEST_FLAG_FLAG1 | IPA_VIMC_TEST_FLAG_FLAG3);
	assert_int_equal(cam_shared_buffer_read(parameters, &frame,
						sizeof(frame)),
			 0);
	assert_int_equal(frame, 1);
	cam_control_builder_set_float(&builder, 3, 1.5f);
	assert_int_equal(cam_control_builder_finish(&builder, &list), 0);
	assert_int_equal(ipa_vimc_queue_request(ipa, 2, &list), 0);
	assert_int_equal(compute(ipa, seen, 2, 7), 7);
	/* No request for this one, no such buffer for that one. */
	assert_int_equal(compute(ipa, seen, 3, 7), IPA_VIMC_TEST_FLAG_FLAG3);
	assert_int_equal(compute(ipa, seen, 4, 99), 0);
}

/* Processes a frame; returns the status that came with it. */
static int32_t process(struct ipa_vimc *ipa, struct seen *seen, uint32_t frame,
		       uint32_t buffer_id, uint32_t size)
{
	unsigned int n = seen->n;

	assert_int_equal(ipa_vimc_process_frame(ipa, frame, buffer_id, size),
			 0);
	wait_for(ipa, seen, n + 1);
	assert_int_equal(seen->frame, frame);
	return seen->status;
}

/* Bytes that the IPA can only read; its hash changes with each of them. */
static void process_frames(struct ipa_vimc *ipa, struct seen *seen)
{
	static const uint32_t ids[] = { 20 };
	struct cam_frame_buffer_plane plane;
	struct cam_buffer buffer = { .id = 20, .planes = &plane,
				     .n_planes = 1 };
	struct cam_shared_buffer *pixels;
	uint8_t byte = 0;
	uint64_t hash;
	uint64_t last = 0;

	assert_int_equal(cam_shared_buffer_create(20, "frame", 4099,
						  CAM_ACCESS_READ, &plane,
						  &pixels),
			 0);
	assert_int_equal(process(ipa, seen, 1, 20, 4099), -ENOENT);
	assert_int_equal(ipa_vimc_map_frames(ipa, &buffer, 1), 0);
	assert_int_equal(ipa_vimc_map_frames(ipa, &buffer, 1), -EEXIST);
	for (uint32_t i = 2; i < 6; i++) {
		assert_int_equal(cam_shared_buffer_write(pixels, &byte, 1), 0);
		assert_int_equal(process(ipa, seen, i, 20, 4099), 0);
		assert_int_equal(cam_shared_buffer_hash(pixels, 4099, &hash),
				 0);
		assert_true(seen->hash == hash);
		assert_true(hash != last);
		last = hash;
		byte++;
	}
	assert_int_equal(process(ipa, seen, 6, 20, 4100), -ERANGE);
	assert_int_equal(ipa_vimc_unmap_buffers(ipa, ids, 1), 0);
	assert_int_equal(process(ipa, seen, 7, 20, 4099), -ENOENT);
	cam_shared_buffer_destroy(pixels);
	close(plane.fd);
}

static void expect_trace(int fd, const char *expected, size_t n)
{
	char bytes[16];

	assert_int_equal(read(fd, bytes, sizeof(bytes)), (ssize_t)n);
	assert_memory_equal(bytes, expected, n);
}

static void uses_every_method(void **state)
{
	static const uint32_t ids[] = { 7, 8 };
	struct camipc_manager *manager = make_manager();
	struct camipc_match match = { .module = "vimc",
				      .isolation = isolation };
	struct cam_frame_buffer_plane plane;
	struct cam_buffer buffer = { .id = 7, .planes = &plane, .n_planes = 1 };
	struct cam_shared_buffer *parameters;
	struct cam_settings settings;
	struct seen seen = { .n = 0 };
	struct ipa_vimc *ipa;
	uint32_t flags = 0;
	int trace[2];

	(void)state;
	assert_return_code(pipe2(trace, O_CLOEXEC | O_NONBLOCK), errno);
	assert_int_equal(ipa_vimc_create(manager, &match, &events, &seen, &ipa),
			 0);
	cam_settings_init(&settings);
	settings.sensor_model = "vimc";
	assert_int_equal(ipa_vimc_init(ipa, &settings, trace[1],
				       IPA_VIMC_OPERATION_STOP, 5, &flags),
			 -EINVAL);
	assert_int_equal(flags, 0);
	assert_int_equal(ipa_vimc_init(ipa, &settings, trace[1],
				       IPA_VIMC_OPERATION_INIT, 5, &flags),
			 0);
	assert_int_equal(flags, 5);
	assert_int_equal(ipa_vimc_start(ipa), -ENODATA);
	assert_int_equal(configure(ipa, 0, CAM_CONTROL_ID_SPACE_V4L2), -EINVAL);
	assert_int_equal(configure(ipa, 640, CAM_CONTROL_ID_SPACE_CONTROLS),
			 -EINVAL);
	assert_int_equal(configure(ipa, 640, CAM_CONTROL_ID_SPACE_V4L2), 0);
	assert_int_equal(cam_shared_buffer_create(7, "test", 4096,
						  CAM_ACCESS_READ_WRITE, &plane,
						  &parameters),
			 0);
	assert_int_equal(ipa_vimc_map_buffers(ipa, &buffer, 1), 0);
	assert_int_equal(ipa_vimc_start(ipa), 0);
	run_frames(ipa, &seen, parameters);
	process_frames(ipa, &seen);
	assert_int_equal(ipa_vimc_stop(ipa), 0);
	assert_int_equal(ipa_vimc_unmap_buffers(ipa, ids, 2), 0);
	assert_int_equal(ipa_vimc_start(ipa), 0);
	assert_int_equal(compute(ipa, &seen, 1, 7), 0);
	assert_int_equal(ipa_vimc_stop(ipa), 0);
	ipa_vimc_destroy(ipa);
	assert_false(seen.closed);
	expect_trace(trace[0], "\1\2\3\2\3", 5);

	cam_shared_buffer_destroy(parameters);
	close(plane.fd);
	close(trace[0]);
	close(trace[1]);
	camipc_manager_destroy(manager);
}

static struct fd_leak before;

static int count(void **state)
{
	(void)state;
	fd_leak_take(&before);
	return 0;
}

static int compare(void **state)
{
	(void)state;
	fd_leak_assert_none(&before);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(uses_every_method, count,
						compare),
	};

	isolation = argc > 1 ? argv[1] : "thread";
	return cmocka_run_group_tests_name(isolation, tests, NULL, NULL);
}
