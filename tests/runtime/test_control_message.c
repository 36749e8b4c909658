/* SPDX-License-Identifier: MIT */
/*
 * Tests the bytes of the control plane, which a hostile worker may have made.
 */
#include "control_message.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"

static const ProtobufCMessageDescriptor *const types[] = {
	&camipc__control__parent_hello__descriptor,
	&camipc__control__worker_hello__descriptor,
	&camipc__control__loaded__descriptor,
	&camipc__control__bye__descriptor,
};

static void messages_survive_a_round_trip(void **state)
{
	Camipc__Control__Bye sent = CAMIPC__CONTROL__BYE__INIT;
	uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE];
	struct camipc_control_memory memory = { NULL, 0 };
	const Camipc__Control__Bye *got;
	ProtobufCMessage *base;
	char text[] = "the end";
	int size;

	(void)state;
	sent.calls = UINT64_MAX;
	sent.error = -EPROTO;
	sent.text = text;
	size = camipc_control_pack(&sent.base, bytes);
	assert_true(size > 0);
	assert_int_equal(camipc_control_unpack(types[3], bytes, (size_t)size,
					       &memory, &base),
			 0);
	got = (const Camipc__Control__Bye *)(const void *)base;
	assert_true(got->calls == UINT64_MAX);
	assert_int_equal(got->error, -EPROTO);
	assert_string_equal(got->text, text);
	camipc_control_memory_fini(&memory);
	camipc_control_memory_fini(&memory);
}

static void the_size_is_limited_both_ways(void **state)
{
	Camipc__Control__Bye body = CAMIPC__CONTROL__BYE__INIT;
	uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE + 1] = { 0 };
	struct camipc_control_memory memory = { NULL, 0 };
	ProtobufCMessage *base;
	char text[CAMIPC_MAX_CONTROL_SIZE + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	body.text = text;
	/* Tag and two bytes of length. */
	text[CAMIPC_MAX_CONTROL_SIZE - 3] = '\0';
	assert_int_equal(camipc_control_pack(&body.base, bytes),
			 CAMIPC_MAX_CONTROL_SIZE);
	assert_int_equal(camipc_control_unpack(types[3], bytes,
					       CAMIPC_MAX_CONTROL_SIZE, &memory,
					       &base),
			 0);
	camipc_control_memory_fini(&memory);
	assert_int_equal(camipc_control_unpack(types[3], bytes,
					       CAMIPC_MAX_CONTROL_SIZE + 1,
					       &memory, &base),
			 -EMSGSIZE);
	text[CAMIPC_MAX_CONTROL_SIZE - 3] = 'x';
	text[CAMIPC_MAX_CONTROL_SIZE - 2] = '\0';
	assert_int_equal(camipc_control_pack(&body.base, bytes), -EMSGSIZE);
}

/* Threats 9 and 19: the worst amplification there is stays in the budget. */
static void the_budget_holds_any_message_of_legal_size(void **state)
{
	static const struct {
		uint8_t bytes[3];
		size_t size;
	} fillers[] = {
		{ { 0xf8, 0x01, 0x00 }, 3 }, /* field 31, unknown: varint */
		{ { 0xfa, 0x01, 0x00 }, 3 }, /* the same: empty bytes */
		{ { 0x20, 0x01 }, 2 }, /* ParentHello.events, unpacked */
		{ { 0x1a, 0x00 }, 2 }, /* WorkerHello.layers, Loaded.methods */
		{ { 0x0a, 0x00 }, 2 },
	};
	uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE];

	(void)state;
	for (size_t f = 0; f < sizeof(fillers) / sizeof(fillers[0]); f++) {
		const size_t size =
			sizeof(bytes) - sizeof(bytes) % fillers[f].size;

		for (size_t i = 0; i < size; i++)
			bytes[i] = fillers[f].bytes[i % fillers[f].size];
		for (size_t t = 0; t < 4; t++) {
			struct camipc_control_memory memory = { NULL, 0 };
			ProtobufCMessage *base;
			int ret;

			alloc_fail_begin(0);
			ret = camipc_control_unpack(types[t], bytes, size,
						    &memory, &base);
			/* One block, whatever is in it. */
			assert_int_equal(alloc_fail_end(), 1);
			/* Unknown fields are legal; the others fit some. */
			assert_true(ret == 0 || (f > 1 && ret == -EPROTO));
			assert_true(memory.used <= CAMIPC_CONTROL_BUDGET);
			camipc_control_memory_fini(&memory);
		}
	}
}

static void no_memory_is_told(void **state)
{
	struct camipc_control_memory memory = { NULL, 0 };
	ProtobufCMessage *base = NULL;

	(void)state;
	alloc_fail_begin(1);
	assert_int_equal(camipc_control_unpack(types[3], NULL, 0, &memory,
					       &base),
			 -ENOMEM);
	alloc_fail_end();
	assert_null(base);
	camipc_control_memory_fini(&memory);
}

/* Threat 5 and on: any bytes end in a message or in -EPROTO. */
static void random_bytes_do_no_harm(void **state)
{
	uint32_t random = 4711;
	unsigned int good = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct camipc_control_memory memory = { NULL, 0 };
		ProtobufCMessage *base;
		uint8_t bytes[64];
		size_t size;
		int ret;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(random >> 24);
			/* Small numbers make tags and lengths that fit. */
			if (i % 2 == 0)
				bytes[i] &= 0x3f;
			else
				bytes[i] &= 0x07;
		}
		random = random * 1664525 + 1013904223;
		size = (random >> 24) % 24;
		ret = camipc_control_unpack(types[round % 4], bytes, size,
					    &memory, &base);
		assert_true(ret == 0 || ret == -EPROTO);
		good += ret == 0;
		camipc_control_memory_fini(&memory);
	}
	assert_true(good > 50);
}

static void ids_become_ranges_and_ids_again(void **state)
{
	static const uint16_t lists[][6] = {
		{ 1, 2, 3, 4, 5, 6 },
		{ 1, 3, 5, 7, 9, 11 },
		{ 1, 2, 7, 8, 65534, 65535 },
	};
	static const size_t n_pairs[] = { 2, 12, 6 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint32_t pairs[12];
		uint16_t ids[6];
		size_t n = camipc_control_pack_ids(lists[i], 6, pairs);

		assert_int_equal(n, n_pairs[i]);
		assert_int_equal(camipc_control_unpack_ids(pairs, n, NULL), 6);
		assert_int_equal(camipc_control_unpack_ids(pairs, n, ids), 6);
		assert_memory_equal(ids, lists[i], sizeof(ids));
	}
	assert_int_equal(camipc_control_pack_ids(NULL, 0, NULL), 0);
	assert_int_equal(camipc_control_unpack_ids(NULL, 0, NULL), 0);
}

static void ranges_that_are_none_are_refused(void **state)
{
	static const uint32_t bad[][4] = {
		{ 0, 1, 5, 6 }, /* 0 is no id */
		{ 3, 2, 5, 6 }, /* backwards */
		{ 1, 4, 4, 6 }, /* overlapping */
		{ 5, 6, 1, 2 }, /* not ascending */
		{ 1, 2, 3, 65536 }, /* too large */
		{ 1, 2, 3, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(camipc_control_unpack_ids(bad[i], 4, NULL),
				 -EPROTO);
	assert_int_equal(camipc_control_unpack_ids(bad[0], 3, NULL), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_survive_a_round_trip),
		cmocka_unit_test(the_size_is_limited_both_ways),
		cmocka_unit_test(the_budget_holds_any_message_of_legal_size),
		cmocka_unit_test(no_memory_is_told),
		cmocka_unit_test(random_bytes_do_no_harm),
		cmocka_unit_test(ids_become_ranges_and_ids_again),
		cmocka_unit_test(ranges_that_are_none_are_refused),
	};

	return cmocka_run_group_tests_name("control_message", tests, NULL,
					   NULL);
}
