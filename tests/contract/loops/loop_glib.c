/* SPDX-License-Identifier: MIT */
/* Implements loop.h with GLib. */
#include <glib-unix.h>

#include "loop.h"

struct watch {
	GMainLoop *loop;
	bool (*ready)(void *user);
	void *user;
};

static gboolean on_readable(gint fd, GIOCondition condition, gpointer user)
{
	struct watch *watch = user;

	(void)fd;
	(void)condition;
	if (watch->ready(watch->user))
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(watch->loop);
	return G_SOURCE_REMOVE;
}

int loop_run(int fd, bool (*ready)(void *user), void *user)
{
	GMainContext *context = g_main_context_new();
	GSource *source = g_unix_fd_source_new(fd, G_IO_IN);
	struct watch watch = {
		.loop = g_main_loop_new(context, FALSE),
		.ready = ready,
		.user = user,
	};

	g_source_set_callback(source, G_SOURCE_FUNC(on_readable), &watch, NULL);
	g_source_attach(source, context);
	g_main_loop_run(watch.loop);
	g_source_unref(source);
	g_main_loop_unref(watch.loop);
	g_main_context_unref(context);
	return 0;
}
