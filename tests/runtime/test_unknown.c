/* SPDX-License-Identifier: MIT */
/* Tests unknown fields that a struct keeps: threat 19. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>
#include <cmocka.h>

static struct camipc_arena arena;

/* As the decoder of [keep_unknown] struct { uint32 number; } is generated. */
struct msg {
	uint32_t number;
	const uint8_t *unknown_fields;
	size_t n_unknown_fields;
};

static void decode(struct camipc_reader *r, const uint8_t *p, struct msg *msg)
{
	const uint8_t *start;
	size_t room = msg->n_unknown_fields;
	uint32_t tag;

	while (p < r->end) {
		start = p;
		p = camipc_get_tag(r, p, r->end, &tag);
		switch (tag) {
		case CAMIPC_VARINT(1):
			p = camipc_get_uint32(r, p, r->end, &msg->number);
			break;
		default:
			p = camipc_keep(r, start, r->end, &msg->unknown_fields,
					&msg->n_unknown_fields, &room);
		}
	}
}

/* Merges bytes into @msg as a decoder does; returns the reader's error. */
static int merge(struct msg *msg, const void *bytes, size_t size)
{
	struct camipc_reader r;
	const uint8_t *p =
		camipc_reader_init(&r, bytes, size, &arena, NULL, 0);

	decode(&r, p, msg);
	return camipc_reader_finish(&r);
}

static void expect_kept(const struct msg *msg, const char *bytes, size_t n)
{
	assert_int_equal(msg->n_unknown_fields, n);
	assert_memory_equal(msg->unknown_fields, bytes, n);
}

static int setup(void **state)
{
	(void)state;
	camipc_arena_reset(&arena, 1000);
	return 0;
}

static void test_one_run_stays_in_the_message(void **state)
{
	static const char bytes[] = "\x08\x05\x10\x07\x1a\x01x\x25\1\2\3\4";
	struct msg msg = { 0 };

	(void)state;
	assert_int_equal(merge(&msg, bytes, 12), 0);
	assert_int_equal(msg.number, 5);
	expect_kept(&msg, "\x10\x07\x1a\x01x\x25\1\2\3\4", 10);
	assert_ptr_equal(msg.unknown_fields, bytes + 2);
	assert_int_equal(arena.budget, 1000);
}

static void test_runs_are_joined_in_order(void **state)
{
	static const char bytes[] = "\x10\x07\x08\x05\x18\x06\x08\x09\x20\x0b";
	struct msg msg = { 0 };

	(void)state;
	assert_int_equal(merge(&msg, bytes, 10), 0);
	assert_int_equal(msg.number, 9);
	expect_kept(&msg, "\x10\x07\x18\x06\x20\x0b", 6);
	assert_true(arena.budget < 1000);
}

/* A message that comes twice adds to what was kept, wherever that is. */
static void test_a_second_message_adds(void **state)
{
	/* Side by side in memory, and not one run all the same. */
	static const char bytes[] = "\x10\x07\x18\x06\x08\x01\x20\x0b";
	struct msg msg = { 0 };

	(void)state;
	assert_int_equal(merge(&msg, bytes, 2), 0);
	assert_int_equal(merge(&msg, bytes + 2, 6), 0);
	expect_kept(&msg, "\x10\x07\x18\x06\x20\x0b", 6);
	assert_int_equal(merge(&msg, bytes, 2), 0);
	expect_kept(&msg, "\x10\x07\x18\x06\x20\x0b\x10\x07", 8);
	assert_memory_equal(bytes, "\x10\x07\x18\x06\x08\x01\x20\x0b", 8);
}

/* The room doubles: n fields cost no more than a few times their bytes. */
static void test_many_runs_are_not_quadratic(void **state)
{
	enum { RUNS = 2000 };
	uint8_t bytes[4 * RUNS];
	struct msg msg = { 0 };

	(void)state;
	for (size_t i = 0; i < RUNS; i++)
		memcpy(bytes + 4 * i, "\x10\x07\x08\x05", 4);
	camipc_arena_reset(&arena, sizeof(bytes) * 4);
	assert_int_equal(merge(&msg, bytes, sizeof(bytes)), 0);
	assert_int_equal(msg.n_unknown_fields, 2 * RUNS);
}

static void test_the_budget_bounds_it(void **state)
{
	static const char bytes[] = "\x12\x05xxxxx\x08\x05\x12\x05yyyyy";
	struct msg msg = { 0 };

	(void)state;
	camipc_arena_reset(&arena, 16); /* for all of it: two times 7 bytes */
	assert_int_equal(merge(&msg, bytes, 16), 0);
	memset(&msg, 0, sizeof(msg));
	camipc_arena_reset(&arena, 15);
	assert_int_equal(merge(&msg, bytes, 16), -EMSGSIZE);
}

static void test_what_is_no_field_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} bad[] = {
		{ "\x10", 1 },		{ "\x12\x02x", 3 },
		{ "\x15\1\2\3", 4 },	{ "\x11\1\2\3\4\5\6\7", 8 },
		{ "\x13", 1 },		{ "\x14", 1 },
		{ "\x16", 1 },		{ "\x17", 1 },
		{ "\x02\x01x", 3 },	{ "\x90", 1 },
		{ "\x90\x80\x00\x01", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct msg msg = { 0 };

		assert_int_equal(merge(&msg, bad[i].bytes, bad[i].size),
				 -EPROTO);
		assert_int_equal(msg.n_unknown_fields, 0);
	}
}

static void test_written_as_they_came(void **state)
{
	uint8_t bytes[CAMIPC_WRITE_ROOM + 4];
	struct camipc_writer w;
	size_t n;

	(void)state;
	camipc_writer_init(&w, bytes, sizeof(bytes), NULL, 0);
	w.pos = camipc_put_kept(&w, w.pos, NULL, 0);
	w.pos = camipc_put_kept(&w, w.pos,
				(const uint8_t *)"\x10\x87\x00\x18", 4);
	assert_int_equal(camipc_writer_finish(&w, &n), 0);
	assert_int_equal(n, 4);
	assert_memory_equal(bytes, "\x10\x87\x00\x18", 4);
	w.pos = camipc_put_kept(&w, w.pos, (const uint8_t *)"\x01", 1);
	assert_int_equal(camipc_writer_finish(&w, &n), -EMSGSIZE);
}

static bool has_tag(uint32_t tag)
{
	return tag == CAMIPC_VARINT(1);
}

static int check(const void *bytes, size_t n, bool (*knows)(uint32_t tag))
{
	struct camipc_check check = { 0 };

	camipc_check_kept(&check, bytes, n, knows, "kept");
	assert_int_equal(check.wire, n);
	assert_int_equal(check.decoded, 0);
	if (check.error)
		assert_string_equal(check.field, "kept");
	return check.error;
}

/* Else a caller's bytes could make the receiver call it hostile. */
static void test_a_sender_is_checked(void **state)
{
	(void)state;
	assert_int_equal(check(NULL, 0, has_tag), 0);
	assert_int_equal(check(NULL, 1, has_tag), -EINVAL);
	assert_int_equal(check("\x10\x07\x1a\x01x", 5, has_tag), 0);
	assert_int_equal(check("\x10\x07\x1a\x01x", 4, has_tag), -EINVAL);
	assert_int_equal(check("\x13", 1, has_tag), -EINVAL);
	/* Field 1 is the struct's own, unless it is of another type. */
	assert_int_equal(check("\x10\x07\x08\x05", 4, has_tag), -EINVAL);
	assert_int_equal(check("\x0a\x01x", 3, has_tag), 0);
	assert_int_equal(check("\x10\x07\x08\x05", 4, NULL), 0);
}

static int teardown_all(void **state)
{
	(void)state;
	camipc_arena_fini(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_run_stays_in_the_message,
				       setup),
		cmocka_unit_test_setup(test_runs_are_joined_in_order, setup),
		cmocka_unit_test_setup(test_a_second_message_adds, setup),
		cmocka_unit_test_setup(test_many_runs_are_not_quadratic,
				       setup),
		cmocka_unit_test_setup(test_the_budget_bounds_it, setup),
		cmocka_unit_test_setup(test_what_is_no_field_is_refused,
				       setup),
		cmocka_unit_test(test_written_as_they_came),
		cmocka_unit_test(test_a_sender_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, teardown_all);
}
