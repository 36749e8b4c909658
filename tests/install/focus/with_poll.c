/* SPDX-License-Identifier: MIT */
/* Runs the focus camera with poll(): focus-poll FOLDER ISOLATION. */
#include <poll.h>

#include "camera.h"

int main(int argc, char **argv)
{
	struct camera camera;
	struct pollfd pfd = { .events = POLLIN };
	bool more;

	if (argc != 3)
		return 2;
	more = camera_open(&camera, argv[1], argv[2]) == 0;
	while (more) {
		pfd.fd = camera_get_fd(&camera);
		more = poll(&pfd, 1, -1) > 0 && camera_dispatch(&camera);
	}
	return camera_close(&camera);
}
