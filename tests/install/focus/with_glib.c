/* SPDX-License-Identifier: MIT */
/* Runs the focus camera in a GLib main loop: focus-glib FOLDER ISOLATION. */
#include <glib-unix.h>

#include "camera.h"

struct application {
	struct camera camera;
	GMainLoop *loop;
};

static gboolean on_readable(gint fd, GIOCondition condition, gpointer user)
{
	struct application *application = user;

	(void)fd;
	(void)condition;
	if (camera_dispatch(&application->camera))
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(application->loop);
	return G_SOURCE_REMOVE;
}

int main(int argc, char **argv)
{
	struct application application = { 0 };

	if (argc != 3)
		return 2;
	if (camera_open(&application.camera, argv[1], argv[2]) == 0) {
		application.loop = g_main_loop_new(NULL, FALSE);
		g_unix_fd_add(camera_get_fd(&application.camera), G_IO_IN,
			      on_readable, &application);
		g_main_loop_run(application.loop);
		g_main_loop_unref(application.loop);
	}
	return camera_close(&application.camera);
}
