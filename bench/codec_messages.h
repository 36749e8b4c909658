/* SPDX-License-Identifier: MIT */
/* The messages that the codec benchmarks encode and decode. */
#ifndef CAMIPC_BENCH_CODEC_MESSAGES_H
#define CAMIPC_BENCH_CODEC_MESSAGES_H

#include <camipc/wire.h>
#include <protobuf-c/protobuf-c.h>

#include "core.pb-c.h"
#include "core_ipa_types.h"

/** A kind of message: our codec, protobuf-c's, and how to fill a message. */
struct codec_kind {
	size_t size;
	const ProtobufCMessageDescriptor *descriptor;
	void (*fill)(uint64_t *random, struct camipc_arena *arena, void *msg);
	void (*init)(void *msg);
	void (*check)(struct camipc_check *check, const void *msg);
	void (*encode)(struct camipc_writer *w, const void *msg);
	void (*decode)(struct camipc_reader *r, const uint8_t *p, void *msg);

	/** Each returns a sum of all fields, so that all are read. */
	uint64_t (*walk)(const void *msg);
	uint64_t (*walk_protobuf)(const ProtobufCMessage *message);
};

extern const struct codec_kind codec_sensor_info;
extern const struct codec_kind codec_control_list;
extern const struct codec_kind codec_prepare_params;
extern const struct codec_kind codec_float_table;
extern const struct codec_kind codec_info_map;
extern const struct codec_kind codec_buffers;
extern const struct codec_kind codec_configuration;

/** Defines a kind; its functions are named fill_NAME and so on. */
#define CODEC_KIND(name, struct_name, descriptor_name)                  \
	const struct codec_kind codec_##name = {                        \
		.size = sizeof(struct struct_name),                     \
		.descriptor = &descriptor_name,                         \
		.fill = fill_##name,                                    \
		.init = init_##name,                                    \
		.check = check_##name,                                  \
		.encode = encode_##name,                                \
		.decode = decode_##name,                                \
		.walk = walk_##name,                                    \
		.walk_protobuf = walk_##name##_pb,                      \
	}

/** Number of descriptors of codec_fd(). */
#define CODEC_N_FDS 4u

/** Returns the next random number. */
uint32_t codec_random(uint64_t *random);

/** Returns the @i-th descriptor for messages; it stays open. */
int codec_fd(uint32_t i);

/** Allocates memory for a message's arrays; ends the program on failure. */
void *codec_memory(struct camipc_arena *arena, size_t size);

/** Fills a random value of one of eight kinds; the others sum it up. */
void codec_fill_value(uint64_t *random, struct camipc_arena *arena,
		      struct cam_control_value *value);
uint64_t codec_walk_value(const struct cam_control_value *value);
uint64_t codec_walk_value_pb(const Cam__ControlValue *value);

/** Each returns a sum; the same function is used for all libraries. */
uint64_t codec_sum_text(const char *text, size_t len);
uint64_t codec_sum_integers(const int32_t *items, size_t n);
uint64_t codec_sum_floats(const float *items, size_t n);

#endif /* CAMIPC_BENCH_CODEC_MESSAGES_H */
