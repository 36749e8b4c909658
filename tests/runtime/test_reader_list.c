/* SPDX-License-Identifier: MIT */
/* Tests reading lists as generated code does: room, cost and truncation. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>
#include <cmocka.h>

#include "alloc_fail.h"
#include "exact_copy.h"

static struct camipc_arena arena;

static int setup(void **state)
{
	(void)state;
	camipc_arena_reset(&arena, 1000);
	return 0;
}

/* A list of points, as generated code would read it. */
struct point {
	uint32_t x;
	const char *name;
};

struct shape {
	const struct point *points;
	size_t n_points;
	const struct point *others;
	size_t n_others;
};

static const uint8_t *get_point(struct camipc_reader *r, const uint8_t *p,
				const uint8_t *end, struct point *msg)
{
	uint32_t tag;
	size_t len;

	msg->name = camipc_empty_string;
	p = camipc_get_len(r, p, end, &len);
	end = p + len;
	while (p < end) {
		p = camipc_get_tag(r, p, end, &tag);
		switch (tag) {
		case CAMIPC_VARINT(1):
			p = camipc_get_uint32(r, p, end, &msg->x);
			if (!camipc_next(&p, end, &tag, CAMIPC_BYTES(2)))
				break;
			CAMIPC_FALLTHROUGH;
		case CAMIPC_BYTES(2):
			p = camipc_get_string(r, p, end, &msg->name);
			break;
		default:
			p = camipc_skip(r, p, end, tag);
		}
	}
	return p;
}

static const uint8_t *get_points(struct camipc_reader *r, const uint8_t *p,
				 const uint8_t *end, uint32_t tag,
				 const struct point **points, size_t *n,
				 size_t *room)
{
	size_t extra = camipc_count_run(p, end, tag);
	struct point *list = camipc_extend(r, *points, *n, room, extra,
					   sizeof(*list));

	if (!list)
		return r->end;
	*points = list;
	do {
		p = get_point(r, p, end, &list[(*n)++]);
	} while (--extra && camipc_again(&p, end, tag));
	return p;
}

/* Field 1 with a tag of one byte, field 100 with one of two. */
static int decode_shape(const void *data, size_t size, struct shape *msg)
{
	struct camipc_reader r;
	const uint8_t *p = camipc_reader_init(&r, data, size, &arena, NULL, 0);
	size_t room_points = 0;
	size_t room_others = 0;
	uint32_t tag;

	memset(msg, 0, sizeof(*msg));
	while (p < r.end) {
		p = camipc_get_tag(&r, p, r.end, &tag);
		switch (tag) {
		case CAMIPC_BYTES(1):
			p = get_points(&r, p, r.end, tag, &msg->points,
				       &msg->n_points, &room_points);
			break;
		case CAMIPC_BYTES(100):
			p = get_points(&r, p, r.end, tag, &msg->others,
				       &msg->n_others, &room_others);
			break;
		default:
			p = camipc_skip(&r, p, r.end, tag);
		}
	}
	assert_ptr_equal(p, r.end);
	return camipc_reader_finish(&r);
}

static const char sample[] = "\x0a\x02\x08\x05"
			     "\x0a\x07\x08\x06\x12\x03xyz"
			     "\xa2\x06\x00"
			     "\xa2\x06\x02\x08\x07"
			     "\x18\x2a" /* unknown */
			     "\x0a\x02\x08\x08";

static void test_a_list(void **state)
{
	struct shape shape;

	(void)state;
	assert_int_equal(decode_shape(sample, sizeof(sample) - 1, &shape), 0);
	assert_int_equal(shape.n_points, 3);
	assert_int_equal(shape.points[1].x, 6);
	assert_string_equal(shape.points[1].name, "xyz");
	assert_int_equal(shape.points[2].x, 8);
	assert_int_equal(shape.n_others, 2);
	assert_string_equal(shape.others[0].name, "");
	assert_int_equal(shape.others[1].x, 7);
}

static void test_truncation_at_every_length(void **state)
{
	/* Where a field of the outermost message ends. */
	static const size_t legal[] = { 0, 4, 13, 16, 21, 23 };

	(void)state;
	for (size_t cut = 0; cut < sizeof(sample) - 1; cut++) {
		uint8_t *copy = exact_copy(sample, cut);
		struct shape shape;
		bool whole = false;

		for (size_t i = 0; i < sizeof(legal) / sizeof(*legal); i++)
			whole |= cut == legal[i];
		camipc_arena_reset(&arena, 1000);
		assert_int_equal(decode_shape(copy, cut, &shape),
				 whole ? 0 : -EPROTO);
		free(copy);
	}
}

/* Bytes of arena that decoding took. */
static size_t cost_of(const void *data, size_t size)
{
	struct shape shape;

	camipc_arena_reset(&arena, 100000000);
	assert_int_equal(decode_shape(data, size, &shape), 0);
	assert_int_equal(shape.n_points + shape.n_others,
			 size / 5 * 2); /* pairs of 2 + 3 bytes */
	return 100000000 - arena.budget;
}

/* Interleaved fields (a, b, a, b, ...) must not copy everything each time. */
static void test_interleaved_runs_are_not_quadratic(void **state)
{
	size_t n = 20000;
	uint8_t *message = malloc(n * 5);
	size_t small;
	size_t large;

	(void)state;
	for (size_t i = 0; i < n; i++)
		memcpy(message + i * 5, "\x0a\x00\xa2\x06\x00", 5);
	small = cost_of(message, n / 10 * 5);
	large = cost_of(message, n * 5);
	assert_in_range(large, n * 2 * sizeof(struct point),
			n * 2 * sizeof(struct point) * 4);
	assert_true(large < small * 20);
	free(message);
}

static void test_a_long_run_is_counted_once(void **state)
{
	size_t n = 20000;
	uint8_t *message = malloc(n * 3);
	struct shape shape;

	(void)state;
	for (size_t i = 0; i < n; i++)
		memcpy(message + i * 3, "\xa2\x06\x00", 3);
	/* Exactly what it needs, and nothing twice. */
	camipc_arena_reset(&arena, n * sizeof(struct point));
	assert_int_equal(decode_shape(message, n * 3, &shape), 0);
	assert_int_equal(shape.n_others, n);
	camipc_arena_reset(&arena, n * sizeof(struct point) - 8);
	assert_int_equal(decode_shape(message, n * 3, &shape), -EMSGSIZE);
	free(message);
}

static int decode_sample(void *user)
{
	struct camipc_arena kept = arena;
	struct shape shape;
	int ret;

	(void)user;
	camipc_arena_init(&arena, 100000);
	ret = decode_shape(sample, sizeof(sample) - 1, &shape);
	camipc_arena_fini(&arena);
	arena = kept;
	return ret;
}

static void test_no_memory(void **state)
{
	(void)state;
	alloc_fail_each(decode_sample, NULL, 0);
}

static void test_steady_state_allocates_nothing(void **state)
{
	struct shape shape;

	(void)state;
	assert_int_equal(decode_shape(sample, sizeof(sample) - 1, &shape), 0);
	alloc_fail_begin(0);
	for (int i = 0; i < 100; i++) {
		camipc_arena_reset(&arena, 1000);
		assert_int_equal(decode_shape(sample, sizeof(sample) - 1,
					      &shape),
				 0);
	}
	assert_int_equal(alloc_fail_end(), 0);
}

static void test_an_empty_body(void **state)
{
	struct shape shape;

	(void)state;
	assert_int_equal(decode_shape(NULL, 0, &shape), 0);
	assert_int_equal(shape.n_points, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_list, setup),
		cmocka_unit_test(test_truncation_at_every_length),
		cmocka_unit_test(test_interleaved_runs_are_not_quadratic),
		cmocka_unit_test(test_a_long_run_is_counted_once),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test_setup(test_steady_state_allocates_nothing,
				       setup),
		cmocka_unit_test_setup(test_an_empty_body, setup),
	};
	int ret;

	camipc_arena_init(&arena, 1000);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	camipc_arena_fini(&arena);
	return ret;
}
