/* SPDX-License-Identifier: MIT */
/* Implements loop.h with libuv. */
#include <uv.h>

#include "loop.h"

struct watch {
	uv_poll_t poll;
	bool (*ready)(void *user);
	void *user;
	int error;
};

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;

	(void)events;
	watch->error = status;
	if (status == 0 && watch->ready(watch->user))
		return;
	uv_close((uv_handle_t *)poll, NULL);
}

int loop_run(int fd, bool (*ready)(void *user), void *user)
{
	struct watch watch = { .ready = ready, .user = user };
	uv_loop_t loop;
	int ret;

	ret = uv_loop_init(&loop);
	if (ret < 0)
		return ret;
	ret = uv_poll_init(&loop, &watch.poll, fd);
	if (ret == 0) {
		watch.poll.data = &watch;
		ret = uv_poll_start(&watch.poll, UV_READABLE, on_readable);
		/* Returns once nothing is left to watch. */
		if (ret < 0)
			uv_close((uv_handle_t *)&watch.poll, NULL);
		uv_run(&loop, UV_RUN_DEFAULT);
	}
	uv_loop_close(&loop);
	return ret < 0 ? ret : watch.error;
}
