/* SPDX-License-Identifier: MIT */
/*
 * Makes inputs for a proxy from captures: the calls, and what the worker sends
 * in between.
 */
#include "capture.h"
#include "proxy_session.h"

#define MAX_STEPS 64

/* A call, all that came until the next one, and a dispatch. */
struct exchange {
	struct sequence_step steps[MAX_STEPS];
	size_t n;
	size_t size;
	bool is_whole; /* nothing of it was too large */
};

static bool is_call(const struct captured *message)
{
	return message->header.kind == CAMIPC_MESSAGE_CALL;
}

static bool is_oneway(const struct captured *message)
{
	return message->header.flags & CAMIPC_MESSAGE_ONEWAY;
}

/* Its reply comes before anything else is called: somebody waited for it. */
static bool is_waited_for(struct capture capture, const struct captured *call)
{
	struct captured message;

	while (capture_next(&capture, &message)) {
		if (is_call(&message))
			return false;
		if (message.header.kind == CAMIPC_MESSAGE_REPLY &&
		    message.header.cookie == call->header.cookie)
			return true;
	}
	return false;
}

/* How many calls ago that one was which this answers; -1: too long. */
static int calls_ago(const struct capture *capture,
		     const struct captured *reply)
{
	for (uint32_t i = 0; i < CAPTURE_CALLS && i < capture->n_calls; i++) {
		uint32_t at = (capture->n_calls - 1 - i) % CAPTURE_CALLS;

		if (capture->calls[at] == reply->header.cookie)
			return (int)i;
	}
	return -1;
}

/* What it is in proxy_target.c; false: nothing. */
static bool make_step(struct capture *capture, const struct captured *message,
		      struct sequence_step *step)
{
	const struct camipc_header *header = &message->header;
	int ago;

	*step = (struct sequence_step){ .id = (uint16_t)header->id };
	if (header->kind == CAMIPC_MESSAGE_CALL) {
		step->op = is_oneway(message) ||
					   is_waited_for(*capture, message)
				   ? OP_CALL
				   : OP_BEGIN;
		step->pick = (uint8_t)header->cookie;
		if (!is_oneway(message))
			capture->calls[capture->n_calls++ % CAPTURE_CALLS] =
				header->cookie;
		return true;
	}
	step->n_fds = (uint8_t)header->n_fds;
	step->size = (uint16_t)header->body_size;
	step->body = message->body;
	if (header->kind == CAMIPC_MESSAGE_EVENT) {
		step->op = OP_EVENT;
		return true;
	}
	ago = calls_ago(capture, message);
	step->op = OP_REPLY;
	step->pick = (uint8_t)ago;
	step->flags = ID_AS_SENT;
	if (header->flags & CAMIPC_MESSAGE_ERROR)
		step->flags |= IS_ERROR;
	return header->kind == CAMIPC_MESSAGE_REPLY && ago >= 0;
}

/* Whether the IPA runs once @message was said. */
static void follow(struct capture *capture, const struct captured *message)
{
	const struct camipc_interface *face = fuzz_interface();
	const uint8_t kind = message->header.kind;
	const struct camipc_method *method = camipc_find_method(
		face->methods, face->n_methods, message->header.id);

	if (!method)
		return;
	if (kind == CAMIPC_MESSAGE_REPLY && method->role == CAMIPC_ROLE_START)
		capture->running = true;
	if (kind == CAMIPC_MESSAGE_CALL && method->role == CAMIPC_ROLE_STOP)
		capture->running = false;
}

static void add(struct exchange *exchange, const struct sequence_step *step)
{
	exchange->is_whole &= exchange->n < MAX_STEPS;
	if (!exchange->is_whole)
		return;
	exchange->steps[exchange->n++] = *step;
	exchange->size += SEQUENCE_STEP + (size_t)step->size;
}

/* False: there is no other one. */
static bool next_exchange(struct capture *capture, struct exchange *exchange,
			  size_t room)
{
	static const struct sequence_step dispatch = { .op = OP_DISPATCH };
	struct capture before = *capture;
	struct sequence_step step;
	struct captured message;

	*exchange = (struct exchange){ .is_whole = true };
	while (capture_next(capture, &message)) {
		if (exchange->n > 0 && is_call(&message)) {
			*capture = before;
			break;
		}
		follow(capture, &message);
		if (!is_call(&message) &&
		    !capture_fits(capture, &message, room, MAX_STEP_FDS))
			exchange->is_whole = false;
		else if (make_step(capture, &message, &step))
			add(exchange, &step);
		before = *capture;
	}
	if (exchange->n > 0)
		add(exchange, &dispatch);
	return exchange->n > 0;
}

/*
 * The first input is the session's beginning. Others begin where it runs, and
 * end where it stops: what comes between two runs is in the first one only.
 */
size_t capture_proxy(struct capture *capture, uint8_t *data, size_t room)
{
	struct capture_steps steps = { .data = data, .size = 1, .room = room };
	static struct exchange exchange;
	const bool from_start = !capture->begun;

	capture->begun = true;
	data[0] = 0;
	if (!from_start)
		data[0] = MODE_RUNNING;
	while (steps.size < CAPTURE_ENOUGH) {
		const struct capture before = *capture;

		if (!next_exchange(capture, &exchange, room / 2))
			break;
		if (!before.running && !from_start) {
			if (steps.size > 1)
				break;
			continue;
		}
		if (!exchange.is_whole)
			continue;
		/* Too much for the rest of this one: it begins the next. */
		if (exchange.size > room - steps.size) {
			*capture = before;
			break;
		}
		for (size_t i = 0; i < exchange.n; i++)
			FUZZ_REQUIRE(capture_add(&steps, &exchange.steps[i]));
	}
	return steps.size > 1 ? steps.size : 0;
}
