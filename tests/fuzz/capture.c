/* SPDX-License-Identifier: MIT */
/* Reads captures, the recorded messages of a session. */
#include "capture.h"

#include <string.h>

bool capture_next(struct capture *capture, struct captured *message)
{
	const uint8_t *p = capture->data;

	if (capture->size == 0)
		return false;
	FUZZ_REQUIRE(capture->size > CAMIPC_HEADER_SIZE);
	FUZZ_REQUIRE(p[0] == CAPTURE_SENT || p[0] == CAPTURE_RECEIVED);
	message->sent = p[0] == CAPTURE_SENT;
	FUZZ_REQUIRE(camipc_header_decode(p + 1, &message->header) == 0);
	message->body = p + 1 + CAMIPC_HEADER_SIZE;
	capture->data = message->body + message->header.body_size;
	capture->size -= 1 + CAMIPC_HEADER_SIZE;
	FUZZ_REQUIRE(capture->size >= message->header.body_size);
	capture->size -= message->header.body_size;
	return true;
}

const struct camipc_message_type *capture_type(const struct camipc_header *of)
{
	const struct camipc_interface *face = fuzz_interface();
	const bool event = of->kind == CAMIPC_MESSAGE_EVENT;
	const struct camipc_method *row =
		event ? camipc_find_method(face->events, face->n_events, of->id)
		      : camipc_find_method(face->methods, face->n_methods,
					   of->id);

	if (!row)
		return NULL;
	return event || of->kind == CAMIPC_MESSAGE_CALL ? row->args : row->outs;
}

unsigned long fuzz_take_capture(const struct fuzz_target *target,
				const uint8_t *data, size_t size,
				void (*take)(const uint8_t *data, size_t size))
{
	struct capture capture = { .data = data, .size = size };
	const struct capture_rule *rule = capture_rules;
	uint8_t input[FUZZ_MAX_INPUT];
	size_t n;

	while (rule->target && rule->target != target)
		rule++;
	while (rule->target &&
	       (n = rule->take(&capture, input, sizeof(input))) > 0)
		take(input, n);
	return capture.n_too_large;
}

bool capture_fits(struct capture *capture, const struct captured *message,
		  size_t room, uint32_t max_fds)
{
	if (message->header.body_size <= room - SEQUENCE_STEP &&
	    message->header.n_fds <= max_fds)
		return true;
	capture->n_too_large++;
	return false;
}

bool capture_add(struct capture_steps *steps, const struct sequence_step *step)
{
	size_t n = sequence_put(steps->data + steps->size,
				steps->room - steps->size, step);

	steps->size += n;
	return n > 0;
}
