/* SPDX-License-Identifier: MIT */
/*
 * Implements codec.h with the codec that protoc-c makes of the same schema, in
 * which some cases find mistakes.
 */
#include <stdlib.h>

#include "codec.h"
#include "conformance.pb-c.h"

typedef ProtobufTestMessages__Proto3__TestAllTypesProto3 TestedMessage;

void codec_round_trip(const uint8_t *bytes, size_t n,
		      struct conformance_response *response, uint8_t **memory)
{
	TestedMessage *message =
		protobuf_test_messages__proto3__test_all_types_proto3__unpack(
			NULL, n, bytes);
	size_t size;

	if (!message) {
		codec_refuse(response, "protobuf-c does not read it");
		return;
	}
	size = protobuf_test_messages__proto3__test_all_types_proto3__get_packed_size(
		message);
	free(*memory);
	*memory = malloc(size + 1);
	if (!*memory) {
		codec_fail(response, "no memory");
	} else {
		protobuf_test_messages__proto3__test_all_types_proto3__pack(
			message, *memory);
		codec_give(response, *memory, size);
	}
	protobuf_test_messages__proto3__test_all_types_proto3__free_unpacked(
		message, NULL);
}
