/* SPDX-License-Identifier: MIT */
/* Runs the focus camera in a libuv loop: focus-libuv FOLDER ISOLATION. */
#include <uv.h>

#include "camera.h"

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)events;
	if (status < 0 || !camera_dispatch(poll->data))
		uv_poll_stop(poll);
}

int main(int argc, char **argv)
{
	struct camera camera;
	uv_poll_t poll;

	if (argc != 3)
		return 2;
	if (camera_open(&camera, argv[1], argv[2]) == 0 &&
	    uv_poll_init(uv_default_loop(), &poll, camera_get_fd(&camera)) ==
		    0) {
		poll.data = &camera;
		uv_poll_start(&poll, UV_READABLE, on_readable);
		uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	}
	return camera_close(&camera);
}
