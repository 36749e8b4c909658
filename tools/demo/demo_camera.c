/* SPDX-License-Identifier: MIT */
/* What the acts of the demo share: cameras, the clock, and errors. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "demo.h"
#include "softisp_ipa_interface.h"

/* A camera under valgrind takes its time; nothing here waits for this. */
#define FRAME_TIMEOUT_MS 60000

int64_t demo_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void demo_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("camipc-demo: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

int demo_try_open(const struct demo *demo,
		  struct virtual_camera_options options,
		  char error[DEMO_ERROR_SIZE],
		  struct virtual_camera **ret_camera)
{
	struct virtual_camera *camera = NULL;
	int ret;

	options.watch_interrupt = true;
	options.interrupt_fd = demo->interrupt_fd;
	options.frame_timeout_ms = FRAME_TIMEOUT_MS;
	ret = virtual_camera_create(demo->manager, &options, error,
				    DEMO_ERROR_SIZE, &camera);
	if (ret < 0)
		return ret;
	ret = virtual_camera_start(camera);
	if (ret < 0) {
		snprintf(error, DEMO_ERROR_SIZE, "%s",
			 virtual_camera_error(camera));
		virtual_camera_destroy(camera);
		return ret;
	}
	*ret_camera = camera;
	return 0;
}

int demo_open(const struct demo *demo, struct virtual_camera_options options,
	      struct virtual_camera **ret_camera)
{
	char error[DEMO_ERROR_SIZE];
	int ret = demo_try_open(demo, options, error, ret_camera);

	if (ret < 0)
		demo_error("%s", error);
	return ret;
}

void demo_close(struct virtual_camera *camera)
{
	if (!camera)
		return;
	(void)virtual_camera_stop(camera);
	virtual_camera_destroy(camera);
}

int demo_call(struct virtual_camera *camera)
{
	/* It unmaps no buffers. */
	const struct ipa_softisp_unmap_buffers_args args = { .n_ids = 0 };

	return camipc_proxy_call(virtual_camera_get_proxy(camera),
				 IPA_SOFTISP_METHOD_UNMAP_BUFFERS, &args, NULL);
}
