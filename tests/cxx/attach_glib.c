/* SPDX-License-Identifier: MIT */
/* Implements attach.h with camipc-glib.h. */
#include <camipc-glib.h>

#include <stdlib.h>

#include "attach.h"

struct attach_loop {
	GMainContext *context;
	GMainLoop *loop;
	GSource *source;
};

int attach_open(struct attach_loop **ret_loop)
{
	struct attach_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->context = g_main_context_new();
	loop->loop = g_main_loop_new(loop->context, FALSE);
	*ret_loop = loop;
	return 0;
}

int attach_proxy(struct attach_loop *loop, struct camipc_proxy *proxy)
{
	loop->source = camipc_glib_attach(proxy, loop->context);
	return loop->source ? 0 : -errno;
}

void attach_detach(struct attach_loop *loop)
{
	camipc_glib_detach(loop->source);
	loop->source = NULL;
}

void attach_run(struct attach_loop *loop)
{
	g_main_loop_run(loop->loop);
}

void attach_quit(struct attach_loop *loop)
{
	g_main_loop_quit(loop->loop);
}

bool attach_is_watched(struct attach_loop *loop)
{
	return loop->source && !g_source_is_destroyed(loop->source);
}

void attach_close(struct attach_loop *loop)
{
	attach_detach(loop);
	g_main_loop_unref(loop->loop);
	g_main_context_unref(loop->context);
	free(loop);
}
