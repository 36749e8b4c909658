/* SPDX-License-Identifier: MIT */
/* Lies in TRACE messages, which the camera process has asked for. */
#include <errno.h>

#include "lie_scene.h"

/* A worker's first method: each interface has one. */
#define METHOD 1

/* Sends @n times the same span, and is honest then. */
static int send_spans(struct scene *scene, const struct camipc_span *span,
		      size_t n)
{
	uint8_t bytes[(CAMIPC_TRACE_MAX_SPANS + 1) * CAMIPC_TRACE_SPAN_SIZE];

	for (size_t i = 0; i < n; i++)
		camipc_span_encode(span, bytes + i * CAMIPC_TRACE_SPAN_SIZE);
	return scene_interject(scene, CAMIPC_MESSAGE_TRACE, 0, bytes,
			       n * CAMIPC_TRACE_SPAN_SIZE);
}

/* Of calls that were never made, and longer than the world exists. */
int act_asked_spans_that_lie(struct scene *scene)
{
	const struct camipc_span span = {
		.cookie = UINT32_MAX,
		.id = METHOD,
		.end = UINT64_MAX,
	};

	return send_spans(scene, &span, CAMIPC_TRACE_MAX_SPANS);
}

int act_asked_span_of_no_method(struct scene *scene)
{
	const struct camipc_span span = { .id = UINT32_MAX };

	return send_spans(scene, &span, 1);
}

int act_asked_span_backwards(struct scene *scene)
{
	const struct camipc_span span = { .id = METHOD, .begin = 1 };

	return send_spans(scene, &span, 1);
}

int act_asked_half_a_span(struct scene *scene)
{
	static const uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE / 2] = { 1 };

	return scene_interject(scene, CAMIPC_MESSAGE_TRACE, 0, bytes,
			       sizeof(bytes));
}

int act_asked_no_span(struct scene *scene)
{
	return scene_interject(scene, CAMIPC_MESSAGE_TRACE, 0, NULL, 0);
}

int act_asked_too_many_spans(struct scene *scene)
{
	const struct camipc_span span = { .id = METHOD };

	return send_spans(scene, &span, CAMIPC_TRACE_MAX_SPANS + 1);
}

int act_asked_span_flood(struct scene *scene)
{
	uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE];

	camipc_span_encode(&(struct camipc_span){ .id = METHOD }, bytes);
	while (scene_send(scene, CAMIPC_MESSAGE_TRACE, 0, bytes,
			  sizeof(bytes)) == 0)
		;
	return -EPIPE;
}
