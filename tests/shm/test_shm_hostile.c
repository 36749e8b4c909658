/* SPDX-License-Identifier: MIT */
/*
 * Tests a camera process's end of a shm channel against a worker that writes
 * what it likes to the shared memory (threat 36), and threats 33 and 35 for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shm_fixture.h"
#include "shm_ring.h"
#include "under_valgrind.h"

/* With three small messages on their way, of which one was read. */
static void set_up(struct shm_fixture *f)
{
	shm_set_up(f, 0);
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(shm_send(f->worker, id, 100), 0);
	shm_expect(f, f->parent, 1, 100);
}

static struct camipc_shm_ring_words *from_worker(struct shm_fixture *f)
{
	return &f->worker_area->words->rings[CAMIPC_SHM_WORKER];
}

/* ---- positions ---------------------------------------------------------- */

/* @at_once: even the message that is there is not taken from such a ring. */
static void expect_bad_head(uint32_t offset, bool at_once)
{
	struct shm_fixture f;
	uint32_t head;

	set_up(&f);
	/* Both are known by then: no step back goes unseen. */
	shm_expect(&f, f.parent, 2, 100);
	head = atomic_load(&from_worker(&f)->head);
	atomic_store(&from_worker(&f)->head, head + offset);
	while (!at_once && shm_receive(&f, f.parent) == 0)
		;
	shm_expect_bad(&f, CAMIPC_REASON_BAD_RING);
	shm_tear_down(&f);
}

static void an_impossible_head_is_refused(void **state)
{
	(void)state;
	expect_bad_head(CAMIPC_SHM_RING_SIZE, true); /* more than fits */
	expect_bad_head(CAMIPC_SHM_RING_SIZE + 8, true);
	expect_bad_head(UINT32_C(0x80000000), true);
	expect_bad_head((uint32_t)-8, true); /* back, before what was seen */
	expect_bad_head((uint32_t)-144, true);
	expect_bad_head(4, true); /* no record begins there */
	expect_bad_head(1, true);
	expect_bad_head(8, false); /* nothing was written there */
	expect_bad_head(4096, false);
}

static void expect_bad_tail(uint32_t offset)
{
	struct camipc_shm_ring_words *words;
	struct shm_fixture f;
	uint32_t sent = 0;
	int ret;

	shm_set_up(&f, 0);
	words = &f.worker_area->words->rings[CAMIPC_SHM_PARENT];
	while (shm_send(f.parent, sent, 4000) == 0)
		sent++;
	shm_expect(&f, f.worker, 0, 4000);
	shm_expect(&f, f.worker, 1, 4000);
	while (shm_send(f.parent, sent, 4000) == 0)
		sent++;
	atomic_fetch_add(&words->tail, offset);
	do {
		ret = shm_send(f.parent, sent, 4000);
	} while (ret == 0);
	assert_int_equal(ret, -EPIPE);
	shm_expect_bad(&f, CAMIPC_REASON_BAD_RING);
	shm_tear_down(&f);
}

static void an_impossible_tail_is_refused(void **state)
{
	(void)state;
	expect_bad_tail((uint32_t)-8); /* back */
	expect_bad_tail(CAMIPC_SHM_RING_SIZE); /* past what was written */
	expect_bad_tail(UINT32_C(0x80000000));
	expect_bad_tail(4);
}

/* ---- records ------------------------------------------------------------ */

static uint32_t *record_at(struct shm_fixture *f, uint32_t at)
{
	return (uint32_t *)(void *)(f->worker_area->rings[CAMIPC_SHM_WORKER] +
				    at % CAMIPC_SHM_RING_SIZE);
}

/* Of the second message: its record's @word becomes @value. */
static void expect_bad_record(int word, uint32_t value,
			      enum camipc_reason reason)
{
	struct shm_fixture f;

	set_up(&f);
	record_at(&f, camipc_shm_ring_cost(132))[word] = value;
	for (int i = 0; i < 10 && f.reason == CAMIPC_REASON_NONE; i++)
		(void)!shm_receive(&f, f.parent);
	assert_int_equal(f.reason, reason);
	if (reason == CAMIPC_REASON_BAD_RING)
		shm_expect_bad(&f, reason);
	shm_tear_down(&f);
}

static void an_impossible_record_is_refused(void **state)
{
	const enum camipc_reason ring = CAMIPC_REASON_BAD_RING;

	(void)state;
	expect_bad_record(0, 0, ring);
	expect_bad_record(0, CAMIPC_HEADER_SIZE - 1, ring);
	expect_bad_record(0, CAMIPC_SHM_MAX_MESSAGE + 1, ring);
	expect_bad_record(0, CAMIPC_SHM_MAX_MESSAGE, ring); /* not there */
	expect_bad_record(0, UINT32_MAX - 1, ring);
	expect_bad_record(0, UINT32_C(0x80000000), ring);
	expect_bad_record(1, 0, ring);
	expect_bad_record(1, 1, ring); /* again */
	expect_bad_record(1, 3, ring); /* one is missing */
	/* Nothing came on the socket. */
	expect_bad_record(0, CAMIPC_SHM_ON_SOCKET, ring);
	/* Shorter and longer than its header says. */
	expect_bad_record(0, 131, CAMIPC_REASON_BAD_FRAMING);
	expect_bad_record(0, 133, CAMIPC_REASON_BAD_FRAMING);
}

/* The header's own fields, as in a datagram. */
static void an_impossible_header_is_refused(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value;
		enum camipc_reason reason;
	} changes[] = {
		{ 0, 0, CAMIPC_REASON_BAD_PROTOCOL }, /* magic */
		{ 4, 9, CAMIPC_REASON_BAD_PROTOCOL }, /* version */
		{ 5, 0, CAMIPC_REASON_BAD_PROTOCOL }, /* kind */
		{ 5, 99, CAMIPC_REASON_BAD_PROTOCOL },
		{ 5, CAMIPC_MESSAGE_BELL, CAMIPC_REASON_BAD_PROTOCOL },
		{ 7, 0x80, CAMIPC_REASON_BAD_PROTOCOL }, /* flags */
		{ 6, CAMIPC_MESSAGE_SPILLED, CAMIPC_REASON_BAD_FRAMING },
		{ 16, 99, CAMIPC_REASON_BAD_FRAMING }, /* size */
		{ 19, 0xff, CAMIPC_REASON_BAD_LIMIT },
		{ 24, 1, CAMIPC_REASON_BAD_FD }, /* descriptors */
		{ 24, SHM_MAX_FDS + 1, CAMIPC_REASON_BAD_FD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct shm_fixture f;
		uint8_t *header;

		set_up(&f);
		header = (uint8_t *)record_at(&f, camipc_shm_ring_cost(132)) +
			 CAMIPC_SHM_RECORD_SIZE;
		header[changes[i].offset] = changes[i].value;
		assert_true(shm_receive(&f, f.parent) < 0);
		if (f.reason != changes[i].reason)
			fail_msg("change %zu: %s", i,
				 camipc_reason_to_name(f.reason));
		shm_tear_down(&f);
	}
}

/* ---- the whole memory ---------------------------------------------------- */

/* Each word becomes each value that once meant something, at each moment. */
static void every_word_may_be_scribbled(void **state)
{
	static const uint32_t values[] = {
		0, 1, 4, 8, CAMIPC_SHM_RING_SIZE, UINT32_C(0x3fffffff),
		UINT32_C(0x40000000), UINT32_C(0x80000001), UINT32_MAX,
	};
	const size_t n = sizeof(struct camipc_shm_words) / sizeof(uint32_t);

	(void)state;
	for (size_t word = 0; word < n; word++) {
		/* Of a line's 32 words those that are used, and some more. */
		if (word % 32 > 10 || word % (size_t)test_amount(1, 2, 5))
			continue;
		for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
			struct shm_fixture f;
			uint32_t *words;
			int ret;

			set_up(&f);
			words = (uint32_t *)(void *)f.worker_area->words;
			words[word] = values[i];
			(void)!camipc_channel_announce(f.parent);
			for (uint32_t id = 0; id < 200; id++)
				(void)!shm_send(f.parent, id, 1000);
			camipc_channel_look(f.parent);
			for (int j = 0; j < 10; j++)
				ret = shm_receive(&f, f.parent);
			/* Two messages at most: it has come to an end. */
			assert_true(ret < 0);
			shm_tear_down(&f);
		}
	}
}

/* Threat 35: seals do not keep a worker from taking pages out. */
static void zeros_are_refused(void **state)
{
	struct shm_fixture f;

	(void)state;
	set_up(&f);
	if (madvise(f.worker_area->words, CAMIPC_SHM_SIZE, MADV_REMOVE) < 0)
		memset(f.worker_area->words, 0, CAMIPC_SHM_SIZE);
	shm_expect_bad(&f, CAMIPC_REASON_BAD_RING);
	shm_tear_down(&f);

	/* The records only: their head counts them. */
	set_up(&f);
	memset(f.worker_area->rings[CAMIPC_SHM_WORKER], 0,
	       CAMIPC_SHM_RING_SIZE);
	shm_expect_bad(&f, CAMIPC_REASON_BAD_RING);
	shm_tear_down(&f);
}

/* ---- while it is read ---------------------------------------------------- */

struct scribbler {
	struct shm_fixture *f;
	atomic_bool ends;
};

static void *scribble(void *user)
{
	struct scribbler *scribbler = user;
	struct shm_fixture *f = scribbler->f;
	_Atomic uint32_t *bytes = (_Atomic uint32_t *)(void *)
					  f->worker_area->words;
	const size_t n = CAMIPC_SHM_SIZE / sizeof(*bytes);
	uint32_t state = 1;

	while (!atomic_load(&scribbler->ends)) {
		state = state * UINT32_C(1664525) + UINT32_C(1013904223);
		atomic_store_explicit(&bytes[(state >> 8) % n], state,
				      memory_order_relaxed);
		state = state * UINT32_C(1664525) + UINT32_C(1013904223);
		atomic_store_explicit(
			&bytes[(state >> 8) % (sizeof(struct camipc_shm_words) /
					       sizeof(*bytes))],
			state >> 16, memory_order_relaxed);
	}
	return NULL;
}

/* Each round ends, in whatever way, and nothing is read past its end (ASan). */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_TSAN
#endif
#elif defined(__SANITIZE_THREAD__)
#define HAS_TSAN
#endif

static void scribbling_meanwhile_does_no_harm(void **state)
{
	const int rounds = test_amount(300, 60, 5);

	(void)state;
#ifdef HAS_TSAN
	/* It is right about the race, which is the point of this test. */
	skip();
#endif
	for (int round = 0; round < rounds; round++) {
		struct shm_fixture f;
		struct scribbler scribbler = { .f = &f };
		pthread_t thread;

		shm_set_up(&f, 0);
		atomic_init(&scribbler.ends, false);
		assert_int_equal(pthread_create(&thread, NULL, scribble,
						&scribbler),
				 0);
		for (uint32_t i = 0; i < 300; i++) {
			(void)!shm_send(f.worker, i, i * 37 % 3000);
			(void)!shm_send(f.parent, i, i * 41 % 3000);
			(void)!camipc_channel_announce(f.parent);
			if (shm_receive(&f, f.parent) == -EPROTO)
				break;
			camipc_channel_attend(f.parent);
		}
		atomic_store(&scribbler.ends, true);
		pthread_join(thread, NULL);
		/* The worker's end has no reason to be well. */
		atomic_store(&f.parent_area->words->sleepers[1].word, 0);
		shm_tear_down(&f);
	}
}

/* ---- on the socket ------------------------------------------------------- */

static int send_kind(struct camipc_channel *channel, uint8_t kind,
		     struct camipc_shm_ring_words *words)
{
	const uint32_t head = atomic_load(&words->head);
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	message.header.kind = kind;
	assert_int_equal(camipc_message_take_fd(
				 &message, open("/dev/null",
						O_RDWR | O_CLOEXEC)),
			 0);
	ret = camipc_channel_send(channel, &message);
	/* As if it had never been published. */
	atomic_store(&words->head, head);
	camipc_message_fini(&message);
	return ret;
}

/* One message may come before its record, a second one may not. */
static void datagrams_without_records_are_refused(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	assert_int_equal(send_kind(f.worker, CAMIPC_MESSAGE_EVENT,
				   from_worker(&f)),
			 0);
	camipc_channel_look(f.parent);
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	assert_int_equal(send_kind(f.worker, CAMIPC_MESSAGE_EVENT,
				   from_worker(&f)),
			 0);
	camipc_channel_look(f.parent);
	shm_expect_bad(&f, CAMIPC_REASON_BAD_RING);
	shm_tear_down(&f);
}

/* Each answers an announcement: more of them would keep a host awake. */
static void bells_without_end_are_refused(void **state)
{
	struct shm_fixture f;
	struct camipc_shm_sleeper *sleeper;
	int n = 0;
	int ret;

	(void)state;
	shm_set_up(&f, 0);
	sleeper = &f.worker_area->words->sleepers[CAMIPC_SHM_PARENT];
	do {
		/* It pretends that the parent has announced itself. */
		atomic_store(&sleeper->word, CAMIPC_SHM_RING_SOCKET);
		(void)!shm_send(f.worker, 1, 0);
		camipc_channel_look(f.parent);
		ret = shm_receive(&f, f.parent);
		if (ret == 0)
			ret = shm_receive(&f, f.parent);
	} while (ret != -EPROTO && ++n < 10);
	assert_int_equal(ret, -EPROTO);
	shm_expect_bad(&f, CAMIPC_REASON_BAD_RING);
	shm_tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_impossible_head_is_refused),
		cmocka_unit_test(an_impossible_tail_is_refused),
		cmocka_unit_test(an_impossible_record_is_refused),
		cmocka_unit_test(an_impossible_header_is_refused),
		cmocka_unit_test(every_word_may_be_scribbled),
		cmocka_unit_test(zeros_are_refused),
		cmocka_unit_test(scribbling_meanwhile_does_no_harm),
		cmocka_unit_test(datagrams_without_records_are_refused),
		cmocka_unit_test(bells_without_end_are_refused),
	};

	return cmocka_run_group_tests_name("shm_hostile", tests, NULL, NULL);
}
