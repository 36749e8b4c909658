/* SPDX-License-Identifier: MIT */
/* Runs the virtual camera for tests. */
#include "camera_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

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

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *p = data;
	size_t i;

	/* FNV-1a: any difference will do. */
	for (i = 0; i < size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_value(uint64_t hash, const struct cam_control_value *v)
{
	hash = hash_bytes(hash, &v->tag, sizeof(v->tag));
	switch (v->tag) {
	case CAM_CONTROL_VALUE_BOOLEAN:
		return hash_bytes(hash, &v->boolean, sizeof(v->boolean));
	case CAM_CONTROL_VALUE_INTEGER32:
		return hash_bytes(hash, &v->integer32, sizeof(v->integer32));
	case CAM_CONTROL_VALUE_INTEGER64:
		return hash_bytes(hash, &v->integer64, sizeof(v->integer64));
	case CAM_CONTROL_VALUE_FLOAT32:
		return hash_bytes(hash, &v->float32, sizeof(v->float32));
	case CAM_CONTROL_VALUE_INTEGER32_ARRAY:
		return hash_bytes(hash, v->integer32_array.items,
				  4 * v->integer32_array.n_items);
	case CAM_CONTROL_VALUE_FLOAT32_ARRAY:
		return hash_bytes(hash, v->float32_array.items,
				  4 * v->float32_array.n_items);
	default:
		fail_msg("metadata of a type that nobody hashes: %d",
			 (int)v->tag);
		return 0;
	}
}

uint64_t camera_hash(uint64_t hash, const struct virtual_frame *frame)
{
	size_t i;

	hash = hash_bytes(hash, frame->rgb,
			  (size_t)3 * frame->width * frame->height);
	hash = hash_bytes(hash, frame->raw,
			  (size_t)2 * frame->width * frame->height);
	hash = hash_bytes(hash, &frame->settings, sizeof(frame->settings));
	assert_true(frame->metadata->n_controls > 0);
	for (i = 0; i < frame->metadata->n_controls; i++) {
		const struct cam_control *c = &frame->metadata->controls[i];

		hash = hash_bytes(hash, &c->id, sizeof(c->id));
		hash = hash_value(hash, &c->value);
	}
	return hash;
}

uint64_t camera_hash_run(const struct virtual_camera_options *options,
			 uint32_t n)
{
	struct camipc_manager *manager = camera_manager();
	struct virtual_camera *camera = camera_run_start(manager, options);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
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
