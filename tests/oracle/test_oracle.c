/* SPDX-License-Identifier: MIT */
/*
 * Tests every message of every interface with random values in both directions.
 * The lists come from the generator's output, so a new message is covered or
 * the last test fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trial.h"
#include "under_valgrind.h"

/* tests/codegen/property has smaller interfaces, and many. */
#ifndef ORACLE_ROUNDS
#define ORACLE_ROUNDS test_amount(300, 100, 300)
#define ORACLE_MESSAGES 30
#endif

/** Values drawn for each message and direction. */
#define ROUNDS ORACLE_ROUNDS

/* What was sent by one that keeps the rules must arrive. Returns memory. */
static size_t decode(struct trial *trial, const void *bytes, size_t size,
		     uint32_t n_fds)
{
	size_t taken = 0;
	int ret = trial_decode(trial, bytes, size, n_fds, &taken);

	if (ret)
		fail_msg("%s: decode says %d", trial->type->info->name, ret);
	return taken;
}

static void expect_equal(const struct trial *trial, const void *msg)
{
	if (!oracle_equal(trial->type->info, trial->original, msg))
		fail_msg("%s came back another", trial->type->info->name);
}

/* ---- there and back ------------------------------------------------------- */

static void there_and_back(struct trial *trial)
{
	struct camipc_check check;
	size_t taken;

	trial_draw(trial);
	check = trial_encode(trial, trial->original);
	taken = decode(trial, trial->bytes, trial->size, trial->n_fds);
	expect_equal(trial, trial->decoded);
	/* The sender's sum is the receiver's, to the byte. */
	if (trial->type->check)
		assert_int_equal(taken, check.decoded);
}

/* ---- ours, read by protobuf-c -------------------------------------------- */

static void ours_to_theirs(struct trial *trial)
{
	ProtobufCMessage *message;
	uint8_t *packed;
	size_t size;

	if (!trial->descriptor)
		return; /* an entry of a map: covered inside it */
	trial_draw(trial);
	trial_encode(trial, trial->original);
	message = protobuf_c_message_unpack(trial->descriptor, NULL,
					    trial->size, trial->bytes);
	if (!message)
		fail_msg("protobuf-c refuses our %s", trial->type->info->name);
	if (!oracle_matches(trial->type->info, trial->original, message))
		fail_msg("protobuf-c reads another %s",
			 trial->type->info->name);
	/* Canonical bytes are the same, but for -0.0, which it leaves out. */
	if (!trial->random.minus_zero) {
		size = protobuf_c_message_get_packed_size(message);
		assert_int_equal(size, trial->size);
		packed = malloc(size ? size : 1);
		protobuf_c_message_pack(message, packed);
		assert_memory_equal(packed, trial->bytes, size);
		free(packed);
	}
	protobuf_c_message_free_unpacked(message, NULL);
}

/* ---- theirs, read by us --------------------------------------------------- */

static void theirs_to_ours(struct trial *trial)
{
	ProtobufCMessage *message;
	struct camipc_check check = { 0 };
	uint8_t *packed;
	size_t size;

	if (!trial->descriptor)
		return;
	do
		trial_draw(trial); /* protobuf-c cannot say -0.0 */
	while (trial->random.minus_zero);
	if (trial->type->check)
		trial->type->check(&check, trial->original);
	message = oracle_to_protobuf(&trial->random, trial->type->info,
				     trial->descriptor, trial->original);
	size = protobuf_c_message_get_packed_size(message);
	packed = malloc(size ? size : 1);
	protobuf_c_message_pack(message, packed);
	decode(trial, packed, size, check.n_fds);
	expect_equal(trial, trial->decoded);
	trial_encode(trial, trial->decoded);
	free(packed);
	protobuf_c_message_free_unpacked(message, NULL);
	message = protobuf_c_message_unpack(trial->descriptor, NULL,
					    trial->size, trial->bytes);
	assert_non_null(message);
	if (!oracle_matches(trial->type->info, trial->original, message))
		fail_msg("%s changed on its way", trial->type->info->name);
	protobuf_c_message_free_unpacked(message, NULL);
}

/* ---- copies --------------------------------------------------------------- */

static void copy_and_clear(struct trial *trial)
{
	struct camipc_arena heap;
	size_t before;

	trial_draw(trial);
	camipc_arena_init_heap(&heap, CAMIPC_FD_DUP);
	memcpy(trial->decoded, trial->original, trial->type->size);
	if (trial->type->copy)
		trial->type->copy(&heap, trial->decoded);
	assert_int_equal(heap.error, 0);
	expect_equal(trial, trial->decoded);
	if (trial->type->clear)
		trial->type->clear(trial->decoded);

	/* Into an arena it takes what decoding takes, and bytes. */
	before = 1024 * 1024;
	camipc_arena_reset(&trial->arena, before);
	trial->arena.fd_mode = CAMIPC_FD_MOVE;
	memcpy(trial->decoded, trial->original, trial->type->size);
	if (trial->type->copy)
		trial->type->copy(&trial->arena, trial->decoded);
	assert_int_equal(trial->arena.error, 0);
	/* Nothing of the source may be needed any more. */
	camipc_arena_reset(&trial->values, 64 * 1024 * 1024);
	trial->random.state ^= 1;
	trial_encode(trial, trial->decoded);
}

/* ---- all of them ---------------------------------------------------------- */

static void test_there_and_back(void **state)
{
	(void)state;
	trial_for_each(there_and_back, ROUNDS, 1);
}

static void test_ours_to_theirs(void **state)
{
	(void)state;
	trial_for_each(ours_to_theirs, ROUNDS, 2);
}

static void test_theirs_to_ours(void **state)
{
	(void)state;
	trial_for_each(theirs_to_ours, ROUNDS, 3);
}

static void test_copy_and_clear(void **state)
{
	(void)state;
	trial_for_each(copy_and_clear, ROUNDS, 4);
}

/* Last: every message on either side was met with something in it. */
static void test_nothing_was_left_out(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; oracle_codecs[i].type; i++, n++) {
		const struct oracle_codec *codec = &oracle_codecs[i];

		if (!oracle_was_met(codec->type->info))
			fail_msg("%s of %s was never held against protobuf-c",
				 codec->type->info->name, codec->header);
	}
	for (size_t i = 0; oracle_descriptors[i]; i++) {
		if (!oracle_was_met(oracle_descriptors[i]))
			fail_msg("message %s of a .proto was never read",
				 oracle_descriptors[i]->name);
	}
	assert_true(n > ORACLE_MESSAGES);
	printf("%zu messages covered\n", n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_ours_to_theirs),
		cmocka_unit_test(test_theirs_to_ours),
		cmocka_unit_test(test_copy_and_clear),
		cmocka_unit_test(test_nothing_was_left_out),
	};

	return cmocka_run_group_tests(tests, trial_open_fd, trial_close_fd);
}
