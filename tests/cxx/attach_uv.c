/* SPDX-License-Identifier: MIT */
/* Implements attach.h with camipc-uv.h. */
#include <camipc-uv.h>

#include "attach.h"

struct attach_loop {
	uv_loop_t loop;
	struct camipc_uv_watch *watch;
};

int attach_open(struct attach_loop **ret_loop)
{
	struct attach_loop *loop = calloc(1, sizeof(*loop));
	int ret;

	if (!loop)
		return -ENOMEM;
	ret = uv_loop_init(&loop->loop);
	if (ret < 0) {
		free(loop);
		return ret;
	}
	*ret_loop = loop;
	return 0;
}

int attach_proxy(struct attach_loop *loop, struct camipc_proxy *proxy)
{
	return camipc_uv_attach(&loop->loop, proxy, &loop->watch);
}

void attach_detach(struct attach_loop *loop)
{
	camipc_uv_detach(loop->watch);
	loop->watch = NULL;
}

void attach_run(struct attach_loop *loop)
{
	uv_run(&loop->loop, UV_RUN_DEFAULT);
}

void attach_quit(struct attach_loop *loop)
{
	uv_stop(&loop->loop);
}

bool attach_is_watched(struct attach_loop *loop)
{
	return loop->watch && uv_is_active((uv_handle_t *)&loop->watch->poll);
}

void attach_close(struct attach_loop *loop)
{
	attach_detach(loop);
	/* What was closed is freed in the last turn. */
	uv_run(&loop->loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop->loop);
	free(loop);
}
