/* SPDX-License-Identifier: MIT */
/* What all lies need: messages out of place, floods, and ways to end. */
#include "lie_scene.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <camipc/log.h>

#include "worker.h"

int scene_be_honest(struct scene *scene)
{
	return camipc_channel_send(scene->channel, scene->message);
}

int scene_hang(void)
{
	for (;;)
		pause();
}

int scene_die_of(int number)
{
	signal(number, SIG_DFL);
	raise(number);
	return scene_hang();
}

int scene_close_channel(void)
{
	close(CAMIPC_WORKER_CHANNEL_FD);
	return scene_hang();
}

/* A message of another kind, with the numbers of the honest one. */
int scene_send(struct scene *scene, enum camipc_message_kind kind,
		     uint32_t id, const void *body, size_t size)
{
	struct camipc_header header = scene->message->header;

	header.kind = (uint8_t)kind;
	header.id = id;
	header.flags = 0;
	header.status = 0;
	header.n_fds = 0;
	if (kind != CAMIPC_MESSAGE_REPLY)
		header.cookie = 0;
	raw_frame_make(&scene->frame, header, body, size);
	return raw_frame_send(&scene->frame);
}

int scene_send_event(struct scene *scene)
{
	static const uint8_t body[] = { 0x08, 1 };

	return scene_send(scene, CAMIPC_MESSAGE_EVENT, 1, body, sizeof(body));
}

int scene_send_log(struct scene *scene, uint32_t level, const char *text,
		    size_t size)
{
	return scene_send(scene, CAMIPC_MESSAGE_LOG, level, text, size);
}

int scene_flood_log(struct scene *scene)
{
	while (scene_send_log(scene, CAMIPC_LOG_WARNING, "again", 5) == 0)
		;
	return -EPIPE;
}

int scene_send_escapes(struct scene *scene)
{
	static const char text[] =
		"\033[2J\033]0;owned\007\r\n\xe2\x80\xae\x9b\xff";

	(void)!write(2, text, sizeof(text) - 1);
	(void)!scene_send_log(scene, CAMIPC_LOG_WARNING, text, sizeof(text) - 1);
	return scene_be_honest(scene);
}

/* A message that is out of place, and then the honest one. */
int scene_interject(struct scene *scene, enum camipc_message_kind kind,
		     uint32_t id, const void *body, size_t size)
{
	(void)!scene_send(scene, kind, id, body, size);
	return scene_be_honest(scene);
}
