/* SPDX-License-Identifier: MIT */
/*
 * Kills at random moments of a stream: each frame that was accepted is processed
 * or lost, and told so once; and after each kill the calls that were accepted are
 * exactly those that were consumed and those that were lost. CAMIPC_TEST_KILLS
 * sets another number of kills; `./dev test --full` has 10,000.
 */
#include "bed.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "under_valgrind.h"

/** Frames at once, how often in a round, and microseconds until the kill. */
#define MAX_FRAMES 12
#define MAX_ROUNDS 2000
#define MAX_US 4000

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
		      (unsigned int)test_amount(60, 30, 10);
}

/** What was accepted, in a round and in all. */
struct accepted {
	uint32_t frames; /* in this round: their numbers */
	uint64_t all;
	uint64_t lost; /* reported in earlier rounds */
};

/** Queues calls of each kind; those that are refused are not counted. */
static void queue_calls(struct bed *bed, struct accepted *accepted)
{
	const uint32_t n = 1 + draw(MAX_FRAMES);

	for (uint32_t i = 0; i < n; i++) {
		int ret = test_phoenix_frame(bed->ipa, accepted->frames);

		assert_true(ret == 0 || ret == -EAGAIN);
		accepted->frames += ret == 0;
		accepted->all += ret == 0;
		if (draw(4))
			continue;
		ret = draw(2) ? test_phoenix_kept(bed->ipa, i, -1) :
				test_phoenix_tune(bed->ipa, draw(3), i);
		assert_true(ret == 0 || ret == -EAGAIN);
		accepted->all += ret == 0;
	}
}

/** Each frame at least once, either done or lost, and never twice the same. */
static void expect_each_once(const struct bed *bed, uint32_t n)
{
	uint8_t seen[MAX_ROUNDS * MAX_FRAMES] = { 0 };

	assert_true(n <= sizeof(seen));
	for (size_t i = 0; i < bed->n; i++) {
		const struct telling *told = &bed->told[i];
		/* A frame may be done and lost: its worker did not live to say
		 * that it was consumed. */
		const uint8_t bit = told->what == TOLD_DONE ? 1 : 2;

		if (told->what != TOLD_DONE && told->what != TOLD_LOST_FRAME)
			continue;
		assert_true(told->number < n);
		assert_false(seen[told->number] & bit);
		seen[told->number] |= bit;
	}
	for (uint32_t i = 0; i < n; i++)
		assert_true(seen[i]);
}

/** accepted = consumed as reported + dropped + lost: exactly. */
static void expect_balance(struct bed *bed, struct accepted *accepted)
{
	const struct camipc_proxy_stats stats = bed_stats(bed);

	accepted->lost += bed_count(bed, TOLD_LOST_FRAME) +
			  bed_count(bed, TOLD_LOST_KEPT) +
			  bed_count(bed, TOLD_LOST_TUNE);
	assert_int_equal(stats.events_refused, 0);
	assert_int_equal(stats.async_calls, accepted->all);
	assert_int_equal(stats.async_lost, accepted->lost);
	assert_int_equal(stats.async_dropped, 0);
	assert_int_equal(stats.async_consumed + stats.async_lost,
			 accepted->all);
}

/** Another process kills at a moment that nobody here can choose. */
static pid_t begin_kill(struct bed *bed)
{
	const int victim = camipc_proxy_get_pid(bed->proxy);
	const unsigned int us = draw(2) ? draw(300) : draw(MAX_US);
	const pid_t killer = fork();

	assert_true(killer >= 0);
	if (killer > 0)
		return killer;
	usleep(us);
	_exit(kill(victim, SIGKILL) < 0);
}

static void end_kill(pid_t killer)
{
	int status;

	assert_int_equal(waitpid(killer, &status, 0), killer);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void run_round(struct bed *bed, struct accepted *accepted)
{
	const size_t restarted = bed->n_restarted;
	const pid_t killer = begin_kill(bed);
	uint32_t answer;

	bed->n = 0;
	accepted->frames = 0;
	for (int i = 0; i < MAX_ROUNDS && bed->n_restarted == restarted; i++) {
		queue_calls(bed, accepted);
		/* Often enough that the IPA has credit for its events. */
		(void)!test_phoenix_dispatch(bed->ipa);
		/* Its reply says what was consumed before it. */
		if (draw(4) == 0)
			(void)!test_phoenix_ask(bed->ipa, 1, &answer);
	}
	end_kill(killer);
	bed_until(bed, &bed->n_restarted, restarted + 1);
	/* Those that the new worker had in the meantime. */
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	bed_dispatch_all(bed);
	expect_each_once(bed, accepted->frames);
	expect_balance(bed, accepted);
}

static void test_kills(void **state)
{
	const unsigned int kills = count_kills();
	struct bed *bed = *state;
	struct accepted accepted = { .frames = 0 };
	unsigned int with_losses = 0;
	unsigned int with_answers = 0;

	bed_running(bed);
	for (unsigned int i = 0; i < kills; i++) {
		bed_allow(bed, 60);
		run_round(bed, &accepted);
		with_losses += bed_count(bed, TOLD_LOST_FRAME) > 0;
		with_answers += bed_count(bed, TOLD_DONE) > 0;
	}
	assert_int_equal(bed_stats(bed).restarts, kills);
	assert_int_equal(bed->n_closed, 0);
	print_message("%u kills, %u of them with lost frames and %u with "
		      "answered ones; %llu calls accepted, %llu consumed, "
		      "%llu lost\n",
		      kills, with_losses, with_answers,
		      (unsigned long long)accepted.all,
		      (unsigned long long)bed_stats(bed).async_consumed,
		      (unsigned long long)accepted.lost);
	assert_true(with_losses * 100 >= kills);
	assert_true(with_answers * 100 >= kills);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
