/* SPDX-License-Identifier: MIT */
/*
 * Declares the codec under test. One testee has ours; another has protobuf-c's
 * and shows that the cases find mistakes.
 */
#ifndef CONFORMANCE_CODEC_H
#define CONFORMANCE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "protocol_ipa_serializer.h"

/**
 * Decodes one message and encodes it again.
 * @response: gets what became of it
 * @memory: freed, and replaced by what the response has to point to
 */
void codec_round_trip(const uint8_t *bytes, size_t n,
		      struct conformance_response *response, uint8_t **memory);

/** The testee's own fault, and not the message's. */
static inline void codec_fail(struct conformance_response *response,
			      const char *why)
{
	response->result.tag = CONFORMANCE_RESULT_RUNTIME_ERROR;
	response->result.runtime_error = why;
}

static inline void codec_refuse(struct conformance_response *response,
				const char *why)
{
	response->result.tag = CONFORMANCE_RESULT_PARSE_ERROR;
	response->result.parse_error = why;
}

static inline void codec_give(struct conformance_response *response,
			      const uint8_t *bytes, size_t n)
{
	response->result.tag = CONFORMANCE_RESULT_PROTOBUF;
	response->result.protobuf.items = bytes;
	response->result.protobuf.n_items = n;
}

#endif
