/* SPDX-License-Identifier: MIT */
/* Tests the parser of metadata of USB cameras, also with bytes that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "uvc_header.h"

/* What the kernel writes before the camera's header. */
static void set_host(uint8_t *bytes)
{
	const uint64_t time_ns = 123456789012;
	const uint16_t sof = 1000;

	memcpy(bytes, &time_ns, sizeof(time_ns));
	memcpy(bytes + 8, &sof, sizeof(sof));
}

static void check(const struct camera_driver_value *value, const char *name,
		  uint64_t expected)
{
	assert_string_equal(value->name, name);
	assert_int_equal(value->value, expected);
}

static void a_whole_header(void **state)
{
	uint8_t bytes[22] = { [10] = 12,   [11] = 0x8f, [12] = 0x11,
			      [13] = 0x22, [14] = 0x33, [15] = 0x44,
			      [16] = 0x55, [17] = 0x66, [18] = 0x77,
			      [19] = 0x88, [20] = 0xff, [21] = 0xff };
	struct camera_driver_value values[UVC_HEADER_MAX_VALUES];

	(void)state;
	set_host(bytes);
	assert_int_equal(uvc_header_parse(bytes, sizeof(bytes), values), 6);
	check(&values[0], "hostTime", 123456789012);
	check(&values[1], "hostSof", 1000);
	check(&values[2], "flags", 0x8f);
	check(&values[3], "pts", 0x44332211);
	check(&values[4], "stc", 0x88776655);
	check(&values[5], "sof", 0x7ff);
	/* A further header is not the frame's first. */
	{
		uint8_t two[44];

		memcpy(two, bytes, 22);
		memset(two + 22, 0xee, 22);
		assert_int_equal(uvc_header_parse(two, sizeof(two), values), 6);
		check(&values[3], "pts", 0x44332211);
	}
}

static void parts_of_a_header(void **state)
{
	uint8_t bytes[22] = { [10] = 2, [11] = 0x80, [12] = 9 };
	struct camera_driver_value values[UVC_HEADER_MAX_VALUES];

	(void)state;
	set_host(bytes);
	assert_int_equal(uvc_header_parse(bytes, 12, values), 3);
	check(&values[2], "flags", 0x80);
	/* Flags say more than the length has room for. */
	bytes[11] = 0x8c;
	assert_int_equal(uvc_header_parse(bytes, sizeof(bytes), values), 3);
	bytes[10] = 6;
	assert_int_equal(uvc_header_parse(bytes, sizeof(bytes), values), 4);
	check(&values[3], "pts", 9);
	/* Without the first of the two, the second is there instead. */
	bytes[10] = 8;
	bytes[11] = 0x88;
	assert_int_equal(uvc_header_parse(bytes, sizeof(bytes), values), 5);
	check(&values[3], "stc", 9);
}

/* Of every length that the header may claim, and the buffer may have. */
static void lengths_that_lie(void **state)
{
	struct camera_driver_value values[UVC_HEADER_MAX_VALUES];

	(void)state;
	for (unsigned int length = 0; length < 256; length++) {
		for (size_t size = 0; size < 40; size++) {
			/* Of this very size, for tools that look. */
			uint8_t *bytes = malloc(size ? size : 1);
			size_t n;

			assert_non_null(bytes);
			memset(bytes, 0xff, size);
			if (size > 10)
				bytes[10] = (uint8_t)length;
			n = uvc_header_parse(bytes, size, values);
			if (size < 12 || length < 2 || 10 + length > size)
				assert_int_equal(n, 0);
			else
				assert_true(n >= 3);
			free(bytes);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_header),
		cmocka_unit_test(parts_of_a_header),
		cmocka_unit_test(lengths_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
