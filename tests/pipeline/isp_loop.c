/* SPDX-License-Identifier: MIT */
/* Runs a virtual camera with an IPA of these tests in a closed loop. */
#include "isp_loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log_capture.h"

void loop_begin(struct loop *loop, const char *name, const char *module,
		const char *isolation, const char *light, bool realtime)
{
	static const char *const workers[] = { WORKER, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct virtual_camera_options camera = {
		.name = name,
		.width = 320,
		.height = 240,
		.seed = 1,
		.light = light,
		.module = module,
		.isolation = isolation,
		.realtime = realtime,
		.frame_timeout_ms = 60000,
	};
	char error[512];

	fd_leak_take(&loop->before);
	log_capture_begin();
	assert_int_equal(camipc_manager_create(&options, &loop->manager), 0);
	if (virtual_camera_create(loop->manager, &camera, error, sizeof(error),
				  &loop->camera) < 0)
		fail_msg("no camera: %s", error);
	assert_int_equal(virtual_camera_start(loop->camera), 0);
}

void loop_take(struct loop *loop, struct virtual_frame *frame)
{
	if (virtual_camera_capture(loop->camera, frame) < 0)
		fail_msg("%s", virtual_camera_error(loop->camera));
}

void loop_end(struct loop *loop)
{
	assert_int_equal(virtual_camera_stop(loop->camera), 0);
	virtual_camera_destroy(loop->camera);
	camipc_manager_destroy(loop->manager);
	log_capture_end();
	fd_leak_assert_none(&loop->before);
}

double loop_mean_green(const struct virtual_frame *frame)
{
	size_t n = (size_t)frame->width * frame->height;
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += frame->rgb[3 * i + 1];
	return sum / (double)n;
}

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

uint64_t loop_hash(const char *camera, const char *module,
		   const char *isolation, const char *light)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	struct loop loop;

	loop_begin(&loop, camera, module, isolation, light, false);
	for (int i = 0; i < 40; i++) {
		struct virtual_frame frame;

		loop_take(&loop, &frame);
		hash = mix(hash, frame.rgb,
			   (size_t)3 * frame.width * frame.height);
		hash = mix(hash, &frame.settings, sizeof(frame.settings));
		hash = mix(hash, &frame.timestamp_ns,
			   sizeof(frame.timestamp_ns));
	}
	loop_end(&loop);
	return hash;
}
