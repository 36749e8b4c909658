/* SPDX-License-Identifier: MIT */
/*
 * Tests damaged bytes for every message: cut at every length and each bit
 * flipped, of one full-size value and of several small ones; mutated at random;
 * two in one. A decode ends in success or in an error and reads nothing beyond
 * its input (under ASan), and a value that it accepts is one that a sender may
 * send: invariants 1 to 4 and 6.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "exact_copy.h"
#include "fd_leak.h"
#include "trial.h"
#include "under_valgrind.h"

/** Of so many values of each message one is damaged in every place. */
#define DRAWN 20

/**
 * It is the largest one that has no more bytes than this, because time grows
 * with the square; or, if all have more, the smallest. Random values reach
 * 75,000 bytes; half of the messages have none above 200.
 */
#define MAX_WHOLE 2048

/** Values of each message that are cut and have their bits flipped. */
#define VALUES 6

/** Mutations of each message. */
#define MUTATIONS 500

/** Bytes of a value that is small enough for each of its bits. */
#define MAX_FLIPPED 300

static unsigned long accepted;
static unsigned long refused;

/* Decodes from a copy of exactly @size bytes. */
static void decode_damaged(struct trial *trial, const uint8_t *bytes,
			   size_t size, uint32_t n_fds)
{
	uint8_t *copy = exact_copy(bytes, size);
	struct camipc_check check = { 0 };
	size_t taken;
	int ret;

	ret = trial_decode(trial, copy, size, n_fds, &taken);
	if (ret == 0) {
		accepted++;
		if (trial->type->check)
			trial->type->check(&check, trial->decoded);
		if (check.error)
			fail_msg("%s: a decoded %s is not allowed to be sent",
				 trial->type->info->name, check.field);
	} else {
		refused++;
		assert_true(ret == -EPROTO || ret == -EMSGSIZE);
	}
	assert_true(taken <=
		    CAMIPC_DECODED_FACTOR * size + CAMIPC_DECODED_BASE);
	free(copy);
}

struct whole {
	unsigned long n_messages;
	unsigned long n_lengths;
	unsigned long n_bits;
	size_t largest;
};

static struct whole whole;

static bool is_better(size_t size, size_t than, size_t max)
{
	if (size > max)
		return size < than;
	return than > max || size > than;
}

/* Draws the value of the message that every damage is done to. */
static void draw_whole(struct trial *trial)
{
	/* Forty times slower there; the rest of this file is enough then. */
	const size_t max = (size_t)test_amount(MAX_WHOLE, MAX_WHOLE, 64);
	uint64_t chosen = trial->random.state;
	size_t size = SIZE_MAX;

	for (int i = 0; i < DRAWN; i++) {
		const uint64_t state = trial->random.state;

		trial_draw(trial);
		trial_encode(trial, trial->original);
		if (is_better(trial->size, size, max)) {
			chosen = state;
			size = trial->size;
		}
	}
	trial->random.state = chosen;
	trial_draw(trial);
	trial_encode(trial, trial->original);
	assert_int_equal(trial->size, size);
}

/* Every length, and every bit: nothing is left out. */
static void damage_whole(struct trial *trial)
{
	uint8_t *damaged;
	size_t size;

	draw_whole(trial);
	size = trial->size;
	damaged = malloc(size + 1);
	memcpy(damaged, trial->bytes, size);
	for (size_t cut = 0; cut < size; cut++)
		decode_damaged(trial, damaged, cut, trial->n_fds);
	for (size_t bit = 0; bit < size * 8; bit++) {
		damaged[bit / 8] ^= (uint8_t)(1u << bit % 8);
		decode_damaged(trial, damaged, size, trial->n_fds);
		damaged[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	free(damaged);
	whole.n_messages++;
	whole.n_lengths += size;
	whole.n_bits += size * 8;
	if (size > whole.largest)
		whole.largest = size;
}

/* Small values whole; of a large one a part, another one each time. */
static void cut_and_flip(struct trial *trial)
{
	uint8_t *damaged;
	size_t step;

	for (int tries = 0; tries < 8; tries++) {
		trial_draw(trial);
		trial_encode(trial, trial->original);
		if (trial->size <= MAX_FLIPPED)
			break;
	}
	step = trial->size / MAX_FLIPPED + 1;
	damaged = malloc(trial->size + 1);
	memcpy(damaged, trial->bytes, trial->size);
	for (size_t cut = oracle_below(&trial->random, (uint32_t)step);
	     cut < trial->size; cut += step)
		decode_damaged(trial, damaged, cut, trial->n_fds);
	step = step == 1 ? 1 : step * 7 + 1;
	for (size_t bit = oracle_below(&trial->random, (uint32_t)step);
	     bit < trial->size * 8; bit += step) {
		damaged[bit / 8] ^= (uint8_t)(1u << bit % 8);
		decode_damaged(trial, damaged, trial->size, trial->n_fds);
		damaged[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	free(damaged);
}

/* Changes, doubles, moves and removes pieces. Returns the new size. */
static size_t mutate(struct oracle_random *random, uint8_t *bytes, size_t size,
		     size_t room)
{
	static const uint8_t telling[] = { 0x00, 0x01, 0x7f, 0x80, 0xff,
					   0x0a, 0x12, 0x08, 0x0b, 0x0c };
	uint32_t times = 1 + oracle_below(random, 4);

	while (times-- > 0) {
		size_t at = oracle_below(random, (uint32_t)size + 1);
		size_t n = oracle_below(random, 12);

		if (n > size - at)
			n = size - at;
		switch (oracle_below(random, 4)) {
		case 0:
			if (at < size)
				bytes[at] = (uint8_t)oracle_next(random);
			break;
		case 1:
			if (at < size)
				bytes[at] = telling[oracle_below(random, 10)];
			break;
		case 2:
			memmove(bytes + at, bytes + at + n, size - at - n);
			size -= n;
			break;
		default:
			if (n > room - size)
				break;
			memmove(bytes + at + n, bytes + at, size - at);
			size += n;
		}
	}
	return size;
}

static void mutate_and_decode(struct trial *trial)
{
	size_t room;
	uint8_t *damaged;
	size_t size;

	trial_draw(trial);
	trial_encode(trial, trial->original);
	room = trial->size + 64;
	damaged = malloc(room);
	memcpy(damaged, trial->bytes, trial->size);
	size = mutate(&trial->random, damaged, trial->size, room);
	decode_damaged(trial, damaged, size, trial->n_fds);
	/* One descriptor too many, or too few. */
	decode_damaged(trial, trial->bytes, trial->size, trial->n_fds + 1);
	if (trial->n_fds > 0)
		decode_damaged(trial, trial->bytes, trial->size,
			       trial->n_fds - 1);
	free(damaged);
}

/*
 * A message, and itself or another one behind it, which together are a message
 * as well: arrays are longer, structs are merged, arms replaced. What it comes
 * to is tests/conformance's business.
 */
static void two_in_one(struct trial *trial)
{
	bool same = oracle_below(&trial->random, 2);
	uint32_t n_fds;
	uint8_t *both;
	size_t first;

	trial_draw(trial);
	trial_encode(trial, trial->original);
	first = trial->size;
	n_fds = trial->n_fds;
	both = malloc(first + 1);
	memcpy(both, trial->bytes, first);
	if (!same) {
		trial_draw(trial);
		trial_encode(trial, trial->original);
	}
	both = realloc(both, first + trial->size + 1);
	memcpy(both + first, trial->bytes, trial->size);
	decode_damaged(trial, both, first + trial->size, n_fds);
	free(both);
}

/* Bytes that nobody meant as a message, but that look like one. */
static void decode_noise(struct trial *trial)
{
	uint8_t noise[64];
	size_t size = oracle_below(&trial->random, sizeof(noise));

	for (size_t i = 0; i < size; i++) {
		uint32_t number = 1 + oracle_below(&trial->random, 12);

		noise[i] = oracle_below(&trial->random, 2) ?
				   (uint8_t)(number << 3 |
					     oracle_below(&trial->random, 6)) :
				   (uint8_t)oracle_below(&trial->random, 16);
	}
	decode_damaged(trial, noise, size,
		       oracle_below(&trial->random, 8) ? 0 : 1);
}

/* A copy with each of its allocations failing, cleared in the end. */
static void copy_without_memory(struct trial *trial)
{
	bool happened = true;

	trial_draw(trial);
	for (unsigned long n = 1; happened && n < 40; n++) {
		struct camipc_arena heap;

		camipc_arena_init_heap(&heap, CAMIPC_FD_DUP);
		memcpy(trial->decoded, trial->original, trial->type->size);
		alloc_fail_begin(n);
		if (trial->type->copy)
			trial->type->copy(&heap, trial->decoded);
		happened = alloc_fail_happened();
		alloc_fail_end();
		assert_int_equal(heap.error, happened ? -ENOMEM : 0);
		/* Nothing of the original may be left in it. */
		if (trial->type->clear)
			trial->type->clear(trial->decoded);
		refused += happened;
		accepted += !happened;
	}
}

/* A decode whose arena cannot grow. */
static void decode_without_memory(struct trial *trial)
{
	bool happened = true;

	trial_draw(trial);
	trial_encode(trial, trial->original);
	for (unsigned long n = 1; happened && n < 10; n++) {
		size_t taken;
		int ret;

		camipc_arena_fini(&trial->arena);
		camipc_arena_init(&trial->arena, 0);
		alloc_fail_begin(n);
		ret = trial_decode(trial, trial->bytes, trial->size,
				   trial->n_fds, &taken);
		happened = alloc_fail_happened();
		alloc_fail_end();
		assert_int_equal(ret, happened ? -ENOMEM : 0);
		refused += happened;
		accepted += !happened;
	}
}

static void run(void (*work)(struct trial *trial), int rounds, uint64_t seed)
{
	struct fd_leak before;

	accepted = 0;
	refused = 0;
	fd_leak_take(&before);
	trial_for_each(work, rounds, seed);
	fd_leak_assert_none(&before);
	print_message("%lu accepted, %lu refused\n", accepted, refused);
	/* Both must happen, or the damage is none, or nothing but noise. */
	assert_true(accepted > 100);
	assert_true(refused > 100);
}

static void test_damaged_in_every_place(void **state)
{
	unsigned long n_codecs = 0;

	(void)state;
	while (oracle_codecs[n_codecs].type)
		n_codecs++;
	whole = (struct whole){ .n_messages = 0 };
	run(damage_whole, 1, 10);
	print_message("%lu messages, %lu lengths, %lu bits; up to %zu bytes\n",
		      whole.n_messages, whole.n_lengths, whole.n_bits,
		      whole.largest);
	assert_int_equal(whole.n_messages, n_codecs);
}

static void test_cut_and_flipped(void **state)
{
	(void)state;
	run(cut_and_flip, VALUES, 11);
}

static void test_mutated(void **state)
{
	(void)state;
	run(mutate_and_decode, MUTATIONS, 12);
}

static void test_two_in_one(void **state)
{
	(void)state;
	run(two_in_one, 40, 16);
}

static void test_noise(void **state)
{
	(void)state;
	run(decode_noise, MUTATIONS, 13);
}

static void test_copies_without_memory(void **state)
{
	(void)state;
	run(copy_without_memory, 20, 14);
}

static void test_decodes_without_memory(void **state)
{
	(void)state;
	run(decode_without_memory, 20, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damaged_in_every_place),
		cmocka_unit_test(test_cut_and_flipped),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_two_in_one),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_copies_without_memory),
		cmocka_unit_test(test_decodes_without_memory),
	};

	return cmocka_run_group_tests(tests, trial_open_fd, trial_close_fd);
}
