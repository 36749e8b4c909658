/* SPDX-License-Identifier: MIT */
/* Tests values as text: every kind and shape, cut where they are long. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "echo_ipa_interface.h"
#include "echo_ipa_serializer.h"
#include "print_value.h"

static char text[4096];

static const char *print(const struct camipc_type_info *info, const void *value,
			 size_t size)
{
	struct camipc_printer printer;

	camipc_printer_init(&printer, text, size);
	camipc_print_fields(&printer, info, value);
	assert_int_equal(printer.used, strlen(text));
	return text;
}

#define EXPECT(info, value, expected) \
	assert_string_equal(print(info, value, sizeof(text)), expected)

static void scalars(void **state)
{
	struct test_echo_scalars value;

	(void)state;
	memset(&value, 0, sizeof(value));
	value.flag = true;
	value.i8 = INT8_MIN;
	value.u8 = UINT8_MAX;
	value.i16 = INT16_MIN;
	value.u16 = UINT16_MAX;
	value.i32 = INT32_MIN;
	value.u32 = UINT32_MAX;
	value.i64 = INT64_MIN;
	value.u64 = UINT64_MAX;
	value.real = 0.1f;
	value.wide = -1e300;
	value.mood = TEST_ECHO_ANGRY;
	value.colour = 99;
	value.options = TEST_ECHO_FAST | 0x40;
	value.text = "a\"\n\xc3\xa4\xc2\x9b";
	EXPECT(&test_echo_scalars_type_info, &value,
	       "flag: true, i8: -128, u8: 255, i16: -32768, u16: 65535, "
	       "i32: -2147483648, u32: 4294967295, "
	       "i64: -9223372036854775808, u64: 18446744073709551615, "
	       "real: 0.1, wide: -1e+300, mood: Angry, colour: 99, "
	       "options: Fast|0x40, text: \"a\\\"\\n\xc3\xa4\\u{9B}\"");
}

/** Hosts set locales in which a half is "0,5". */
static void other_locales(void **state)
{
	struct test_echo_defaults value;
	char *kept;

	(void)state;
	test_echo_defaults_init(&value);
	kept = setlocale(LC_NUMERIC, "de_DE.UTF-8");
	EXPECT(&test_echo_defaults_type_info, &value,
	       "width: 640, offset: -5, enabled: true, gain: 1.5, "
	       "mood: Busy, name: \"unnamed\"");
	if (kept)
		setlocale(LC_NUMERIC, "C");
	value.gain = (double)INFINITY;
	value.name = NULL;
	EXPECT(&test_echo_defaults_type_info, &value,
	       "width: 640, offset: -5, enabled: true, gain: inf, "
	       "mood: Busy, name: \"\"");
}

static void nullables(void **state)
{
	const struct test_echo_point point = { 1, 2 };
	struct test_echo_nullables value;

	(void)state;
	memset(&value, 0, sizeof(value));
	EXPECT(&test_echo_nullables_type_info, &value,
	       "number: none, flag: none, mood: none, text: none, "
	       "point: none, numbers: none");
	value.number = 5;
	value.has_number = true;
	value.text = "";
	value.point = &point;
	EXPECT(&test_echo_nullables_type_info, &value,
	       "number: 5, flag: none, mood: none, text: \"\", "
	       "point: {x: 1, y: 2}, numbers: none");
}

static void unions(void **state)
{
	struct test_echo_value value;

	(void)state;
	memset(&value, 0, sizeof(value));
	EXPECT(&test_echo_value_type_info, &value, "");
	value.tag = TEST_ECHO_VALUE_POINT;
	value.point.x = 3;
	EXPECT(&test_echo_value_type_info, &value, "point: {x: 3, y: 0}");
}

/** A struct of [keep_unknown]; no interface here has one. */
static void unknown_fields(void **state)
{
	struct kept {
		const uint8_t *unknown;
		size_t n_unknown;
	};
	static const struct camipc_type_info info = {
		.kind = CAMIPC_KIND_STRUCT,
		.flags = CAMIPC_TYPE_KEEPS_UNKNOWN,
		.size = sizeof(struct kept),
		.unknown_offset = offsetof(struct kept, unknown),
		.n_unknown_offset = offsetof(struct kept, n_unknown),
	};
	struct kept value = { NULL, 0 };

	(void)state;
	EXPECT(&info, &value, "");
	value.unknown = (const uint8_t *)"\x08\x07";
	value.n_unknown = 2;
	EXPECT(&info, &value, "unknown fields: <08 07>");
}

static void arrays_and_maps(void **state)
{
	static const int32_t numbers[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	static const struct test_echo_mood_int32_entry entries[1] = {
		{ .key = TEST_ECHO_BUSY, .value = 5 },
	};
	const struct test_echo_int32_array row = { .items = numbers,
						   .n_items = 2 };
	struct test_echo_arrays arrays;
	struct test_echo_maps maps;

	(void)state;
	memset(&arrays, 0, sizeof(arrays));
	memset(&maps, 0, sizeof(maps));
	arrays.bytes = (const uint8_t *)"\x01\xff";
	arrays.n_bytes = 2;
	arrays.numbers = numbers;
	arrays.n_numbers = 10;
	arrays.rows = &row;
	arrays.n_rows = 1;
	EXPECT(&test_echo_arrays_type_info, &arrays,
	       "flags: [], bytes: <01 ff>, shorts: [], "
	       "numbers: [1, 2, 3, 4, 5, 6, 7, 8, ... 10 in all], "
	       "larges: [], reals: [], wides: [], moods: [], texts: [], "
	       "points: [], values: [], fixed: [0, 0, 0, 0], "
	       "corners: [{x: 0, y: 0}, {x: 0, y: 0}], "
	       "rows: [{items: [1, 2]}]");
	maps.by_mood = entries;
	maps.n_by_mood = 1;
	EXPECT(&test_echo_maps_type_info, &maps,
	       "byNumber: [], byName: [], "
	       "byMood: [{key: Busy, value: 5}], blobs: []");
}

/** At each size: never a byte too many, and it can be seen that it was cut. */
static void cut(void **state)
{
	struct test_echo_defaults value;
	size_t whole;

	(void)state;
	test_echo_defaults_init(&value);
	whole = strlen(print(&test_echo_defaults_type_info, &value,
			     sizeof(text)));
	for (size_t size = 4; size <= whole; size++) {
		memset(text, 'Z', sizeof(text));
		print(&test_echo_defaults_type_info, &value, size);
		assert_int_equal(strlen(text), size - 1);
		assert_string_equal(text + size - 4, "...");
		assert_int_equal(text[size], 'Z');
	}
	print(&test_echo_defaults_type_info, &value, whole + 1);
	assert_int_equal(text[whole - 1], '"');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars),
		cmocka_unit_test(other_locales),
		cmocka_unit_test(nullables),
		cmocka_unit_test(unions),
		cmocka_unit_test(unknown_fields),
		cmocka_unit_test(arrays_and_maps),
		cmocka_unit_test(cut),
	};

	return cmocka_run_group_tests_name("print_value", tests, NULL, NULL);
}
