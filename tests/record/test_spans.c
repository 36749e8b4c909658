/* SPDX-License-Identifier: MIT */
/*
 * Tests the IPA's own times in recordings: each call has a span, in every backend;
 * and a reader refuses what is not a span.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <camipc/record.h>

#include "chunk_item.h"
#include "contract.h"
#include "recording_reader.h"
#include "test_files.h"

static char folder[TEST_PATH_SIZE];
static char path[TEST_PATH_SIZE + 16];

/** What is known of one call. */
struct known_call {
	const struct camipc_schema_method *method;
	uint32_t cookie;
	uint64_t from;
	uint64_t until; /* 0: no reply yet */
};

static struct known_call *find_call(struct known_call *calls, size_t n,
				    const struct camipc_recorded *item)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i].method == item->method &&
		    calls[i].cookie == item->cookie)
			return &calls[i];
	return NULL;
}

/** Fails unless each call has one span, which lies within the call. */
static void expect_spans(size_t n_expected)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct camipc_recording *recording;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct known_call calls[64] = { { .method = NULL } };
	struct camipc_recorded item;
	struct known_call *call;
	size_t n_calls = 0;
	size_t n_spans = 0;

	assert_int_equal(camipc_recording_open(fd, &recording, why), 0);
	while (camipc_recording_next(recording, &item) == 1) {
		if (item.kind == CAMIPC_ITEM_MESSAGE &&
		    item.message_kind == CAMIPC_WIRE_CALL) {
			assert_int_not_equal(item.cookie, 0);
			assert_true(n_calls < 64);
			calls[n_calls++] = (struct known_call){
				item.method, item.cookie, item.time, 0
			};
		}
		if (item.kind != CAMIPC_ITEM_SPAN)
			continue;
		n_spans++;
		assert_true(item.flags & CAMIPC_ITEM_FROM_IPA);
		call = find_call(calls, n_calls, &item);
		assert_non_null(call);
		assert_int_equal(call->until, 0);
		/* A call is recorded a moment before it is sent. */
		assert_true(item.ran_from >= call->from);
		assert_true(item.ran_until <= item.time);
		call->until = item.ran_until;
	}
	assert_int_equal(n_calls, n_expected);
	assert_int_equal(n_spans, n_expected);
	camipc_recording_close(recording);
	close(fd);
}

/** The IPA's own times, of all calls, wherever it runs. */
static void of_all_calls(void **state)
{
	const struct camipc_record_options options = {
		.size = sizeof(options),
		.path = path,
		.replace = true,
	};
	struct contract *c = *state;
	struct test_echo *first = c->ipa;
	struct camipc_recorder *recorder;

	assert_int_equal(camipc_recorder_create(&options, &recorder), 0);
	camipc_recorder_set_default(recorder);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	camipc_recorder_set_default(NULL);
	test_echo_destroy(first);
	contract_running(c);
	for (uint32_t i = 0; i < 40; i++) {
		assert_int_equal(test_echo_push(c->ipa, i), 0);
		contract_dispatch_events(c, i + 1);
	}
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	/* init, start and stop. */
	expect_spans(43);
}

/** A span is read as it was written, or refused: cut, or if it ends too early. */
static void a_wrong_span(void **state)
{
	uint8_t bytes[CAMIPC_ITEM_HEADER_SIZE + CAMIPC_ITEM_SPAN_SIZE] = { 0 };
	uint8_t *span = bytes + CAMIPC_ITEM_HEADER_SIZE;
	struct camipc_recorded item;

	(void)state;
	camipc_put_le(bytes, sizeof(bytes), 4);
	bytes[4] = CAMIPC_ITEM_SPAN;
	camipc_put_le(span, 77, 4);
	camipc_put_le(span + 8, 1000, 8);
	camipc_put_le(span + 16, 1250, 8);
	assert_int_equal(camipc_item_read(bytes, sizeof(bytes), &item),
			 sizeof(bytes));
	assert_int_equal(item.cookie, 77);
	assert_int_equal(item.ran_from, 1000);
	assert_int_equal(item.ran_until, 1250);
	assert_int_equal(item.took, 250);
	camipc_put_le(bytes, sizeof(bytes) - 1, 4);
	assert_int_equal(camipc_item_read(bytes, sizeof(bytes), &item), 0);
	camipc_put_le(bytes, sizeof(bytes), 4);
	camipc_put_le(span + 16, 999, 8);
	assert_int_equal(camipc_item_read(bytes, sizeof(bytes), &item), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CONTRACT_TEST(of_all_calls),
		cmocka_unit_test(a_wrong_span),
	};
	int ret;

	test_folder_make(folder);
	snprintf(path, sizeof(path), "%s/recording", folder);
	ret = contract_run(argc, argv, tests, sizeof(tests) / sizeof(*tests));
	test_folder_remove(folder);
	return ret;
}
