/* SPDX-License-Identifier: MIT */
/* Takes over the controls that an application sets. */
#include <errno.h>

#include "ipa_session.h"

/* An application sets a handful of controls at once. */
#define MAX_CONTROLS 64

int virtual_ipa_request_controls(struct virtual_ipa *ipa,
				 const struct cam_control_list *list)
{
	struct cam_control controls[MAX_CONTROLS];
	struct cam_clamp_counts counts = { 0 };
	struct cam_control_list clamped;
	int changed = cam_control_list_clamp(list, &ipa->infos, controls,
					     MAX_CONTROLS, &counts, &clamped);
	int ret;

	if (changed < 0)
		return -EINVAL;
	ret = virtual_ipa_set_request(ipa, &clamped);
	return ret < 0 ? ret : changed;
}
