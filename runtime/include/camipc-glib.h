/* SPDX-License-Identifier: MIT */
/*
 * A proxy in a GLib main loop. Header-only: the program links GLib itself.
 *
 *	GSource *source = camipc_glib_attach(proxy, NULL);
 *	g_main_loop_run(loop);
 *	camipc_glib_detach(source);
 */
#ifndef CAMIPC_GLIB_H
#define CAMIPC_GLIB_H

#include <errno.h>

#include <camipc/proxy.h>
#include <glib-unix.h>

CAMIPC_BEGIN_DECLS

/** The source of one proxy; callers use it as a GSource. */
struct camipc_glib_source {
	GSource base; /* first: GLib casts its address */
	struct camipc_proxy *proxy;
	gpointer tag; /* of the descriptor */
};

static inline gboolean camipc_glib_check(GSource *source)
{
	struct camipc_glib_source *self =
		(struct camipc_glib_source *)(void *)source;

	return g_source_query_unix_fd(source, self->tag) != 0;
}

static inline gboolean camipc_glib_dispatch(GSource *source, GSourceFunc unused,
					    gpointer user)
{
	struct camipc_glib_source *self =
		(struct camipc_glib_source *)(void *)source;
	int ret = camipc_proxy_dispatch(self->proxy);

	(void)unused;
	(void)user;
	/* A dead IPA makes the descriptor readable once only. */
	if (ret >= 0 && !g_source_is_destroyed(source) &&
	    camipc_proxy_get_state(self->proxy) == CAMIPC_STATE_DEAD)
		ret = camipc_proxy_dispatch(self->proxy);
	/* The IPA is gone, or another thread has adopted the proxy. */
	return ret == -EPIPE || ret == -EPERM ? G_SOURCE_REMOVE
					      : G_SOURCE_CONTINUE;
}

/**
 * camipc_glib_attach() - dispatch a proxy in a main loop
 * @proxy: borrowed until camipc_glib_detach(); adopted for the calling thread,
 *	which must be the one that runs the loop
 * @context: of the loop; NULL: the default one
 *
 * The source removes itself from the loop once the IPA is gone and `closed` was
 * called, and if another thread adopts the proxy. Returns the source, which
 * camipc_glib_detach() ends; or NULL with errno: EBUSY (a thread is in a bound
 * function of the proxy) or ECHILD. Thread word: bound to the loop's thread.
 */
static inline GSource *camipc_glib_attach(struct camipc_proxy *proxy,
					  GMainContext *context)
{
	static GSourceFuncs functions = { NULL, camipc_glib_check,
					  camipc_glib_dispatch, NULL, NULL,
					  NULL };
	struct camipc_glib_source *self;
	GSource *source;
	int ret = camipc_proxy_adopt(proxy);

	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	source = g_source_new(&functions, sizeof(struct camipc_glib_source));
	self = (struct camipc_glib_source *)(void *)source;
	self->proxy = proxy;
	self->tag = g_source_add_unix_fd(source, camipc_proxy_get_fd(proxy),
					 G_IO_IN);
	g_source_attach(source, context);
	return source;
}

/**
 * Ends the source of camipc_glib_attach(), before the proxy is destroyed or
 * adopted by another thread; also allowed in a callback of the proxy. NULL is
 * fine. Thread word: bound to the loop's thread.
 */
static inline void camipc_glib_detach(GSource *source)
{
	if (!source)
		return;
	g_source_destroy(source);
	g_source_unref(source);
}

CAMIPC_END_DECLS

#endif /* CAMIPC_GLIB_H */
