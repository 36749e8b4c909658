/* SPDX-License-Identifier: MIT */
/*
 * External types without a proxy: round trips in every position, hostile bytes,
 * versions, limits, memory, and what camipc_external_try() finds.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <camipc/interface.h>

#include "alloc_fail.h"
#include "exact_copy.h"
#include "lens_ipc.h"
#include "positions_ipa_serializer.h"
#include "print_value.h"

#define BUDGET 65536u

static double knots[] = { 1.0, 0.5, -0.25 };
static char note[] = "green and blue";

static const struct lens_curve full = { knots, 3, note };
static const struct lens_curve short_one = { knots, 1, NULL };
static const struct lens_curve empty;

/* Every position has a curve. */
struct sample {
	struct lens_curve list[2];
	struct test_positions_string_curve_entry named[2];
	struct test_positions_all all;
};

static void fill(struct sample *sample)
{
	test_positions_all_init(&sample->all);
	sample->list[0] = full;
	sample->list[1] = empty;
	sample->named[0].key = "a";
	sample->named[0].value = short_one;
	sample->named[1].key = "b";
	sample->named[1].value = full;
	sample->all.plain = full;
	sample->all.maybe = &short_one;
	sample->all.list = sample->list;
	sample->all.n_list = 2;
	sample->all.pair[0] = empty;
	sample->all.pair[1] = full;
	sample->all.named = sample->named;
	sample->all.n_named = 2;
	sample->all.either.tag = TEST_POSITIONS_EITHER_CURVE;
	sample->all.either.curve = full;
}

static void assert_curve(const struct lens_curve *a, const struct lens_curve *b)
{
	assert_true(lens_curve_equal(a, b));
}

static void assert_same(const struct test_positions_all *a,
			const struct test_positions_all *b)
{
	assert_curve(&a->plain, &b->plain);
	assert_non_null(b->maybe);
	assert_curve(a->maybe, b->maybe);
	assert_int_equal(a->n_list, b->n_list);
	for (size_t i = 0; i < a->n_list; i++)
		assert_curve(&a->list[i], &b->list[i]);
	for (size_t i = 0; i < 2; i++)
		assert_curve(&a->pair[i], &b->pair[i]);
	assert_int_equal(a->n_named, b->n_named);
	for (size_t i = 0; i < a->n_named; i++) {
		assert_string_equal(a->named[i].key, b->named[i].key);
		assert_curve(&a->named[i].value, &b->named[i].value);
	}
	assert_int_equal(a->either.tag, b->either.tag);
	assert_curve(&a->either.curve, &b->either.curve);
}

/* Returns the encoding, in memory of exactly its size. */
static uint8_t *encode(const struct test_positions_all *all, size_t *ret_size)
{
	uint8_t buffer[2048];
	struct camipc_check check = { 0 };
	struct camipc_writer writer;

	test_positions_all_check(&check, all);
	assert_int_equal(check.error, 0);
	camipc_writer_init(&writer, buffer, sizeof(buffer), NULL, 0);
	writer.pos = test_positions_all_put_fields(&writer, writer.pos, all);
	assert_int_equal(camipc_writer_finish(&writer, ret_size), 0);
	assert_true(*ret_size <= check.wire);
	return exact_copy(buffer, *ret_size);
}

static int decode(const uint8_t *bytes, size_t size,
		  struct camipc_arena *arena, struct test_positions_all *all,
		  enum camipc_wire_fault *ret_fault)
{
	struct camipc_reader reader;
	const uint8_t *p = camipc_reader_init(&reader, bytes, size, arena, NULL,
					      0);
	int ret;

	test_positions_all_init(all);
	test_positions_all_get_fields(&reader, p, reader.end, all);
	ret = camipc_reader_finish(&reader);
	*ret_fault = reader.fault;
	return ret;
}

static void each_position_survives(void **state)
{
	struct sample sample;
	struct test_positions_all all;
	struct camipc_check check = { 0 };
	struct camipc_arena arena;
	enum camipc_wire_fault fault;
	uint8_t *bytes;
	size_t size;

	(void)state;
	fill(&sample);
	bytes = encode(&sample.all, &size);
	/* What the check said of the receiver's memory suffices. */
	test_positions_all_check(&check, &sample.all);
	camipc_arena_init(&arena, check.decoded);
	assert_int_equal(decode(bytes, size, &arena, &all, &fault), 0);
	assert_same(&sample.all, &all);
	camipc_arena_fini(&arena);
	/* With less, the reader's bound holds. */
	camipc_arena_init(&arena, check.decoded - CAMIPC_ARENA_ALIGN);
	assert_int_equal(decode(bytes, size, &arena, &all, &fault), -EMSGSIZE);
	assert_int_equal(fault, CAMIPC_FAULT_LIMIT);
	camipc_arena_fini(&arena);
	free(bytes);
}

static void absent_is_default(void **state)
{
	struct test_positions_all all;
	struct camipc_arena arena;
	enum camipc_wire_fault fault;

	(void)state;
	camipc_arena_init(&arena, BUDGET);
	assert_int_equal(decode(NULL, 0, &arena, &all, &fault), 0);
	assert_curve(&all.plain, &empty);
	assert_null(all.maybe);
	assert_int_equal(all.n_list, 0);
	camipc_arena_fini(&arena);
}

/* Any result is right for such bytes, but what was decoded can be sent. */
static void try_hostile(const uint8_t *bytes, size_t size)
{
	struct camipc_check check = { 0 };
	struct test_positions_all all;
	struct camipc_arena arena;
	enum camipc_wire_fault fault;

	camipc_arena_init(&arena, BUDGET);
	if (decode(bytes, size, &arena, &all, &fault) == 0) {
		test_positions_all_check(&check, &all);
		assert_int_equal(check.error, 0);
	} else {
		assert_int_not_equal(fault, CAMIPC_FAULT_NONE);
	}
	camipc_arena_fini(&arena);
}

static void hostile_bytes(void **state)
{
	struct sample sample;
	uint8_t *bytes;
	size_t size;

	(void)state;
	fill(&sample);
	bytes = encode(&sample.all, &size);
	for (size_t n = 0; n < size; n++) {
		uint8_t *part = exact_copy(bytes, n);

		try_hostile(part, n);
		free(part);
	}
	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		try_hostile(bytes, size);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	free(bytes);
}

/* Decodes field 1 with this content. */
static int decode_plain(const uint8_t *content, size_t n,
			enum camipc_wire_fault *ret_fault)
{
	struct test_positions_all all;
	struct camipc_arena arena;
	uint8_t bytes[512] = { CAMIPC_BYTES(1) };
	size_t length = n < 128 ? 1 : 2;
	int ret;

	bytes[1] = (uint8_t)(n < 128 ? n : (n & 0x7f) | 0x80);
	if (length == 2)
		bytes[2] = (uint8_t)(n >> 7);
	memcpy(bytes + 1 + length, content, n);
	camipc_arena_init(&arena, BUDGET);
	ret = decode(bytes, 1 + length + n, &arena, &all, ret_fault);
	if (ret < 0)
		assert_curve(&all.plain, &empty);
	camipc_arena_fini(&arena);
	return ret;
}

static void versions_and_limits(void **state)
{
	static const struct {
		uint8_t content[10];
		size_t n;
		int ret;
	} rows[] = {
		{ { 2 }, 9, 0 },
		{ { 1 }, 9, 0 }, /* an older sender */
		{ { 0 }, 9, -EPROTO },
		{ { 3 }, 9, -EPROTO }, /* a newer one */
		{ { 2 }, 8, -EPROTO }, /* decode() refuses it */
		{ { 2 }, 10, -EPROTO },
		{ { 2 }, 1, -EPROTO },
		{ { 0 }, 0, -EPROTO }, /* no version */
		{ { 0x82, 0x80, 0x80, 0x80, 0x10 }, 10, -EPROTO },
	};
	uint8_t longest[300] = { 2, 0, 0, 0, 0, 248 };
	enum camipc_wire_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(decode_plain(rows[i].content, rows[i].n,
					      &fault),
				 rows[i].ret);
	memset(longest + 9, 'x', sizeof(longest) - 9);
	assert_int_equal(decode_plain(longest, 1 + 256, &fault), 0);
	longest[5]++;
	assert_int_equal(decode_plain(longest, 1 + 257, &fault), -EPROTO);
	assert_int_equal(fault, CAMIPC_FAULT_RANGE);
}

static void senders_are_checked(void **state)
{
	static char long_note[300];
	struct lens_curve curve = full;
	struct sample sample;
	struct camipc_check check = { 0 };
	struct test_positions_all copy;

	(void)state;
	fill(&sample);
	curve.knots = NULL;
	sample.all.plain = curve;
	test_positions_all_check(&check, &sample.all);
	assert_int_equal(check.error, -EINVAL);
	assert_string_equal(check.field, "plain");
	assert_int_equal(test_positions_all_copy(&copy, &sample.all), -EINVAL);

	/* More bytes than [max_len]. */
	memset(long_note, 'x', sizeof(long_note) - 1);
	fill(&sample);
	sample.list[1].note = long_note;
	check = (struct camipc_check){ 0 };
	test_positions_all_check(&check, &sample.all);
	assert_int_equal(check.error, -EINVAL);
	assert_string_equal(check.field, "list");
}

static void too_small_buffer(void **state)
{
	struct sample sample;
	size_t size;
	uint8_t *bytes;

	(void)state;
	fill(&sample);
	bytes = encode(&sample.all, &size);
	free(bytes);
	for (size_t n = 0; n < size; n++) {
		struct camipc_writer writer;
		size_t ignored;

		bytes = malloc(n + CAMIPC_WRITE_ROOM);
		assert_non_null(bytes);
		camipc_writer_init(&writer, bytes, n + CAMIPC_WRITE_ROOM, NULL,
				   0);
		writer.pos = test_positions_all_put_fields(&writer, writer.pos,
							   &sample.all);
		assert_int_equal(camipc_writer_finish(&writer, &ignored),
				 -EMSGSIZE);
		free(bytes);
	}
}

static int copy_once(void *user)
{
	const struct sample *sample = user;
	struct test_positions_all copy;
	int ret = test_positions_all_copy(&copy, &sample->all);

	if (ret == 0) {
		assert_same(&sample->all, &copy);
		assert_ptr_not_equal(copy.plain.knots, knots);
		test_positions_all_clear(&copy);
		/* A second one does nothing. */
		test_positions_all_clear(&copy);
		assert_curve(&copy.plain, &empty);
	}
	return ret;
}

static void copies_without_memory(void **state)
{
	struct sample sample;

	(void)state;
	fill(&sample);
	alloc_fail_each(copy_once, &sample, 0);
}

static void traces(void **state)
{
	struct camipc_printer printer;
	struct sample sample;
	char text[1024];

	(void)state;
	fill(&sample);
	camipc_printer_init(&printer, text, sizeof(text));
	camipc_print_fields(&printer, &test_positions_all_type_info,
			    &sample.all);
	assert_non_null(strstr(text, "plain: curve of 3 knots, \"green and blue\", "));
	assert_non_null(strstr(text, "list: [curve of 3 knots, \"green and blue\", "
				     "curve of 0 knots, \"\"]"));
}

/* ---- camipc_external_try() ---------------------------------------------- */

static int try_with(const struct camipc_external *functions,
		    const void *value, void *context, const char **ret_why)
{
	struct camipc_type_info type = test_positions_curve_type_info;

	type.external = functions;
	return camipc_external_try(&type, value, context, ret_why);
}

static void good_functions(void **state)
{
	const struct lens_mount *const mounts[] = { lens_mount_find("M12"),
						    lens_mount_find("C") };
	struct lens_mounts context = { 2, mounts };
	const struct lens_id id = { lens_mount_find("C"), 1 };
	struct camipc_type_info type = test_positions_curve_type_info;
	const char *why;

	(void)state;
	assert_int_equal(try_with(&lens_curve_ipc, &full, NULL, &why), 0);
	assert_null(why);
	assert_int_equal(try_with(&lens_curve_ipc, &empty, NULL, &why), 0);
	type.external = &lens_id_ipc;
	type.size = sizeof(id);
	assert_int_equal(camipc_external_try(&type, &id, &context, &why), 0);
	/* Without the context the mount has no number. */
	assert_int_equal(camipc_external_try(&type, &id, NULL, &why), -EINVAL);
}

static int need_too_little(const void *value, void *context,
			   struct camipc_external_need *need)
{
	int ret = lens_curve_ipc.check(value, context, need);

	need->decoded -= need->decoded ? CAMIPC_ARENA_ALIGN : 0;
	return ret;
}

static int need_no_room(const void *value, void *context,
			struct camipc_external_need *need)
{
	int ret = lens_curve_ipc.check(value, context, need);

	need->encoded--;
	return ret;
}

static int need_too_much(const void *value, void *context,
			 struct camipc_external_need *need)
{
	int ret = lens_curve_ipc.check(value, context, need);

	need->encoded = 257;
	return ret;
}

static int refuse_default(const void *value, void *context,
			  struct camipc_external_need *need)
{
	const struct lens_curve *curve = value;

	return curve->n_knots ? lens_curve_ipc.check(value, context, need) :
				-EINVAL;
}

static int forget_note(void *value, void *context, const uint8_t *bytes,
		       size_t n, uint32_t version, struct camipc_arena *arena)
{
	struct lens_curve *curve = value;
	int ret = lens_curve_ipc.decode(value, context, bytes, n, version,
					arena);

	curve->note = NULL;
	return ret;
}

static int refuse_all(void *value, void *context, const uint8_t *bytes,
		      size_t n, uint32_t version, struct camipc_arena *arena)
{
	(void)value;
	(void)context;
	(void)bytes;
	(void)n;
	(void)version;
	(void)arena;
	return -EPROTO;
}

static void copy_no_note(struct camipc_arena *arena, void *value)
{
	struct lens_curve *curve = value;

	curve->note = NULL;
	lens_curve_ipc.copy(arena, value);
}

static void bad_functions(void **state)
{
	const struct {
		struct camipc_external with;
		const char *why;
	} rows[] = {
		{ { .check = need_too_little },
		  "decode() takes more memory than check() named" },
		{ { .check = need_no_room },
		  "encode() fails with the room that check() named" },
		{ { .check = need_too_much },
		  "check() names more bytes than [max_len]" },
		{ { .check = refuse_default },
		  "check() refuses the default, which peers get that leave a "
		  "value out" },
		{ { .decode = forget_note },
		  "the decoded value is not equal" },
		{ { .decode = refuse_all },
		  "decode() refuses what encode() wrote" },
		{ { .copy = copy_no_note }, "the copy is not equal" },
	};
	struct camipc_external functions;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		functions = lens_curve_ipc;
		if (rows[i].with.check)
			functions.check = rows[i].with.check;
		if (rows[i].with.decode)
			functions.decode = rows[i].with.decode;
		if (rows[i].with.copy)
			functions.copy = rows[i].with.copy;
		assert_int_equal(try_with(&functions, &full, NULL, &why),
				 -EINVAL);
		assert_string_equal(why, rows[i].why);
		/* Without equal(), encodings are compared. */
		functions.equal = NULL;
		assert_int_equal(try_with(&functions, &full, NULL, &why),
				 -EINVAL);
		assert_string_equal(why, rows[i].why);
	}
}

/* A table without one of its functions is the sender's error. */
static void incomplete_tables(void **state)
{
	struct camipc_type_info type = test_positions_curve_type_info;
	struct camipc_external tables[5] = {
		lens_curve_ipc, lens_curve_ipc, lens_curve_ipc,
		lens_curve_ipc, lens_curve_ipc,
	};
	const char *why;

	(void)state;
	tables[0].check = NULL;
	tables[1].encode = NULL;
	tables[2].decode = NULL;
	tables[3].copy = NULL;
	tables[4].clear = NULL;
	for (size_t i = 0; i < 5; i++) {
		struct camipc_check check = { 0 };

		type.external = &tables[i];
		camipc_check_external(&check, &type, &full, "curve");
		assert_int_equal(check.error, -EINVAL);
		assert_string_equal(check.field, "curve");
		assert_int_equal(camipc_external_try(&type, &full, NULL, &why),
				 -EINVAL);
		assert_non_null(strstr(why, "the table"));
	}
}

static int try_once(void *user)
{
	const char *why;

	(void)user;
	return camipc_external_try(&test_positions_curve_type_info, &full, NULL,
				   &why);
}

static void trying_without_memory(void **state)
{
	(void)state;
	alloc_fail_each(try_once, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_position_survives),
		cmocka_unit_test(absent_is_default),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(versions_and_limits),
		cmocka_unit_test(senders_are_checked),
		cmocka_unit_test(too_small_buffer),
		cmocka_unit_test(copies_without_memory),
		cmocka_unit_test(traces),
		cmocka_unit_test(good_functions),
		cmocka_unit_test(bad_functions),
		cmocka_unit_test(incomplete_tables),
		cmocka_unit_test(trying_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
