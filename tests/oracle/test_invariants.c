/* SPDX-License-Identifier: MIT */
/*
 * Tests the limits of every message's codec, at the limit and one past it, and
 * its use of the stack: invariants 1 to 3. test_damage.c tests the others, and
 * tests/fuzz all of them.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "trial.h"
#include "under_valgrind.h"

#define ROUNDS test_amount(20, 7, 20)

/* ---- memory: invariant 3 --------------------------------------------------- */

static int decode_within(struct trial *trial, size_t budget)
{
	struct camipc_reader r;
	const uint8_t *p;

	camipc_arena_reset(&trial->arena, budget);
	trial_init(trial, trial->decoded);
	p = camipc_reader_init(&r, trial->bytes, trial->size, &trial->arena,
			       trial->fds, trial->n_fds);
	trial->type->decode(&r, p, trial->decoded);
	assert_true(trial->arena.budget <= budget);
	if (camipc_reader_finish(&r) < 0)
		assert_int_equal(r.fault, CAMIPC_FAULT_LIMIT);
	return r.error;
}

/* What the sender's check adds up is enough, and eight bytes less are not. */
static void exact_budget(struct trial *trial)
{
	struct camipc_check check;

	trial_draw(trial);
	check = trial_encode(trial, trial->original);
	assert_int_equal(decode_within(trial, check.decoded), 0);
	if (check.decoded == 0)
		return;
	assert_int_equal(decode_within(trial,
				       check.decoded - CAMIPC_ARENA_ALIGN),
			 -EMSGSIZE);
	assert_int_equal(decode_within(trial, 0), -EMSGSIZE);
	/* It runs out elsewhere, and that is noticed there, too. */
	for (int i = 0; i < 4; i++) {
		size_t less = oracle_below(&trial->random,
					   (uint32_t)check.decoded);

		assert_int_equal(decode_within(trial, less), -EMSGSIZE);
	}
}

static void test_memory_is_bounded_to_the_byte(void **state)
{
	(void)state;
	trial_for_each(exact_budget, ROUNDS, 21);
}

/* ---- room of the writer: invariant 1 --------------------------------------- */

static int encode_within(const struct trial *trial, size_t room,
			 uint32_t max_fds)
{
	uint8_t *exact = malloc(room);
	int fds[TRIAL_MAX_FDS];
	struct camipc_writer w;
	size_t size;
	int ret;

	camipc_writer_init(&w, exact, room, fds, max_fds);
	trial->type->encode(&w, trial->original);
	ret = camipc_writer_finish(&w, &size);
	if (ret == 0) {
		assert_int_equal(size, trial->size);
		assert_memory_equal(exact, trial->bytes, size);
	}
	free(exact);
	return ret;
}

/*
 * As large as the message, and the room that writers do not look for, is enough.
 * With less it fails, and never writes past the end (under ASan).
 */
static void exact_room(struct trial *trial)
{
	size_t room;

	trial_draw(trial);
	trial_encode(trial, trial->original);
	room = trial->size + CAMIPC_WRITE_ROOM;
	assert_int_equal(encode_within(trial, room, TRIAL_MAX_FDS), 0);
	for (size_t less = 1; less <= room && less < 2 * CAMIPC_WRITE_ROOM;
	     less++)
		assert_int_equal(encode_within(trial, room - less,
					       TRIAL_MAX_FDS),
				 -EMSGSIZE);
	/* It ends in the middle of anything. */
	for (int i = 0; i < 4 && trial->size > 0; i++) {
		uint32_t short_of_it = oracle_below(&trial->random,
						    (uint32_t)trial->size);

		assert_int_equal(encode_within(trial, short_of_it,
					       TRIAL_MAX_FDS),
				 -EMSGSIZE);
	}
	assert_int_equal(encode_within(trial, room, trial->n_fds), 0);
	if (trial->n_fds > 0)
		assert_int_equal(encode_within(trial, room, trial->n_fds - 1),
				 -EMSGSIZE);
}

static void test_writers_stay_in_their_room(void **state)
{
	(void)state;
	trial_for_each(exact_room, ROUNDS, 22);
}

/* ---- stack: invariant 3 ----------------------------------------------------- */

/*
 * Of decoders with CAMIPC_MAX_DEPTH messages in each other: a kilobyte for
 * each, which is several times what they take. Sanitizers' frames are larger.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FRAME 8192u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FRAME 8192u
#endif
#endif
#ifndef FRAME
#define FRAME 1024u
#endif
#define STACK_LIMIT (CAMIPC_MAX_DEPTH * FRAME)

/* Of the thread: what a decoder that recurses would use up at once. */
#define STACK_SIZE (4u * STACK_LIMIT)

/* libc and the thread itself use some of it, too: measured, not assumed. */
#define PAINT 0xa5

static uint8_t *stack;

struct job {
	struct trial *trial;
	const uint8_t *bytes;
	size_t size;
	size_t used; /* of the stack, in bytes */
};

static void *decode_in_thread(void *data)
{
	struct job *job = data;
	struct camipc_reader r;
	const uint8_t *p;

	if (job->size == 0)
		return NULL; /* what a thread takes by itself */
	p = camipc_reader_init(&r, job->bytes, job->size, &job->trial->arena,
			       job->trial->fds, 0);
	job->trial->type->decode(&r, p, job->trial->decoded);
	(void)camipc_reader_finish(&r);
	return NULL;
}

/* Runs it on a stack that was painted, and looks how far the paint is gone. */
static void measure(struct job *job)
{
	pthread_attr_t attributes;
	pthread_t thread;
	uint8_t painted[4096];
	size_t untouched = 0;

	memset(painted, PAINT, sizeof(painted));
	memset(stack, PAINT, STACK_SIZE);
	camipc_arena_reset(&job->trial->arena, (size_t)64 * 1024 * 1024);
	trial_init(job->trial, job->trial->decoded);
	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE),
			 0);
	assert_int_equal(pthread_create(&thread, &attributes, decode_in_thread,
					job),
			 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attributes);
	/* Blocks first: byte by byte ASan would need half a minute. */
	while (untouched + sizeof(painted) <= STACK_SIZE &&
	       memcmp(stack + untouched, painted, sizeof(painted)) == 0)
		untouched += sizeof(painted);
	while (untouched < STACK_SIZE && stack[untouched] == PAINT)
		untouched++;
	job->used = STACK_SIZE - untouched;
}

/* Messages in messages under one number, so many levels; returns the size. */
static size_t nest(uint8_t *bytes, size_t room, uint8_t tag, size_t levels)
{
	size_t size = 0;

	while (levels-- > 0) {
		uint8_t head[11] = { tag };
		size_t n = (size_t)(camipc_write_varint(head + 1, size) - head);

		if (size + n > room)
			break;
		/* From the end of the buffer to its front. */
		memcpy(bytes + room - size - n, head, n);
		size += n;
	}
	return size;
}

#define BOMB_SIZE ((size_t)64 * 1024)

/* As deep as allowed, one deeper, and 20,000 levels: the same stack. */
static void deep_input(struct trial *trial)
{
	static uint8_t bomb[BOMB_SIZE];
	struct job job = { .trial = trial };
	size_t idle;

	measure(&job);
	idle = job.used;
	for (uint8_t number = 1; number <= 8; number++) {
		static const size_t levels[] = { CAMIPC_MAX_DEPTH - 1,
						 CAMIPC_MAX_DEPTH, 20000 };
		const uint8_t tag = (uint8_t)(number << 3 | 2);

		for (size_t i = 0; i < 3; i++) {
			job.size = nest(bomb, sizeof(bomb), tag, levels[i]);
			job.bytes = bomb + sizeof(bomb) - job.size;
			measure(&job);
			if (job.used > idle + STACK_LIMIT)
				fail_msg("%s: %zu bytes of stack for %zu "
					 "levels of field %u",
					 trial->type->info->name,
					 job.used - idle, levels[i], number);
		}
	}
}

static void test_stack_is_constant(void **state)
{
	(void)state;
	SKIP_UNDER_VALGRIND(); /* it keeps its own book of stacks */
	stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(stack, MAP_FAILED);
	trial_for_each(deep_input, 1, 23);
	munmap(stack, STACK_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_bounded_to_the_byte),
		cmocka_unit_test(test_writers_stay_in_their_room),
		cmocka_unit_test(test_stack_is_constant),
	};

	return cmocka_run_group_tests(tests, trial_open_fd, trial_close_fd);
}
