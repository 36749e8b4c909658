/* SPDX-License-Identifier: MIT */
/* Chooses what is done for a lie. */
#include "lie_acts.h"

#include "lie_fields.h"
#include "lie_scene.h"

static int (*const acts[LIE_N_ROWS])(struct scene *scene) = {
#define LIE(name, threat, at, nth, required) [LIE_ROW_##name] = act_##name,
#include "lie_rows.h"
#undef LIE
};

int lie_tell(const struct lie *lie, const struct camipc_channel *channel,
	     struct camipc_message *message, void (*note)(bool is_lie))
{
	static struct scene scene;

	scene.channel = channel;
	scene.message = message;
	if (lie->act == LIE_SPECIAL) {
		note(true);
		return acts[lie->value](&scene);
	}
	if (lie_make(&scene, lie)) {
		note(true);
		return lie_send(&scene, lie);
	}
	note(false);
	return scene_be_honest(&scene);
}
