/* SPDX-License-Identifier: MIT */
/* One IPA that gets recorded calls. */
#include "replay_session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "interrupt.h"

/* How long a call may wait until earlier ones are consumed, in milliseconds. */
#define CREDIT_MS 10000

static void keep_event(void *user, const struct camipc_method *event,
		       const struct raw_message *message)
{
	struct replay_session *session = user;
	struct replay_event *kept = malloc(sizeof(*kept) + message->size);

	if (!kept) {
		session->no_memory = true;
		return;
	}
	kept->next = NULL;
	kept->event = event;
	kept->size = message->size;
	if (message->size)
		memcpy(kept->body, message->bytes, message->size);
	*session->last = kept;
	session->last = &kept->next;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void note_closed(void *user, const struct camipc_closed_info *info)
{
	struct replay_session *session = user;

	session->is_closed = true;
	session->reason = info->reason;
	session->wait_status = info->status_known ? info->status : 0;
	snprintf(session->text, sizeof(session->text), "%s", info->text);
	if (info->last_call)
		snprintf(session->last_call, sizeof(session->last_call), "%s",
			 info->last_call);
	if (info->n_frames && info->frames[0].module)
		snprintf(session->place, sizeof(session->place), "%.90s+0x%llx",
			 base_name(info->frames[0].module),
			 (unsigned long long)info->frames[0].offset);
}

static const struct raw_events raw_events_of_session = {
	.event = keep_event,
	.closed = note_closed,
};

int replay_session_init(struct replay_session *session,
			const struct camipc_schema *schema,
			unsigned int limit_ms)
{
	int ret;

	memset(session, 0, sizeof(*session));
	session->last = &session->first;
	session->limit_ms = limit_ms ? limit_ms : CREDIT_MS;
	ret = raw_interface_make(&session->raw, schema);
	for (uint32_t i = 0; ret == 0 && limit_ms && i < schema->n_methods; i++)
		if (!session->raw.methods[i].timeout_ms ||
		    session->raw.methods[i].timeout_ms > limit_ms)
			session->raw.methods[i].timeout_ms = limit_ms;
	return ret;
}

int replay_session_create(struct replay_session *session,
			  const struct camipc_manager_options *options,
			  const struct camipc_match *match)
{
	int ret = camipc_manager_create(options, &session->manager);

	if (ret < 0)
		return ret;
	return camipc_proxy_create(session->manager, match,
				   &session->raw.client, &raw_events_of_session, session,
				   &session->proxy);
}

static uint64_t session_now_ms(void)
{
	return camipc_now_ns() / CAMIPC_NS_PER_MS;
}

/* Delivers what has arrived, and waits up to @timeout_ms for something. */
static void dispatch_session(struct replay_session *session,
			     unsigned int timeout_ms)
{
	struct pollfd pollfd = {
		.fd = camipc_proxy_get_fd(session->proxy),
		.events = POLLIN,
	};

	(void)!poll(&pollfd, 1, (int)timeout_ms);
	(void)!camipc_proxy_dispatch(session->proxy);
}

static int call_until_credit(struct replay_session *session, uint32_t id,
			     const struct raw_message *args,
			     struct raw_message *outs)
{
	const uint64_t end = session_now_ms() +
			     (session->limit_ms < CREDIT_MS ? session->limit_ms
							    : CREDIT_MS);
	int ret;

	for (;;) {
		(void)!camipc_proxy_call(session->proxy, id, args, outs);
		ret = camipc_proxy_last_error(session->proxy);
		if (ret != -EAGAIN || session_now_ms() > end ||
		    interrupt_signal())
			return ret;
		dispatch_session(session, 10);
	}
}

int replay_session_call(struct replay_session *session,
			const struct camipc_recorded *item, const int *fds)
{
	const struct raw_message args = {
		.bytes = item->body,
		.size = item->body_size,
		.fds = fds,
		.n_fds = item->n_fds,
	};
	struct replay_answer answer = { .cookie = item->cookie };

	if (!item->is_async && session->n_answers == REPLAY_MAX_ANSWERS)
		return -ENOSPC;
	answer.error = call_until_credit(session, item->value,
					 item->type ? &args : NULL,
					 &answer.outs);
	if (item->is_async)
		return answer.error;
	session->answers[session->n_answers++] = answer;
	return 0;
}

bool replay_session_take(struct replay_session *session, uint32_t cookie,
			 struct replay_answer *ret_answer)
{
	for (uint32_t i = 0; i < session->n_answers; i++) {
		if (session->answers[i].cookie != cookie)
			continue;
		*ret_answer = session->answers[i];
		session->answers[i] = session->answers[--session->n_answers];
		return true;
	}
	return false;
}

struct replay_event *replay_session_wait(struct replay_session *session,
					 unsigned int timeout_ms)
{
	const uint64_t begin = session_now_ms();
	struct replay_event *event;
	unsigned int waited;

	while (!session->first && !session->is_closed && !interrupt_signal() &&
	       session_now_ms() < begin + timeout_ms)
		dispatch_session(session, timeout_ms < 100 ? timeout_ms : 100);
	waited = (unsigned int)(session_now_ms() - begin);
	if (waited > session->longest_wait_ms)
		session->longest_wait_ms = waited;
	event = session->first;
	if (!event)
		return NULL;
	session->first = event->next;
	if (!session->first)
		session->last = &session->first;
	return event;
}

bool replay_session_wait_closed(struct replay_session *session,
				unsigned int timeout_ms)
{
	const uint64_t end = session_now_ms() + timeout_ms;

	while (!session->is_closed && !interrupt_signal() &&
	       session_now_ms() < end)
		dispatch_session(session, timeout_ms < 100 ? timeout_ms : 100);
	return session->is_closed;
}

void replay_session_fini(struct replay_session *session)
{
	camipc_proxy_destroy(session->proxy);
	camipc_manager_destroy(session->manager);
	while (session->first) {
		struct replay_event *event = session->first;

		session->first = event->next;
		free(event);
	}
	for (uint32_t i = 0; i < session->n_answers; i++)
		raw_message_clear(&session->answers[i].outs);
	raw_interface_fini(&session->raw);
}
