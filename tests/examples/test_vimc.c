/* SPDX-License-Identifier: MIT */
/*
 * Tests libcamera's IPA for the kernel's virtual camera as the distribution ships
 * it, in a thread, in a process and in loopback. It has no algorithm, but enums,
 * flags and an event that no other interface of libcamera's has.
 */
#include "examples.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cam_buffers.h"
#include "cam_configuration.h"
#include "libcamera_vimc_ipa_proxy.h"
#include "log_capture.h"

#define CONFIGURATION "/usr/share/libcamera/ipa/vimc/vimc.conf"
#define BUFFER_ID 7u
#define BUFFER_SIZE 4096u

struct vimc {
	struct real_camera camera;
	struct ipa_vimc *ipa;
	int events;
	uint32_t buffer_id; /* of the latest event */
	uint32_t flags;
};

static void on_ready(void *user, uint32_t buffer_id, uint32_t flags)
{
	struct vimc *vimc = user;

	vimc->events++;
	vimc->buffer_id = buffer_id;
	vimc->flags = flags;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct vimc *vimc = user;

	real_camera_closed(&vimc->camera, info);
}

static const struct ipa_vimc_events events = {
	.size = sizeof(events),
	.params_buffer_ready = on_ready,
	.closed = on_closed,
};

static void set_up(struct vimc *vimc, const char *isolation)
{
	const struct real_options options = { .isolation = isolation };
	const struct camipc_match match = {
		.module = "libcamera-vimc",
		.isolation = isolation,
	};

	memset(vimc, 0, sizeof(*vimc));
	assert_int_equal(real_camera_init(&vimc->camera, &options), 0);
	assert_int_equal(ipa_vimc_create(vimc->camera.manager, &match, &events,
					 vimc, &vimc->ipa),
			 0);
	vimc->camera.proxy = ipa_vimc_get_proxy(vimc->ipa);
}

static void tear_down(struct vimc *vimc)
{
	assert_false(vimc->camera.is_closed);
	ipa_vimc_destroy(vimc->ipa);
	real_camera_fini(&vimc->camera);
}

/* The module reads Flag2, and answers with Flag1. */
static void init(struct vimc *vimc)
{
	struct cam_configuration file;
	struct cam_settings settings;
	uint32_t flags = 0;

	cam_settings_init(&settings);
	assert_int_equal(cam_configuration_open(CONFIGURATION, &file), 0);
	cam_configuration_apply(&file, &settings);
	assert_int_equal(ipa_vimc_init(vimc->ipa, &settings,
				       IPA_VIMC_OPERATION_INIT,
				       IPA_VIMC_TEST_FLAG_FLAG2, &flags),
			 0);
	cam_configuration_close(&file);
	assert_int_equal(flags, IPA_VIMC_TEST_FLAG_FLAG1);
}

static void configure(struct vimc *vimc)
{
	struct cam_uint32_control_info_entry entries[4];
	const struct ipa_vimc_uint32_control_info_map_entry sensor = {
		0, real_sensor_controls(entries)
	};
	const struct ipa_vimc_uint32_stream_entry stream = {
		0, { 0x34325258, { REAL_WIDTH, REAL_HEIGHT } }
	};
	const struct cam_camera_sensor_info info = real_sensor_info();

	assert_int_equal(ipa_vimc_configure(vimc->ipa, &info, &stream, 1,
					    &sensor, 1),
			 0);
}

static void run_frame(struct vimc *vimc, uint32_t frame)
{
	const int before = vimc->events;
	struct cam_control_list none;

	cam_control_list_init(&none);
	vimc->flags = UINT32_MAX;
	assert_int_equal(ipa_vimc_queue_request(vimc->ipa, frame, &none), 0);
	assert_int_equal(ipa_vimc_fill_params_buffer(vimc->ipa, frame,
						     BUFFER_ID),
			 0);
	assert_int_equal(real_camera_wait(&vimc->camera, &vimc->events,
					  before + 1),
			 0);
	assert_int_equal(vimc->buffer_id, BUFFER_ID);
	/* The module raises it with empty flags. */
	assert_int_equal(vimc->flags, 0);
}

static void run(struct vimc *vimc)
{
	const uint32_t id = BUFFER_ID;
	struct cam_shared_buffer *memory;
	struct cam_frame_buffer_plane plane;
	const struct cam_buffer buffer = { BUFFER_ID, &plane, 1 };
	unsigned int unknown;

	assert_int_equal(cam_shared_buffer_create(BUFFER_ID, "params",
						  BUFFER_SIZE,
						  CAM_ACCESS_READ_WRITE, &plane,
						  &memory),
			 0);
	assert_int_equal(ipa_vimc_map_buffers(vimc->ipa, &buffer, 1), 0);
	close(plane.fd);
	assert_int_equal(ipa_vimc_start(vimc->ipa), 0);
	for (uint32_t frame = 0; frame < 10; frame++)
		run_frame(vimc, frame);
	assert_int_equal(vimc->events, 10);
	/* A buffer that it does not have is its own error, in its own words. */
	assert_int_equal(ipa_vimc_unmap_buffers(vimc->ipa, &id, 1), 0);
	unknown = log_capture_count(CAMIPC_LOG_ERROR,
				    "Could not find parameter buffer");
	assert_int_equal(ipa_vimc_fill_params_buffer(vimc->ipa, 10, BUFFER_ID),
			 0);
	assert_int_equal(ipa_vimc_stop(vimc->ipa), 0);
	assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR,
					   "Could not find parameter buffer"),
			 unknown + 1);
	assert_int_equal(vimc->events, 10);
	cam_shared_buffer_destroy(memory);
}

static const char *const isolations[] = { "thread", "process", "loopback" };

static void test_session(void **state)
{
	static struct vimc vimc;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		set_up(&vimc, isolations[i]);
		init(&vimc);
		configure(&vimc);
		run(&vimc);
		tear_down(&vimc);
	}
}

/* A file that cannot be opened: its own error, and no other call. */
static void test_no_configuration(void **state)
{
	static struct vimc vimc;
	struct cam_settings settings;
	uint32_t flags = 0xf;

	(void)state;
	cam_settings_init(&settings);
	settings.configuration_file = "/nonexistent";
	for (size_t i = 0; i < 3; i++) {
		const unsigned int lines = log_capture_count(
			CAMIPC_LOG_ERROR, "Failed to open configuration file");

		set_up(&vimc, isolations[i]);
		assert_int_equal(ipa_vimc_init(vimc.ipa, &settings,
					       IPA_VIMC_OPERATION_INIT, 0,
					       &flags),
				 -EINVAL);
		assert_int_equal(
			log_capture_count(CAMIPC_LOG_ERROR,
					  "Failed to open configuration file"),
			lines + 1);
		tear_down(&vimc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_no_configuration),
	};

	examples_need("ipa_vimc.so");
	return cmocka_run_group_tests(tests, examples_setup, examples_teardown);
}
