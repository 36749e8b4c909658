/* SPDX-License-Identifier: MIT */
/* Runs the virtual camera for tests. */
#include "camera_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "frame_hash.h"

const char *const camera_isolations[] = { "thread", "process", "loopback",
					  NULL };

struct camipc_manager *camera_manager(void)
{
	static const char *const modules[] = { SOFTISP_DIR, LIBCAMERA_DIR, NULL };
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

struct virtual_camera *
camera_run_start(struct camipc_manager *manager,
	     const struct virtual_camera_options *options)
{
	struct virtual_camera_options patient = *options;
	struct virtual_camera *camera;
	char error[1024];
	int ret;

	/* Valgrind takes its time; nothing here waits for this to pass. */
	patient.frame_timeout_ms = 60000;
	ret = virtual_camera_create(manager, &patient, error, sizeof(error),
				    &camera);
	if (ret < 0)
		fail_msg("no camera: %s (%d)", error, ret);
	assert_int_equal(virtual_camera_start(camera), 0);
	return camera;
}

void camera_take(struct virtual_camera *camera, struct virtual_frame *frame)
{
	if (virtual_camera_capture(camera, frame) < 0)
		fail_msg("no frame: %s", virtual_camera_error(camera));
}

uint64_t camera_hash(uint64_t hash, const struct virtual_frame *frame)
{
	hash = frame_hash_bytes(hash, frame->rgb,
				(size_t)3 * frame->width * frame->height);
	hash = frame_hash_bytes(hash, frame->raw,
				(size_t)2 * frame->width * frame->height);
	hash = frame_hash_bytes(hash, &frame->settings,
				sizeof(frame->settings));
	assert_true(frame->metadata->n_controls > 0);
	return frame_hash_list(hash, frame->metadata);
}

uint64_t camera_hash_run(const struct virtual_camera_options *options,
			 uint32_t n)
{
	struct camipc_manager *manager = camera_manager();
	struct virtual_camera *camera = camera_run_start(manager, options);
	uint64_t hash = FRAME_HASH_BEGIN;
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct virtual_frame frame;

		camera_take(camera, &frame);
		hash = camera_hash(hash, &frame);
	}
	assert_int_equal(virtual_camera_stop(camera), 0);
	virtual_camera_destroy(camera);
	camipc_manager_destroy(manager);
	return hash;
}

double camera_float(const struct virtual_frame *frame, uint32_t id)
{
	float value = 0;

	assert_int_equal(
		cam_control_list_get_float(frame->metadata,
					   CAM_CONTROL_ID_SPACE_CONTROLS, id,
					   &value),
		0);
	return (double)value;
}
