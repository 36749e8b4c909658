/* SPDX-License-Identifier: MIT */
/*
 * Kills at random moments of a stream: each frame that was accepted is processed
 * or lost, and told so once. CAMIPC_TEST_KILLS sets another
 * number of kills.
 */
#include "bed.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "under_valgrind.h"

/** Frames until the next kill, at most, and microseconds after the last. */
#define MAX_FRAMES 12
#define MAX_SPINS 3000

static uint32_t seed = 12345;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static unsigned int count_kills(void)
{
	const char *text = getenv("CAMIPC_TEST_KILLS");

	return text ? (unsigned int)atoi(text) :
		      (unsigned int)test_amount(300, 100, 10);
}

/** Queues frames; those that are refused are not counted. */
static uint32_t queue_frames(struct bed *bed, uint32_t *next)
{
	const uint32_t n = 1 + draw(MAX_FRAMES);
	uint32_t accepted = 0;

	for (uint32_t i = 0; i < n; i++) {
		int ret = test_phoenix_frame(bed->ipa, *next);

		assert_true(ret == 0 || ret == -EAGAIN);
		*next += ret == 0;
		accepted += ret == 0;
	}
	return accepted;
}

/** Each number once, either done or lost. */
static void expect_each_once(const struct bed *bed, uint32_t n)
{
	uint8_t *seen = calloc(n, 1);

	assert_non_null(seen);
	for (size_t i = 0; i < bed->n; i++) {
		const struct telling *told = &bed->told[i];

		/* A frame may be done and lost: its worker did not live to say
		 * that it was consumed. */
		if (told->what == TOLD_DONE) {
			assert_false(seen[told->number] & 1);
			seen[told->number] |= 1;
		}
		if (told->what != TOLD_LOST_FRAME)
			continue;
		assert_false(seen[told->number] & 2);
		seen[told->number] |= 2;
	}
	for (uint32_t i = 0; i < n; i++)
		assert_true(seen[i]);
	free(seen);
}

static void test_kills(void **state)
{
	const unsigned int kills = count_kills();
	struct bed *bed = *state;
	unsigned int with_losses = 0;
	uint64_t lost = 0;
	uint32_t accepted = 0;
	uint32_t next = 0;

	bed_running(bed);
	for (unsigned int i = 0; i < kills; i++) {
		const size_t before = bed->n_lost;
		const size_t restarted = bed->n_restarted;

		bed_allow(bed, 60);
		accepted += queue_frames(bed, &next);
		for (volatile uint32_t spin = draw(MAX_SPINS); spin; spin--)
			;
		if (draw(2))
			(void)!test_phoenix_dispatch(bed->ipa);
		bed_kill(bed, SIGKILL);
		bed_until(bed, &bed->n_restarted, restarted + 1);
		with_losses += bed->n_lost > before;
		if (bed->n > BED_TELLINGS / 2) {
			lost += bed->n_lost;
			bed->n_lost = 0;
			bed->n = 0;
			next = 0;
		}
	}
	(void)!queue_frames(bed, &next);
	while (bed->told[bed->n - 1].what != TOLD_DONE ||
	       bed->told[bed->n - 1].number != next - 1)
		assert_true(bed_step(bed) >= 0);
	expect_each_once(bed, next);
	lost += bed->n_lost;
	assert_int_equal(bed_stats(bed).async_lost, lost);
	assert_int_equal(bed_stats(bed).restarts, kills);
	assert_int_equal(bed->n_closed, 0);
	print_message("%u kills, %u of them with lost frames; %u frames "
		      "accepted, %llu lost\n",
		      kills, with_losses, accepted, (unsigned long long)lost);
	assert_true(with_losses * 100 >= kills);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
