/* SPDX-License-Identifier: MIT */
/*
 * Generated codecs beside those of other libraries: the time of check + encode,
 * and of init + decode with a reused arena, as in a call. bench/README.md
 * explains what each case does.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>

#include "bench.h"
#include "codec_messages.h"
#include "fail.h"
#include "peers/peers.h"

/** More distinct messages than a branch predictor can learn. */
#define N_RANDOM 1024u

/** Enough for every message on the wire, in bytes. */
#define MAX_SIZE (64u * 1024u)

/* The parameter of a case. */
struct codec_parameter {
	const struct codec_kind *kind;
	uint32_t n_messages;
	const struct codec_peer *peer; /* another library, or NULL */
};

#define MAX_FDS 16

struct codec {
	const char *name; /* of the case */
	const struct codec_kind *kind;
	uint32_t n;
	uint32_t at;
	struct camipc_arena values;
	struct camipc_arena arena;
	uint8_t *messages; /* n structs */
	void *decoded;
	uint8_t **bytes; /* the encoded messages */
	size_t *sizes;
	ProtobufCMessage **protobuf;
	uint8_t *buffer;
	uint8_t *bump; /* memory of protobuf-c's arena */
	size_t bump_used;
	size_t flat_size; /* of a message in memory, with its arrays */
	int fds[MAX_FDS];
	uint32_t n_fds; /* of each message */
	const struct codec_peer *peer;
	uint8_t **peer_bytes;
	size_t *peer_sizes;
};

static void *get_memory(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (!memory)
		bench_fail("out of memory");
	return memory;
}

static size_t encode(struct codec *codec, const void *msg)
{
	struct camipc_check check = { .max_fds = 0 };
	struct camipc_writer w;
	size_t size = 0;

	codec->kind->check(&check, msg);
	if (check.error || check.wire > MAX_SIZE)
		bench_fail("the check refused field %s", check.field);
	camipc_writer_init(&w, codec->buffer, MAX_SIZE, codec->fds, MAX_FDS);
	codec->kind->encode(&w, msg);
	if (camipc_writer_finish(&w, &size) < 0)
		bench_fail("a message does not fit into the buffer");
	codec->n_fds = w.n_fds;
	codec->flat_size = codec->kind->size + check.decoded;
	return size;
}

static uint64_t decode(struct codec *codec, const uint8_t *bytes, size_t size)
{
	struct camipc_reader r;
	const uint8_t *p;

	camipc_arena_reset(&codec->arena, CAMIPC_DECODED_FACTOR * size +
						  CAMIPC_DECODED_BASE);
	codec->kind->init(codec->decoded);
	p = camipc_reader_init(&r, bytes, size, &codec->arena, codec->fds,
			       codec->n_fds);
	codec->kind->decode(&r, p, codec->decoded);
	if (camipc_reader_finish(&r) < 0)
		bench_fail("cannot decode a message");
	return codec->kind->walk(codec->decoded);
}

/* Makes message @i of another library; both decode each other's if they can. */
static void make_peer_message(struct codec *codec, uint32_t i, const void *msg)
{
	const struct codec_peer *peer = codec->peer;
	size_t size = peer->encode(msg, codec->buffer, MAX_SIZE);
	uint64_t sum = codec->kind->walk(msg);
	uint8_t *bytes = get_memory(1, size + 1);

	memcpy(bytes, codec->buffer, size);
	codec->peer_sizes[i] = size;
	codec->peer_bytes[i] = bytes;
	if (peer->decode(bytes, size) != sum ||
	    (peer->same_wire &&
	     (peer->decode(codec->bytes[i], codec->sizes[i]) != sum ||
	      decode(codec, bytes, size) != sum)))
		bench_fail("%s: the other library decodes another message",
			   codec->name);
}

/* Makes message @i in each form, and checks that both sides agree. */
static void make_message(struct codec *codec, uint32_t i, uint64_t *random)
{
	const struct codec_kind *kind = codec->kind;
	void *msg = codec->messages + i * kind->size;
	size_t size;

	kind->init(msg);
	kind->fill(random, &codec->values, msg);
	size = encode(codec, msg);
	codec->sizes[i] = size;
	codec->bytes[i] = get_memory(1, size);
	memcpy(codec->bytes[i], codec->buffer, size);
	codec->protobuf[i] = protobuf_c_message_unpack(
		kind->descriptor, NULL, size, codec->bytes[i]);
	if (!codec->protobuf[i] ||
	    protobuf_c_message_pack(codec->protobuf[i], codec->buffer) !=
		    size ||
	    memcmp(codec->buffer, codec->bytes[i], size) != 0 ||
	    decode(codec, codec->bytes[i], size) !=
		    kind->walk_protobuf(codec->protobuf[i]))
		bench_fail("%s: protobuf-c decodes another message",
			   codec->name);
	if (codec->peer)
		make_peer_message(codec, i, msg);
}

static void *open_codec(const struct bench_case *bench)
{
	const struct codec_parameter *parameter = bench->parameter;
	struct codec *codec = get_memory(1, sizeof(*codec));
	uint64_t random = 42;

	codec->name = bench->name;
	codec->kind = parameter->kind;
	codec->n = parameter->n_messages < bench_max_operations
			   ? parameter->n_messages
			   : bench_max_operations;
	codec->peer = parameter->peer;
	camipc_arena_init(&codec->values, SIZE_MAX);
	camipc_arena_init(&codec->arena, 0);
	codec->messages = get_memory(codec->n, codec->kind->size);
	codec->decoded = get_memory(1, codec->kind->size);
	codec->bytes = get_memory(codec->n, sizeof(*codec->bytes));
	codec->sizes = get_memory(codec->n, sizeof(*codec->sizes));
	codec->protobuf = get_memory(codec->n, sizeof(*codec->protobuf));
	codec->peer_bytes = get_memory(codec->n, sizeof(*codec->peer_bytes));
	codec->peer_sizes = get_memory(codec->n, sizeof(*codec->peer_sizes));
	codec->buffer = get_memory(1, MAX_SIZE);
	codec->bump = get_memory(1, 16 * MAX_SIZE);
	for (uint32_t i = 0; i < codec->n; i++)
		make_message(codec, i, &random);
	return codec;
}

static void close_codec(void *state)
{
	struct codec *codec = state;

	for (uint32_t i = 0; i < codec->n; i++) {
		protobuf_c_message_free_unpacked(codec->protobuf[i], NULL);
		free(codec->bytes[i]);
		free(codec->peer_bytes[i]);
	}
	free(codec->peer_bytes);
	free(codec->peer_sizes);
	camipc_arena_fini(&codec->values);
	camipc_arena_fini(&codec->arena);
	free(codec->messages);
	free(codec->decoded);
	free(codec->bytes);
	free(codec->sizes);
	free(codec->protobuf);
	free(codec->buffer);
	free(codec->bump);
	free(codec);
}

/* Returns the index of the next message. */
static uint32_t next_message(struct codec *codec)
{
	codec->at = (codec->at + 1) & (codec->n - 1);
	return codec->at;
}

static void run_encode(void *state, uint32_t n)
{
	struct codec *codec = state;

	while (n-- > 0) {
		uint32_t i = next_message(codec);

		encode(codec, codec->messages + i * codec->kind->size);
		bench_use(codec->buffer);
	}
}

static void run_decode(void *state, uint32_t n)
{
	struct codec *codec = state;
	uint64_t sum = 0;

	while (n-- > 0) {
		uint32_t i = next_message(codec);

		sum += decode(codec, codec->bytes[i], codec->sizes[i]);
	}
	bench_use(&sum);
}

/* What a message cannot avoid, however it travels. */
static void run_both(void *state, uint32_t n)
{
	while (n-- > 0) {
		run_encode(state, 1);
		run_decode(state, 1);
	}
}

static void run_pack(void *state, uint32_t n)
{
	struct codec *codec = state;

	while (n-- > 0) {
		uint32_t i = next_message(codec);
		ProtobufCMessage *message = codec->protobuf[i];

		/* A caller needs the size to allocate the buffer. */
		if (protobuf_c_message_get_packed_size(message) > MAX_SIZE)
			bench_fail("a message does not fit into the buffer");
		protobuf_c_message_pack(message, codec->buffer);
		bench_use(codec->buffer);
	}
}

static void unpack(struct codec *codec, ProtobufCAllocator *allocator,
		   uint64_t *sum)
{
	uint32_t i = next_message(codec);
	ProtobufCMessage *message = protobuf_c_message_unpack(
		codec->kind->descriptor, allocator, codec->sizes[i],
		codec->bytes[i]);

	if (!message)
		bench_fail("protobuf-c cannot decode a message");
	*sum += codec->kind->walk_protobuf(message);
	if (!allocator)
		protobuf_c_message_free_unpacked(message, NULL);
}

static void run_unpack(void *state, uint32_t n)
{
	uint64_t sum = 0;

	while (n-- > 0)
		unpack(state, NULL, &sum);
	bench_use(&sum);
}

static void *bump_alloc(void *data, size_t size)
{
	struct codec *codec = data;
	void *piece = codec->bump + codec->bump_used;

	size = (size + 15) & ~(size_t)15;
	if (size > 16 * MAX_SIZE - codec->bump_used)
		return NULL;
	codec->bump_used += size;
	return piece;
}

static void bump_free(void *data, void *piece)
{
	(void)data;
	(void)piece;
}

static void run_unpack_arena(void *state, uint32_t n)
{
	struct codec *codec = state;
	ProtobufCAllocator allocator = { bump_alloc, bump_free, codec };
	uint64_t sum = 0;

	while (n-- > 0) {
		codec->bump_used = 0;
		unpack(codec, &allocator, &sum);
	}
	bench_use(&sum);
}

#ifdef BENCH_PEERS
static void run_peer_encode(void *state, uint32_t n)
{
	struct codec *codec = state;

	while (n-- > 0) {
		uint32_t i = next_message(codec);

		codec->peer->encode(codec->messages + i * codec->kind->size,
				    codec->buffer, MAX_SIZE);
		bench_use(codec->buffer);
	}
}

static void run_peer_decode(void *state, uint32_t n)
{
	struct codec *codec = state;
	uint64_t sum = 0;

	while (n-- > 0) {
		uint32_t i = next_message(codec);

		sum += codec->peer->decode(codec->peer_bytes[i],
					   codec->peer_sizes[i]);
	}
	bench_use(&sum);
}

#endif

/* Copies as many bytes as the message has in memory. */
static void run_memcpy(void *state, uint32_t n)
{
	struct codec *codec = state;

	while (n-- > 0) {
		memcpy(codec->buffer, codec->bump, codec->flat_size);
		bench_use(codec->buffer);
	}
}

/* Also asks for each descriptor, as camipc_check_fd() does. */
static void run_fcntl(void *state, uint32_t n)
{
	struct codec *codec = state;

	while (n-- > 0) {
		for (uint32_t i = 0; i < codec->n_fds; i++) {
			if (i > 0 && codec->fds[i] == codec->fds[i - 1])
				continue;
			if (fcntl(codec->fds[i], F_GETFD) < 0)
				bench_fail("a descriptor is closed");
		}
		memcpy(codec->buffer, codec->bump, codec->flat_size);
		bench_use(codec->buffer);
	}
}

/* ---- the table ----------------------------------------------------------- */

#define CASE_OF(n_samples, case_name, run_func, ...)                       \
	{                                                                  \
		.name = case_name, .batch = 256, .samples = n_samples,     \
		.open = open_codec, .run = run_func, .close = close_codec, \
		__VA_ARGS__                                                \
	}
#define CASE(case_name, run_func, ...) \
	CASE_OF(200, case_name, run_func, __VA_ARGS__)

#define MESSAGES(kind_name, n)                                      \
	.parameter = &(const struct codec_parameter){ &(kind_name), \
						      (n), NULL }

#define PEER(samples, case_name, run_func, kind_name, n, table, index) \
	CASE_OF(samples, case_name, run_func,                          \
		.parameter = &(const struct codec_parameter){          \
			&(kind_name), (n), &(table)[index] })

/* A library's codec in both directions. */
#define BOTH(samples, what, library, kind_name, n, index)                 \
	PEER(samples, "codec.encode." what "." #library, run_peer_encode, \
	     kind_name, n, codec_##library, index),                       \
		PEER(samples, "codec.decode." what "." #library,          \
		     run_peer_decode, kind_name, n, codec_##library, index)

#ifdef BENCH_PEERS
/* nanopb takes a hundred times as long, so take a fifth of the samples. */
#define PEERS(what, kind_name, n, index)                      \
	, BOTH(200, what, protobuf_cpp, kind_name, n, index), \
		BOTH(200, what, capnp, kind_name, n, index),  \
		BOTH(40, what, nanopb, kind_name, n, index)
#else
#define PEERS(what, kind_name, n, index)
#endif

/* A message in both directions, ours and those of other libraries. */
#define DIRECTIONS(what, kind_name, n, index, least)                           \
	CASE("codec.encode." what, run_encode, MESSAGES(kind_name, n),         \
	     .floor = "codec.encode." what least, .has_rivals = true),         \
		CASE("codec.encode." what ".protobuf_c", run_pack,             \
		     MESSAGES(kind_name, n)),                                  \
		CASE("codec.encode." what ".memcpy", run_memcpy,               \
		     MESSAGES(kind_name, n)),                                  \
		CASE("codec.decode." what, run_decode, MESSAGES(kind_name, n), \
		     .floor = "codec.decode." what ".memcpy",                  \
		     .has_rivals = true),                                      \
		CASE("codec.decode." what ".protobuf_c", run_unpack,           \
		     MESSAGES(kind_name, n)),                                  \
		CASE("codec.decode." what ".protobuf_c_arena",                 \
		     run_unpack_arena, MESSAGES(kind_name, n)),                \
		CASE("codec.decode." what ".memcpy", run_memcpy,               \
		     MESSAGES(kind_name, n)) PEERS(what, kind_name, n, index)

/* The same message each time, and random messages. */
#define CASES(what, kind_name, index, least)          \
	DIRECTIONS(what, kind_name, 1, index, least), \
		DIRECTIONS(what ".random", kind_name, N_RANDOM, index, least)

/* The work that encoding cannot avoid. */
#define FCNTL(what, kind_name, n) \
	CASE("codec.encode." what ".fcntl", run_fcntl, MESSAGES(kind_name, n))

static const struct bench_case cases[] = {
	CASES("sensor_info", codec_sensor_info, CODEC_PEER_SENSOR_INFO,
	      ".memcpy"),
	CASES("control_list_20", codec_control_list, CODEC_PEER_CONTROL_LIST,
	      ".memcpy"),
	CASES("prepare_params", codec_prepare_params, CODEC_PEER_PREPARE_PARAMS,
	      ".memcpy"),
	CASES("control_info_map_30", codec_info_map, CODEC_PEER_INFO_MAP,
	      ".memcpy"),
	CASES("buffers_4x3", codec_buffers, CODEC_PEER_BUFFERS, ".fcntl"),
	CASE("floor.codec.control_list_20", run_both,
	     MESSAGES(codec_control_list, 1)),
	FCNTL("buffers_4x3", codec_buffers, 1),
	FCNTL("buffers_4x3.random", codec_buffers, N_RANDOM),
	CASES("configuration_16", codec_configuration, CODEC_PEER_CONFIGURATION,
	      ".memcpy"),
	/* Only the addresses differ between messages: caches hold four. */
	DIRECTIONS("float_table_32k", codec_float_table, 1,
		   CODEC_PEER_FLOAT_TABLE, ".memcpy"),
	DIRECTIONS("float_table_32k.random", codec_float_table, 4,
		   CODEC_PEER_FLOAT_TABLE, ".memcpy"),
};

const struct bench_table bench_codec = { cases,
					 sizeof(cases) / sizeof(*cases) };
