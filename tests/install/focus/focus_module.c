/* SPDX-License-Identifier: MIT */
/*
 * The focus module: moves towards more contrast, and turns back with half the
 * step whenever there was less.
 */
#include <errno.h>
#include <stdlib.h>

#include "focus_ipa_worker.h"

struct focus {
	struct camipc_host *host;
	struct ipa_focus_lens_range range;
	uint32_t position; /* wanted now */
	int64_t step; /* negative: towards nearest */
	float contrast; /* of the frame before */
};

static int32_t focus_init(void *self, const struct cam_settings *settings,
			  const struct ipa_focus_lens_range *range)
{
	struct focus *focus = self;

	(void)settings;
	if (range->nearest >= range->farthest)
		return -EINVAL;
	focus->range = *range;
	return 0;
}

static void move(struct focus *focus, int64_t position)
{
	if (position < focus->range.nearest)
		position = focus->range.nearest;
	if (position > focus->range.farthest)
		position = focus->range.farthest;
	focus->position = (uint32_t)position;
	if (ipa_focus_emit_move_lens(focus->host, focus->position) < 0)
		camipc_host_log(focus->host, CAMIPC_LOG_WARNING,
				"focus: the lens was not moved");
}

static int32_t focus_start(void *self)
{
	struct focus *focus = self;

	focus->contrast = 0;
	focus->step = (focus->range.farthest - focus->range.nearest) / 4;
	move(focus, focus->range.nearest);
	return 0;
}

static void focus_stop(void *self)
{
	(void)self; /* nothing runs by itself */
}

static void focus_measured(void *self, uint32_t frame, uint32_t position,
			   float contrast)
{
	struct focus *focus = self;

	if (position != focus->position)
		return; /* taken before the lens moved */
	if (contrast < focus->contrast)
		focus->step = -focus->step / 2;
	focus->contrast = contrast;
	if (focus->step != 0)
		move(focus, (int64_t)position + focus->step);
	else if (ipa_focus_emit_focused(focus->host, frame, position) < 0)
		camipc_host_log(focus->host, CAMIPC_LOG_WARNING,
				"focus: nobody hears that it is done");
}

static const struct ipa_focus_ops focus_ops = IPA_FOCUS_OPS(focus);

static int focus_create(struct camipc_host *host, void **ret_ipa)
{
	struct focus *focus = calloc(1, sizeof(*focus));

	if (!focus)
		return -ENOMEM;
	focus->host = host;
	*ret_ipa = focus;
	return 0;
}

static void focus_destroy(void *self)
{
	free(self);
}

IPA_FOCUS_MODULE("focus", 1, "MIT", focus_create, focus_destroy, &focus_ops);
