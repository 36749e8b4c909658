/* SPDX-License-Identifier: MIT */
/* A camera whose IPA moves the lens, as a host of any event loop runs it. */
#include "camera.h"

#include <stdio.h>

/* Where the scene is sharp, and how long anybody would wait for it. */
#define SHARP 617
#define MAX_FRAMES 100

/* A frame is taken with the lens where it is, and measured. */
/* Prints at once: the next call forgets whose error it was. */
static void fail_call(struct camera *camera, int ret)
{
	camera->error = ret;
	fprintf(stderr, "focus: %s\n",
		camipc_proxy_strerror(ipa_focus_get_proxy(camera->ipa), ret));
}

static void take_frame(struct camera *camera)
{
	float distance = (float)camera->lens - SHARP;
	int ret;

	if (camera->frame == MAX_FRAMES)
		return;
	ret = ipa_focus_measured(camera->ipa, camera->frame++, camera->lens,
				 1 / (1 + distance * distance));
	if (ret < 0)
		fail_call(camera, ret);
}

static void on_move_lens(void *user, uint32_t position)
{
	struct camera *camera = user;

	camera->lens = position;
	take_frame(camera);
}

static void on_focused(void *user, uint32_t frame, uint32_t position)
{
	struct camera *camera = user;

	(void)frame;
	camera->focused = position == camera->lens;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct camera *camera = user;

	camera->error = info->error;
	fprintf(stderr, "focus: %s\n", info->text);
}

static const struct ipa_focus_events events = {
	.size = sizeof(events),
	.move_lens = on_move_lens,
	.focused = on_focused,
	.closed = on_closed,
};

static int start(struct camera *camera)
{
	struct cam_settings settings;
	struct ipa_focus_lens_range range;
	int ret;

	cam_settings_init(&settings);
	ipa_focus_lens_range_init(&range);
	ret = ipa_focus_init(camera->ipa, &settings, &range);
	if (ret < 0)
		return ret;
	return ipa_focus_start(camera->ipa);
}

int camera_open(struct camera *camera, const char *folder,
		const char *isolation)
{
	const char *const folders[] = { folder, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = folders,
	};
	const struct camipc_match match = {
		.module = "focus",
		.isolation = isolation,
	};
	int ret;

	*camera = (struct camera){ 0 };
	ret = camipc_manager_create(&options, &camera->manager);
	if (ret == 0)
		ret = ipa_focus_create(camera->manager, &match, &events, camera,
				       &camera->ipa);
	if (ret == 0)
		ret = start(camera);
	if (ret < 0)
		fail_call(camera, ret);
	return ret;
}

int camera_get_fd(const struct camera *camera)
{
	return ipa_focus_get_fd(camera->ipa);
}

bool camera_dispatch(struct camera *camera)
{
	int ret = ipa_focus_dispatch(camera->ipa);

	if (ret < 0)
		camera->error = ret; /* on_closed() has printed the reason */
	return !camera->error && !camera->focused && camera->frame < MAX_FRAMES;
}

int camera_close(struct camera *camera)
{
	const char *isolation = "nowhere";

	if (camera->ipa) {
		isolation = camipc_proxy_get_isolation(
			ipa_focus_get_proxy(camera->ipa));
		ipa_focus_stop(camera->ipa);
	}
	if (camera->error == 0)
		printf("%s: %s at %u after %u frames\n", isolation,
		       camera->focused ? "in focus" : "not in focus",
		       camera->lens, camera->frame);
	ipa_focus_destroy(camera->ipa);
	camipc_manager_destroy(camera->manager);
	return camera->focused && !camera->error ? 0 : 1;
}
