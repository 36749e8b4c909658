/* SPDX-License-Identifier: MIT */
/* The messages that the codec benchmarks write and read. */
#ifndef CAMIPC_BENCH_CODEC_MESSAGES_H
#define CAMIPC_BENCH_CODEC_MESSAGES_H

#include <camipc/wire.h>
#include <protobuf-c/protobuf-c.h>

/** A kind of message: our codec, protobuf-c's, and how to make one. */
struct codec_kind {
	size_t size;
	const ProtobufCMessageDescriptor *descriptor;
	void (*fill)(uint64_t *random, struct camipc_arena *arena, void *msg);
	void (*init)(void *msg);
	void (*check)(struct camipc_check *check, const void *msg);
	void (*encode)(struct camipc_writer *w, const void *msg);
	void (*decode)(struct camipc_reader *r, const uint8_t *p, void *msg);

	/** Sums fields up: what is decoded is also read. */
	uint64_t (*walk)(const void *msg);
	uint64_t (*walk_protobuf)(const ProtobufCMessage *message);
};

extern const struct codec_kind codec_sensor_info;
extern const struct codec_kind codec_control_list;
extern const struct codec_kind codec_prepare_params;
extern const struct codec_kind codec_float_table;

#endif /* CAMIPC_BENCH_CODEC_MESSAGES_H */
