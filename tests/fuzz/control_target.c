/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes bodies of control messages; the first byte chooses the message. Each
 * must end in a documented error, keep to the memory budget and free
 * everything; a message that was decoded must encode and decode to the same.
 */
#include <errno.h>
#include <string.h>

#include "control_message.h"
#include "targets.h"

static const ProtobufCMessageDescriptor *const types[] = {
	&camipc__control__parent_hello__descriptor,
	&camipc__control__worker_hello__descriptor,
	&camipc__control__loaded__descriptor,
	&camipc__control__bye__descriptor,
};

static void try_ids(const uint32_t *pairs, size_t n)
{
	uint16_t *ids;
	uint32_t *again;
	int n_ids = camipc_control_unpack_ids(pairs, n, NULL);

	FUZZ_REQUIRE(n_ids >= 0 || n_ids == -EPROTO);
	if (n_ids < 0)
		return;
	FUZZ_REQUIRE(n_ids <= UINT16_MAX);
	ids = malloc(((size_t)n_ids + 1) * sizeof(*ids));
	again = malloc(((size_t)n_ids + 1) * 2 * sizeof(*again));
	FUZZ_REQUIRE(ids && again);
	FUZZ_REQUIRE(camipc_control_unpack_ids(pairs, n, ids) == n_ids);
	for (int i = 0; i < n_ids; i++)
		FUZZ_REQUIRE(ids[i] > (i ? ids[i - 1] : 0));
	n = camipc_control_pack_ids(ids, (size_t)n_ids, again);
	FUZZ_REQUIRE(camipc_control_unpack_ids(again, n, NULL) == n_ids);
	free(again);
	free(ids);
}

static void look_inside(const ProtobufCMessage *body)
{
	const Camipc__Control__ParentHello *hello = (const void *)body;
	const Camipc__Control__Loaded *loaded = (const void *)body;

	if (body->descriptor == types[0])
		try_ids(hello->events, hello->n_events);
	if (body->descriptor == types[2])
		try_ids(loaded->methods, loaded->n_methods);
}

static void run(const uint8_t *data, size_t size)
{
	static uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE];
	const ProtobufCMessageDescriptor *type;
	struct camipc_control_memory memory = { NULL, 0 };
	struct camipc_control_memory other = { NULL, 0 };
	ProtobufCMessage *body;
	int ret;

	if (size < 1)
		return;
	type = types[data[0] % 4];
	ret = camipc_control_unpack(type, data + 1, size - 1, &memory, &body);
	fuzz_result = ret;
	FUZZ_REQUIRE(memory.used <= CAMIPC_CONTROL_BUDGET);
	if (ret < 0) {
		/* The budget is enough for anything that size. */
		FUZZ_REQUIRE(ret == -EPROTO);
		camipc_control_memory_fini(&memory);
		return;
	}
	look_inside(body);
	/* protobuf-c keeps unknown fields that it would not read again. */
	ret = body->n_unknown_fields ? -EMSGSIZE
				     : camipc_control_pack(body, bytes);
	FUZZ_REQUIRE(ret >= 0 || ret == -EMSGSIZE);
	camipc_control_memory_fini(&memory);
	if (ret < 0)
		return;
	size = (size_t)ret;
	FUZZ_REQUIRE(camipc_control_unpack(type, bytes, size, &other, &body) ==
		     0);
	FUZZ_REQUIRE(protobuf_c_message_get_packed_size(body) == size);
	camipc_control_memory_fini(&other);
}

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	static const uint8_t seeds[][32] = {
		/* ParentHello: nonce, size, window, events 1 to 3, level */
		{ 22,	0,    0x0a, 4,	1,    2, 3, 4, 0x10, 0x80,
		  0x80, 0x40, 0x18, 64, 0x22, 2, 1, 3, 0x28, 2 },
		/* WorkerHello: nonce, build id, a layer */
		{ 16, 1, 0x0a, 4, 1, 2, 3, 4, 0x12, 2, 5, 6, 0x1a, 2, 'u',
		  'i' },
		/* Loaded: error, text, methods 1 to 4 and 9, fingerprint */
		{ 19, 2, 0x08, 3, 0x12, 2, 'n', 'o', 0x1a, 4, 1, 4, 9, 9, 0x20,
		  0xff, 0xff, 1 },
		/* Bye: calls, events, lines lost, error, text */
		{ 14, 3, 0x08, 7, 0x10, 9, 0x18, 1, 0x20, 3, 0x2a, 1, 'x' },
	};
	const uint8_t *chosen = seeds[oracle_below(random, 4)];

	(void)room;
	memcpy(data, chosen + 1, chosen[0] - 1u);
	return chosen[0] - 1u;
}

const struct fuzz_target fuzz_control_target = {
	.name = "control",
	.run = run,
	.seed = seed,
};
