/* SPDX-License-Identifier: MIT */
/*
 * A proxy in a loop of libuv. Header-only: the program links libuv itself.
 *
 *	ret = camipc_uv_attach(loop, proxy, &watch);
 *	uv_run(loop, UV_RUN_DEFAULT);
 *	camipc_uv_detach(watch);
 */
#ifndef CAMIPC_UV_H
#define CAMIPC_UV_H

#include <errno.h>
#include <stdlib.h>

#include <camipc/proxy.h>
#include <uv.h>

CAMIPC_BEGIN_DECLS

/** A proxy that a loop watches. */
struct camipc_uv_watch {
	uv_poll_t poll; /* first: libuv has its address */
	struct camipc_proxy *proxy;
};

static inline void camipc_uv_free(uv_handle_t *handle)
{
	free(handle);
}

static inline void camipc_uv_dispatch(uv_poll_t *poll, int status, int events)
{
	struct camipc_uv_watch *watch = (struct camipc_uv_watch *)(void *)poll;
	int ret;

	(void)status;
	(void)events;
	/* Memory of the watch stays valid until the loop's next turn, even if
	 * a callback detaches it. */
	ret = camipc_proxy_dispatch(watch->proxy);
	/* A dead IPA makes the descriptor readable once only. */
	if (ret >= 0 && !uv_is_closing((uv_handle_t *)poll) &&
	    camipc_proxy_get_state(watch->proxy) == CAMIPC_STATE_DEAD)
		ret = camipc_proxy_dispatch(watch->proxy);
	/* The IPA is gone, or another thread has adopted the proxy. */
	if ((ret == -EPIPE || ret == -EPERM) &&
	    !uv_is_closing((uv_handle_t *)poll))
		uv_poll_stop(poll);
}

/**
 * camipc_uv_attach() - dispatch a proxy in a loop
 * @proxy: borrowed until camipc_uv_detach(); adopted for the calling thread,
 *	which must be the one that runs the loop
 *
 * The loop no longer watches the proxy, and may thus end, once the IPA is gone
 * and `closed` was called, and if another thread adopts the proxy. Returns 0;
 * -EBUSY (a thread is in a bound function of the proxy), -ECHILD, -ENOMEM, or an
 * error of uv_poll_init(). Thread word: bound to the loop's thread.
 */
static inline int camipc_uv_attach(uv_loop_t *loop, struct camipc_proxy *proxy,
				   struct camipc_uv_watch **ret_watch)
{
	struct camipc_uv_watch *watch;
	int ret = camipc_proxy_adopt(proxy);

	if (ret < 0)
		return ret;
	watch = (struct camipc_uv_watch *)calloc(1, sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	watch->proxy = proxy;
	ret = uv_poll_init(loop, &watch->poll, camipc_proxy_get_fd(proxy));
	if (ret < 0) {
		free(watch);
		return ret;
	}
	ret = uv_poll_start(&watch->poll, UV_READABLE, camipc_uv_dispatch);
	if (ret < 0) {
		uv_close((uv_handle_t *)&watch->poll, camipc_uv_free);
		return ret;
	}
	*ret_watch = watch;
	return 0;
}

/**
 * Ends what camipc_uv_attach() began, before the proxy is destroyed or adopted by
 * another thread; also allowed in a callback of the proxy. The loop frees the
 * memory in its next turn. NULL is fine. Thread word: bound to the loop's
 * thread.
 */
static inline void camipc_uv_detach(struct camipc_uv_watch *watch)
{
	if (watch)
		uv_close((uv_handle_t *)&watch->poll, camipc_uv_free);
}

CAMIPC_END_DECLS

#endif /* CAMIPC_UV_H */
