/* SPDX-License-Identifier: MIT */
/*
 * A proxy in a loop of sd-event. Header-only: the program links libsystemd
 * itself.
 *
 *	ret = camipc_sd_event_attach(event, proxy, &source);
 *	sd_event_loop(event);
 *	camipc_sd_event_detach(source);
 */
#ifndef CAMIPC_SD_EVENT_H
#define CAMIPC_SD_EVENT_H

#include <errno.h>
#include <sys/epoll.h>

#include <camipc/proxy.h>
#include <systemd/sd-event.h>

CAMIPC_BEGIN_DECLS

static inline int camipc_sd_event_dispatch(sd_event_source *source, int fd,
					   uint32_t events, void *user)
{
	struct camipc_proxy *proxy = (struct camipc_proxy *)user;
	int enabled = SD_EVENT_OFF;
	int ret;

	(void)fd;
	(void)events;
	/* A callback may detach the source. */
	sd_event_source_ref(source);
	ret = camipc_proxy_dispatch(proxy);
	sd_event_source_get_enabled(source, &enabled);
	/* A dead IPA makes the descriptor readable once only. */
	if (ret >= 0 && enabled != SD_EVENT_OFF &&
	    camipc_proxy_get_state(proxy) == CAMIPC_STATE_DEAD)
		ret = camipc_proxy_dispatch(proxy);
	/* The IPA is gone, or another thread has adopted the proxy. */
	if (ret == -EPIPE || ret == -EPERM)
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	sd_event_source_unref(source);
	return 0;
}

/**
 * camipc_sd_event_attach() - dispatch a proxy in a loop
 * @proxy: borrowed until camipc_sd_event_detach(); adopted for the calling
 *	thread, which must be the one that runs the loop
 *
 * The source is switched off once the IPA is gone and `closed` was called, and
 * if another thread adopts the proxy. Returns 0; -EBUSY (a thread is in a bound
 * function of the proxy), -ECHILD, or an error of sd_event_add_io(). Thread
 * word: bound to the loop's thread.
 */
static inline int camipc_sd_event_attach(sd_event *event,
					 struct camipc_proxy *proxy,
					 sd_event_source **ret_source)
{
	int ret = camipc_proxy_adopt(proxy);

	if (ret < 0)
		return ret;
	ret = sd_event_add_io(event, ret_source, camipc_proxy_get_fd(proxy),
			      EPOLLIN, camipc_sd_event_dispatch, proxy);
	return ret < 0 ? ret : 0;
}

/**
 * Ends the source of camipc_sd_event_attach(), before the proxy is destroyed or
 * adopted by another thread; also allowed in a callback of the proxy. NULL is
 * fine. Thread word: bound to the loop's thread.
 */
static inline void camipc_sd_event_detach(sd_event_source *source)
{
	if (!source)
		return;
	sd_event_source_set_enabled(source, SD_EVENT_OFF);
	sd_event_source_unref(source);
}

CAMIPC_END_DECLS

#endif /* CAMIPC_SD_EVENT_H */
