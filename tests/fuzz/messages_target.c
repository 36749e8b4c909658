/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the decoder of any message. An input is the name of a message (its
 * hash), how many descriptors come with it, the budget of memory, and the body.
 *
 * Invariants 1 to 4 and 6 of threats: it ends in one error or in a value; the
 * value is one that a sender may send, encodes within the promised bound,
 * reads back equal, encodes to the same bytes, and can be copied and cleared.
 */
#include <errno.h>
#include <string.h>

#include "targets.h"
#include "wire_edit.h"

struct decoded {
	const struct camipc_message_type *type;
	struct camipc_arena arena;
	uint8_t *msg;
	int ret;
	size_t taken; /* of the arena */
};

static uint8_t *new_message(const struct camipc_message_type *type)
{
	uint8_t *msg = calloc(1, type->size);

	FUZZ_REQUIRE(msg);
	if (type->init)
		type->init(msg);
	return msg;
}

static void decode(struct decoded *to, const struct camipc_message_type *type,
		   const uint8_t *bytes, size_t size, uint32_t n_fds,
		   size_t budget)
{
	struct camipc_reader r;
	int fds[FUZZ_MESSAGES_FDS];
	const uint8_t *p;

	for (uint32_t i = 0; i < n_fds; i++)
		fds[i] = fuzz_open_fd();
	to->type = type;
	to->msg = new_message(type);
	camipc_arena_init(&to->arena, budget);
	p = camipc_reader_init(&r, bytes, size, &to->arena, fds, n_fds);
	type->decode(&r, p, to->msg);
	to->ret = camipc_reader_finish(&r);
	to->taken = budget - to->arena.budget;
	FUZZ_REQUIRE(r.depth == 0);
	FUZZ_REQUIRE((to->ret == 0) == (r.fault == CAMIPC_FAULT_NONE));
	FUZZ_REQUIRE(to->ret == 0 || to->ret == -EPROTO ||
		     to->ret == -EMSGSIZE);
	FUZZ_REQUIRE(to->arena.budget <= budget);
}

static void finish(struct decoded *decoded)
{
	camipc_arena_fini(&decoded->arena);
	free(decoded->msg);
}

/* A copy of the heap is equal, and what it took is given back. */
static void copy_and_clear(const struct decoded *decoded)
{
	const struct camipc_message_type *type = decoded->type;
	uint8_t *copy = malloc(type->size);
	struct camipc_arena heap;

	FUZZ_REQUIRE(copy);
	camipc_arena_init_heap(&heap, CAMIPC_FD_DUP);
	memcpy(copy, decoded->msg, type->size);
	if (type->copy)
		type->copy(&heap, copy);
	FUZZ_REQUIRE(heap.error == 0);
	FUZZ_REQUIRE(oracle_equal(type->info, decoded->msg, copy));
	if (type->clear)
		type->clear(copy);
	free(copy);
}

struct encoded {
	uint8_t *bytes;
	size_t size;
	size_t decoded; /* what the check says that decoding takes */
};

static struct encoded encode(const struct camipc_message_type *type,
			     const void *msg)
{
	struct camipc_check check = { .max_fds = 0 };
	struct encoded to = { 0 };
	struct camipc_writer w;
	int fds[FUZZ_MESSAGES_FDS];

	if (type->check)
		type->check(&check, msg);
	else
		check.wire = type->max_wire;
	to.bytes = malloc(check.wire + CAMIPC_WRITE_ROOM);
	FUZZ_REQUIRE(to.bytes);
	camipc_writer_init(&w, to.bytes, check.wire + CAMIPC_WRITE_ROOM, fds,
			   FUZZ_MESSAGES_FDS);
	type->encode(&w, msg);
	/* The bound that was promised is one. */
	FUZZ_REQUIRE(camipc_writer_finish(&w, &to.size) == 0);
	FUZZ_REQUIRE(!type->check || w.n_fds == check.n_fds);
	to.decoded = check.decoded;
	return to;
}

/* What was accepted goes round once more. */
static void there_and_back(const struct decoded *first, size_t n_fds)
{
	const struct camipc_message_type *type = first->type;
	struct encoded once = encode(type, first->msg);
	struct encoded twice;
	struct decoded second;
	struct camipc_check check = { 0 };

	if (type->check)
		type->check(&check, first->msg);
	FUZZ_REQUIRE(check.n_fds <= n_fds);
	decode(&second, type, once.bytes, once.size, check.n_fds, once.decoded);
	FUZZ_REQUIRE(second.ret == 0);
	FUZZ_REQUIRE(!type->check || second.taken == once.decoded);
	FUZZ_REQUIRE(oracle_equal(type->info, first->msg, second.msg));
	twice = encode(type, second.msg);
	FUZZ_REQUIRE(once.size == twice.size &&
		     memcmp(once.bytes, twice.bytes, once.size) == 0);
	copy_and_clear(&second);
	finish(&second);
	free(once.bytes);
	free(twice.bytes);
}

static void run(const uint8_t *data, size_t size)
{
	const struct camipc_message_type *type;
	struct decoded decoded;
	uint32_t n_fds;
	size_t budget;

	if (size < FUZZ_MESSAGES_HEADER)
		return;
	type = fuzz_find_codec(fuzz_get_u32(data))->type;
	n_fds = data[4] % FUZZ_MESSAGES_FDS;
	size -= FUZZ_MESSAGES_HEADER;
	/* What a receiver allows; or so little that it runs out. */
	budget = CAMIPC_DECODED_FACTOR * size + CAMIPC_DECODED_BASE;
	if (data[5])
		budget = ((size_t)data[5] - 1) * CAMIPC_ARENA_ALIGN;
	decode(&decoded, type, data + FUZZ_MESSAGES_HEADER, size, n_fds,
	       budget);
	fuzz_result = decoded.ret;
	if (decoded.ret == 0 && fuzz_expect_allowed(type, decoded.msg))
		there_and_back(&decoded, n_fds);
	finish(&decoded);
}

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	const struct camipc_message_type *type;
	uint32_t n_fds;
	uint32_t n = 0;
	size_t size;

	while (oracle_codecs[n].type)
		n++;
	type = oracle_codecs[oracle_below(random, n)].type;
	size = fuzz_draw_bytes(random, type, data + FUZZ_MESSAGES_HEADER,
			       room - FUZZ_MESSAGES_HEADER, &n_fds);
	fuzz_put_u32(data,
		     fuzz_hash(type->info->name, strlen(type->info->name)));
	data[4] = (uint8_t)n_fds;
	data[5] = 0;
	return FUZZ_MESSAGES_HEADER + size;
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	const struct camipc_type_info *info;
	struct wire_donor donor = { 0 };

	if (size < FUZZ_MESSAGES_HEADER || oracle_below(random, 64) == 0)
		return seed(random, data, room);
	info = fuzz_find_codec(fuzz_get_u32(data))->type->info;
	switch (oracle_below(random, 32)) {
	case 0:
		data[4] = (uint8_t)oracle_below(random, FUZZ_MESSAGES_FDS);
		break;
	case 1:
		data[5] = (uint8_t)oracle_below(random, 256);
		break;
	case 2:
		data[5] = 0;
		break;
	default:
		break;
	}
	if (other_size >= FUZZ_MESSAGES_HEADER) {
		donor.info = fuzz_find_codec(fuzz_get_u32(other))->type->info;
		donor.bytes = other + FUZZ_MESSAGES_HEADER;
		donor.size = other_size - FUZZ_MESSAGES_HEADER;
	}
	return FUZZ_MESSAGES_HEADER +
	       wire_mutate(random, info, data + FUZZ_MESSAGES_HEADER,
			   size - FUZZ_MESSAGES_HEADER,
			   room - FUZZ_MESSAGES_HEADER, &donor);
}

const struct fuzz_target fuzz_messages_target = {
	.name = "messages",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
