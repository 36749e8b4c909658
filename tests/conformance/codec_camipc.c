/* SPDX-License-Identifier: MIT */
/*
 * Implements codec.h with the codec that camipc-gen makes of
 * ../codegen/conformance.
 */
#include <stdlib.h>

#include "codec.h"
#include "conformance_ipa_serializer.h"

/** What one decoded message may take, in bytes. */
#define MAX_DECODED ((size_t)64 * 1024 * 1024)

static const char *const faults[] = {
	[CAMIPC_FAULT_NONE] = "none",
	[CAMIPC_FAULT_BYTES] = "not the encoding of a message",
	[CAMIPC_FAULT_RANGE] = "a value that the interface does not allow",
	[CAMIPC_FAULT_FD] = "a descriptor",
	[CAMIPC_FAULT_DEPTH] = "nested too deeply",
	[CAMIPC_FAULT_LIMIT] = "too large once decoded",
	[CAMIPC_FAULT_MEMORY] = "no memory",
};

static void
encode(const struct protobuf_test_messages_proto3_test_all_types_proto3 *message,
       struct conformance_response *response, uint8_t **memory)
{
	struct camipc_check check = { 0 };
	struct camipc_writer w;
	size_t size;
	size_t n = 0;

	protobuf_test_messages_proto3_test_all_types_proto3_check(&check,
								  message);
	if (check.error) {
		response->result.tag = CONFORMANCE_RESULT_SERIALIZE_ERROR;
		response->result.serialize_error = check.field;
		return;
	}
	size = check.wire + CAMIPC_WRITE_ROOM;
	free(*memory);
	*memory = malloc(size);
	if (!*memory) {
		codec_fail(response, faults[CAMIPC_FAULT_MEMORY]);
		return;
	}
	camipc_writer_init(&w, *memory, size, NULL, 0);
	w.pos = protobuf_test_messages_proto3_test_all_types_proto3_put_fields(
		&w, w.pos, message);
	if (camipc_writer_finish(&w, &n) < 0)
		codec_fail(response, "larger than the check said");
	else
		codec_give(response, *memory, n);
}

void codec_round_trip(const uint8_t *bytes, size_t n,
		      struct conformance_response *response, uint8_t **memory)
{
	struct protobuf_test_messages_proto3_test_all_types_proto3 message;
	struct camipc_arena arena;
	struct camipc_reader r;
	const uint8_t *p;

	camipc_arena_init(&arena, MAX_DECODED);
	p = camipc_reader_init(&r, bytes, n, &arena, NULL, 0);
	protobuf_test_messages_proto3_test_all_types_proto3_init(&message);
	protobuf_test_messages_proto3_test_all_types_proto3_get_fields(&r, p, r.end,
								&message);
	if (camipc_reader_finish(&r) == 0)
		encode(&message, response, memory);
	else if (r.fault == CAMIPC_FAULT_MEMORY)
		codec_fail(response, faults[r.fault]);
	else
		codec_refuse(response, faults[r.fault]);
	camipc_arena_fini(&arena);
}
