/* SPDX-License-Identifier: MIT */
/* Lies in the place of a reply, in each state. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lie_scene.h"

/* More messages than any credit. */
#define FLOOD 200

static int forge_reply(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	raw_frame_put(&scene->frame, 12, 4,
		      raw_frame_get(&scene->frame, 12, 4) + 64);
	(void)!raw_frame_send(&scene->frame);
	return scene_be_honest(scene);
}

static int reply_twice(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	(void)!raw_frame_send(&scene->frame);
	return scene_be_honest(scene);
}

static int other_method(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	raw_frame_put(&scene->frame, 8, 4,
		      raw_frame_get(&scene->frame, 8, 4) + 1);
	return raw_frame_send(&scene->frame);
}

static int call(struct scene *scene)
{
	return scene_interject(scene, CAMIPC_MESSAGE_CALL, 1, NULL, 0);
}

static int hello(struct scene *scene)
{
	return scene_interject(scene, CAMIPC_MESSAGE_HELLO, 0, NULL, 0);
}

static int loaded(struct scene *scene)
{
	return scene_interject(scene, CAMIPC_MESSAGE_LOADED, 0, NULL, 0);
}

static int trace(struct scene *scene)
{
	static const uint8_t span[CAMIPC_TRACE_SPAN_SIZE] = { 1 };

	return scene_interject(scene, CAMIPC_MESSAGE_TRACE, 0, span, sizeof(span));
}

static int unknown_event(struct scene *scene)
{
	return scene_interject(scene, CAMIPC_MESSAGE_EVENT, 9999, NULL, 0);
}

static int events(struct scene *scene)
{
	for (int i = 0; i < 3; i++)
		(void)!scene_send_event(scene);
	return scene_be_honest(scene);
}

static int event_flood(struct scene *scene)
{
	for (int i = 0; i < FLOOD; i++)
		(void)!scene_send_event(scene);
	return scene_be_honest(scene);
}

static int credit_flood(struct scene *scene)
{
	while (scene_send(scene, CAMIPC_MESSAGE_CREDIT, 0, NULL, 0) == 0)
		;
	return -EPIPE;
}

static int too_much_credit(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	raw_frame_put(&scene->frame, 20, 4,
		      raw_frame_get(&scene->frame, 20, 4) + 1000);
	return raw_frame_send(&scene->frame);
}

static int short_datagram(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	scene->frame.size = CAMIPC_HEADER_SIZE - 1;
	return raw_frame_send(&scene->frame);
}

static int empty_datagram(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	scene->frame.size = 0;
	return raw_frame_send(&scene->frame);
}

static int silent(struct scene *scene)
{
	(void)scene;
	return scene_hang();
}

static int stop(struct scene *scene)
{
	raise(SIGSTOP);
	return scene_be_honest(scene);
}

static int leave(struct scene *scene)
{
	(void)scene;
	_exit(0);
}

static int segv(struct scene *scene)
{
	(void)scene;
	return scene_die_of(SIGSEGV);
}

static int close_it(struct scene *scene)
{
	(void)scene;
	return scene_close_channel();
}

static int bye(struct scene *scene)
{
	(void)!scene_send(scene, CAMIPC_MESSAGE_BYE, 0, NULL, 0);
	return scene_hang();
}

static int reply_with_error(struct scene *scene, int16_t error)
{
	struct camipc_header header = scene->message->header;

	header.flags = CAMIPC_MESSAGE_ERROR;
	header.status = error;
	header.n_fds = 0;
	raw_frame_make(&scene->frame, header, NULL, 0);
	return raw_frame_send(&scene->frame);
}

static int error_reply(struct scene *scene)
{
	return reply_with_error(scene, -ENOMEM);
}

static int error_of_host(struct scene *scene)
{
	return reply_with_error(scene, -EPIPE);
}

/* Descriptors that the header does not declare. */
static int send_descriptors(struct scene *scene, size_t n)
{
	raw_frame_copy(&scene->frame, scene->message);
	for (size_t i = 0; i < n; i++)
		scene->frame.fds[i] = 2;
	scene->frame.n_fds = n;
	/* A kernel that was asked to refuses them: then nothing is sent. */
	return raw_frame_send(&scene->frame) < 0 ? scene_die_of(SIGKILL) : 0;
}

static int one_descriptor(struct scene *scene)
{
	return send_descriptors(scene, 1);
}

static int many_descriptors(struct scene *scene)
{
	return send_descriptors(scene, RAW_MAX_FDS);
}

/* The same lies in each state. */
#define SAME(lie, when, function)                     \
	int act_##lie##_in_##when(struct scene *scene) \
	{                                             \
		return function(scene);               \
	}
#define IN(when) \
	SAME(forged_reply, when, forge_reply) \
	SAME(reply_twice, when, reply_twice) \
	SAME(other_method, when, other_method) \
	SAME(call, when, call) \
	SAME(hello, when, hello) \
	SAME(loaded, when, loaded) \
	SAME(trace, when, trace) \
	SAME(unknown_event, when, unknown_event) \
	SAME(events, when, events) \
	SAME(event_flood, when, event_flood) \
	SAME(credit_flood, when, credit_flood) \
	SAME(too_much_credit, when, too_much_credit) \
	SAME(short_datagram, when, short_datagram) \
	SAME(empty_datagram, when, empty_datagram) \
	SAME(silent, when, silent) \
	SAME(stop, when, stop) \
	SAME(exit, when, leave) \
	SAME(segv, when, segv) \
	SAME(close, when, close_it) \
	SAME(bye, when, bye) \
	SAME(error_reply, when, error_reply) \
	SAME(error_of_host, when, error_of_host) \
	SAME(one_descriptor, when, one_descriptor) \
	SAME(many_descriptors, when, many_descriptors)

IN(init)
IN(start)
IN(call)
IN(stop)
