/* SPDX-License-Identifier: MIT */
/* The helpers for bytes of external types: camipc/external_bytes.h. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <camipc/external_bytes.h>

static void packing_counts_and_stops(void **state)
{
	uint8_t *bytes = malloc(11);
	struct camipc_pack count = { NULL, SIZE_MAX, 0 };
	struct camipc_pack pack = { bytes, 11, 0 };

	(void)state;
	assert_non_null(bytes);
	camipc_pack_u64(&count, UINT64_C(0x0807060504030201));
	camipc_pack_text(&count, "ab");
	assert_int_equal(camipc_pack_result(&count), 14);
	camipc_pack_u64(&pack, UINT64_C(0x0807060504030201));
	for (uint8_t i = 0; i < 8; i++)
		assert_int_equal(bytes[i], i + 1);
	camipc_pack_raw(&pack, "xyz", 3);
	assert_int_equal(camipc_pack_result(&pack), 11);
	camipc_pack_raw(&pack, "z", 1);
	assert_int_equal(camipc_pack_result(&pack), -EMSGSIZE);
	/* What does not fit is not followed by what would. */
	pack = (struct camipc_pack){ bytes, 11, 0 };
	bytes[0] = 'k';
	camipc_pack_raw(&pack, "green and bl", 12);
	camipc_pack_raw(&pack, "z", 1);
	assert_int_equal(bytes[0], 'k');
	assert_int_equal(camipc_pack_result(&pack), -EMSGSIZE);
	free(bytes);
}

static void unpacking_stops_at_the_end(void **state)
{
	static const uint8_t bytes[] = { 1, 0, 0, 0, 2, 0, 0, 0, 'a', 'b' };
	static const uint8_t nul[] = { 1, 0, 0, 0, 0 };
	struct camipc_unpack unpack = { bytes, sizeof(bytes), false };
	struct camipc_arena arena;

	(void)state;
	camipc_arena_init(&arena, 64);
	assert_int_equal(camipc_unpack_u32(&unpack), 1);
	assert_int_equal(camipc_unpack_result(&unpack), -EPROTO);
	assert_string_equal(camipc_unpack_text(&unpack, &arena), "ab");
	assert_int_equal(camipc_unpack_result(&unpack), 0);
	assert_int_equal(camipc_unpack_u32(&unpack), 0);
	assert_int_equal(camipc_unpack_result(&unpack), -EPROTO);

	/* A failure sticks, and nothing is allocated after it. */
	unpack = (struct camipc_unpack){ bytes, sizeof(bytes), false };
	assert_null(camipc_unpack_array(&unpack, 11, 1, 1, &arena));
	assert_null(camipc_unpack_raw(&unpack, 1));
	assert_int_equal(camipc_unpack_u64(&unpack), 0);
	assert_null(camipc_unpack_text(&unpack, &arena));
	assert_int_equal(arena.error, 0);
	unpack = (struct camipc_unpack){ nul, sizeof(nul), false };
	assert_null(camipc_unpack_text(&unpack, &arena));
	assert_int_equal(camipc_unpack_result(&unpack), -EPROTO);
	camipc_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packing_counts_and_stops),
		cmocka_unit_test(unpacking_stops_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
