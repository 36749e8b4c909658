/* SPDX-License-Identifier: MIT */
/* Implements attach.h with camipc-sd-event.h. */
#include <camipc-sd-event.h>

#include <stdlib.h>

#include "attach.h"

struct attach_loop {
	sd_event *event;
	sd_event_source *source;
};

int attach_open(struct attach_loop **ret_loop)
{
	struct attach_loop *loop = calloc(1, sizeof(*loop));
	int ret;

	if (!loop)
		return -ENOMEM;
	ret = sd_event_new(&loop->event);
	if (ret < 0) {
		free(loop);
		return ret;
	}
	*ret_loop = loop;
	return 0;
}

int attach_proxy(struct attach_loop *loop, struct camipc_proxy *proxy)
{
	return camipc_sd_event_attach(loop->event, proxy, &loop->source);
}

void attach_detach(struct attach_loop *loop)
{
	camipc_sd_event_detach(loop->source);
	loop->source = NULL;
}

void attach_run(struct attach_loop *loop)
{
	sd_event_loop(loop->event);
}

void attach_quit(struct attach_loop *loop)
{
	sd_event_exit(loop->event, 0);
}

bool attach_is_watched(struct attach_loop *loop)
{
	int enabled = SD_EVENT_OFF;

	return loop->source &&
	       sd_event_source_get_enabled(loop->source, &enabled) > 0;
}

void attach_close(struct attach_loop *loop)
{
	attach_detach(loop);
	sd_event_unref(loop->event);
	free(loop);
}
