/* SPDX-License-Identifier: MIT */
/* Tests a worker's crash reports, which may contain anything. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crash_report.h"

static struct camipc_crash_record example(void)
{
	struct camipc_crash_record record;

	memset(&record, 0, sizeof(record));
	record.signal = SIGSEGV;
	record.has_address = 1;
	record.address = 16;
	record.n_frames = 3;
	record.n_modules = 1;
	record.frames[0].offset = 0x1234;
	record.frames[1].offset = UINT64_MAX;
	record.frames[1].module = CAMIPC_CRASH_NO_MODULE;
	record.frames[2].offset = 0x99;
	record.modules[0].build_id_size = 2;
	record.modules[0].build_id[0] = 0xab;
	strcpy(record.modules[0].path, "/usr/lib/softisp.so");
	return record;
}

static void an_honest_one(void **state)
{
	const struct camipc_crash_record record = example();
	struct camipc_crash_report report;
	char text[160];

	(void)state;
	assert_int_equal(camipc_crash_report_read(&report, &record,
						  sizeof(record)),
			 0);
	assert_int_equal(report.signal, SIGSEGV);
	assert_true(report.has_address);
	assert_int_equal(report.address, 16);
	assert_int_equal(report.n_frames, 3);
	assert_string_equal(report.frames[0].module, "/usr/lib/softisp.so");
	assert_string_equal(report.frames[0].build_id, "ab00");
	assert_null(report.frames[1].module);
	assert_string_equal(report.frames[1].build_id, "");
	camipc_crash_describe(report.frames, report.n_frames, text,
			      sizeof(text));
	assert_string_equal(text, "softisp.so+0x1234 < 0xffffffffffffffff < "
				  "softisp.so+0x99");
	/* What does not fit as a whole is left out. */
	camipc_crash_describe(report.frames, report.n_frames, text, 30);
	assert_string_equal(text, "softisp.so+0x1234");
}

/** A record that is like the example but for one number. */
static void refuse(size_t offset, uint32_t value)
{
	struct camipc_crash_record record = example();
	struct camipc_crash_report report;

	memcpy((uint8_t *)&record + offset, &value, sizeof(value));
	assert_int_equal(camipc_crash_report_read(&report, &record,
						  sizeof(record)),
			 -EPROTO);
	assert_int_equal(report.signal, 0);
	assert_int_equal(report.n_frames, 0);
}

static void impossible_numbers(void **state)
{
	(void)state;
	refuse(offsetof(struct camipc_crash_record, signal), 0);
	refuse(offsetof(struct camipc_crash_record, signal),
	       (uint32_t)SIGRTMAX + 1);
	refuse(offsetof(struct camipc_crash_record, has_address), 2);
	refuse(offsetof(struct camipc_crash_record, n_frames),
	       CAMIPC_CRASH_FRAMES + 1);
	refuse(offsetof(struct camipc_crash_record, n_modules),
	       CAMIPC_CRASH_MODULES + 1);
	refuse(offsetof(struct camipc_crash_record, n_modules), 0);
	refuse(offsetof(struct camipc_crash_record, frames[0].module), 1);
	refuse(offsetof(struct camipc_crash_record, modules[0].build_id_size),
	       CAMIPC_CRASH_BUILD_ID_SIZE + 1);
}

static void every_other_size(void **state)
{
	const struct camipc_crash_record record = example();
	struct camipc_crash_report report;
	uint8_t larger[sizeof(record) + 1] = { 0 };

	(void)state;
	for (size_t size = 0; size < sizeof(record); size++) {
		/* Of its own, so that one byte too many is seen. */
		uint8_t *bytes = malloc(size ? size : 1);

		assert_non_null(bytes);
		memcpy(bytes, &record, size);
		assert_int_equal(camipc_crash_report_read(&report, bytes, size),
				 -EPROTO);
		free(bytes);
	}
	assert_int_equal(camipc_crash_report_read(&report, larger,
						  sizeof(larger)),
			 -EPROTO);
}

/** Threat 50; a path without end, a build id as long as there is room. */
static void everything_full(void **state)
{
	struct camipc_crash_record record = example();
	struct camipc_crash_report report;
	char text[1024];

	(void)state;
	record.n_frames = CAMIPC_CRASH_FRAMES;
	record.n_modules = CAMIPC_CRASH_MODULES;
	for (uint32_t i = 0; i < CAMIPC_CRASH_MODULES; i++) {
		record.modules[i].build_id_size = CAMIPC_CRASH_BUILD_ID_SIZE;
		memset(record.modules[i].path, i % 2 ? 0x1b : 'x',
		       CAMIPC_CRASH_PATH_SIZE);
	}
	for (uint32_t i = 0; i < CAMIPC_CRASH_FRAMES; i++)
		record.frames[i].module = i % CAMIPC_CRASH_MODULES;
	assert_int_equal(camipc_crash_report_read(&report, &record,
						  sizeof(record)),
			 0);
	for (uint32_t i = 0; i < CAMIPC_CRASH_FRAMES; i++) {
		/* An escaped character is not cut within. */
		assert_in_range(strlen(report.frames[i].module),
				CAMIPC_CRASH_PATH_SIZE - 1 - strlen("\\u{1B}"),
				CAMIPC_CRASH_PATH_SIZE - 1);
		assert_null(strchr(report.frames[i].module, 0x1b));
		assert_int_equal(strlen(report.frames[i].build_id),
				 2 * CAMIPC_CRASH_BUILD_ID_SIZE);
	}
	camipc_crash_describe(report.frames, report.n_frames, text,
			      sizeof(text));
	assert_true(strlen(text) < sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_one),
		cmocka_unit_test(impossible_numbers),
		cmocka_unit_test(every_other_size),
		cmocka_unit_test(everything_full),
	};

	return cmocka_run_group_tests_name("crash_report", tests, NULL, NULL);
}
