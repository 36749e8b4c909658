/* SPDX-License-Identifier: MIT */
/* Tests in which thread and in which environment the IPA's code runs. */
#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "contract.h"
#include "forked.h"

/** Numbers of where(); its strings stay behind. */
struct place {
	int process;
	int thread;
	bool signals_blocked;
	bool keeps_denormals;
	bool rounds_to_nearest;
	uint64_t stack_size;
	char name[16];
	char decimal_point[8];
};

static struct place where(struct contract *c)
{
	struct test_echo_place place;
	struct place result;

	assert_int_equal(test_echo_where(c->ipa, &place), 0);
	result = (struct place){
		.process = place.process,
		.thread = place.thread,
		.signals_blocked = place.signals_blocked,
		.keeps_denormals = place.keeps_denormals,
		.rounds_to_nearest = place.rounds_to_nearest,
		.stack_size = place.stack_size,
	};
	strncpy(result.name, place.thread_name, sizeof(result.name) - 1);
	strncpy(result.decimal_point, place.decimal_point,
		sizeof(result.decimal_point) - 1);
	test_echo_place_clear(&place);
	return result;
}

/** Requirements 24, 25, 26, 32: caller's thread, IPA thread, caller's. */
static void identities(void **state)
{
	struct contract *c = *state;
	const int self = (int)syscall(SYS_gettid);
	struct place place;
	int first;

	contract_ready(c);
	place = where(c);
	if (contract_is_local()) {
		assert_int_equal(place.process, getpid());
		assert_int_equal(place.thread, self);
	} else {
		assert_int_equal(place.process, camipc_proxy_get_pid(c->proxy));
	}
	contract_start(c);
	place = where(c);
	assert_int_not_equal(place.thread, self);
	if (contract_is_local()) {
		assert_int_equal(place.process, getpid());
		assert_string_equal(place.name, "ipa:echo");
		assert_true(place.signals_blocked);
		assert_true(place.stack_size >= 8u * 1024 * 1024);
	}
	first = place.thread;
	/* Async and sync run in the same one. */
	assert_int_equal(where(c).thread, first);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	place = where(c);
	if (contract_is_local())
		assert_int_equal(place.thread, self);
}

/** Requirement 32: the thread ends, and is joined. */
static void thread_ends_with_stop(void **state)
{
	struct contract *c = *state;
	struct fd_leak stopped;

	contract_ready(c);
	fd_leak_take(&stopped);
	for (int i = 0; i < 3; i++) {
		contract_start(c);
		assert_int_equal(test_echo_stop(c->ipa), 0);
		fd_leak_assert_none(&stopped);
	}
}

static void flush_denormals(bool flush)
{
#if defined(__SSE2__)
	_mm_setcsr(flush ? _mm_getcsr() | 0x8040u : _mm_getcsr() & ~0x8040u);
#else
	(void)flush;
#endif
}

static bool denormals_are_flushed(void)
{
	volatile double tiny = 2.2250738585072014e-308;

	tiny = tiny / 4;
	return tiny == 0;
}

/** Hosts flush denormals and round as they like, and keep doing so. */
static void floating_point(void **state)
{
	static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
	struct contract *c = *state;

	contract_ready(c);
	for (size_t i = 0; i < 6; i++) {
		struct place place;
		bool flushed;
		bool as_before;

		fesetround(modes[i % 3]);
		flush_denormals(true);
		flushed = denormals_are_flushed();
		place = where(c);
		as_before = denormals_are_flushed() == flushed &&
			    fegetround() == modes[i % 3];
		flush_denormals(false);
		fesetround(FE_TONEAREST);
		assert_true(as_before);
		assert_true(place.keeps_denormals);
		assert_true(place.rounds_to_nearest);
		if (i == 2)
			contract_start(c);
	}
}

static volatile sig_atomic_t handler_thread;

static void note_thread(int number)
{
	(void)number;
	handler_thread = (int)syscall(SYS_gettid);
}

/** The host's signal handlers run in the host's own threads. */
static void signals(void **state)
{
	const struct sigaction action = { .sa_handler = note_thread };
	struct contract *c = *state;
	struct sigaction old;

	contract_running(c);
	assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
	for (int i = 0; i < 20; i++) {
		handler_thread = 0;
		kill(getpid(), SIGUSR1);
		while (!handler_thread)
			;
		assert_int_equal(handler_thread, (int)syscall(SYS_gettid));
	}
	sigaction(SIGUSR1, &old, NULL);
}

/* ---- forked children --------------------------------------------------- */

static int use_in_child(void *user)
{
	struct contract *c = user;
	struct camipc_manager *manager = c->manager;
	struct test_echo *own = NULL;

	if (test_echo_temperature(c->ipa, 1, NULL) != -ECHILD)
		return 1;
	if (test_echo_push(c->ipa, 1) != -ECHILD)
		return 2;
	if (test_echo_dispatch(c->ipa) != -ECHILD)
		return 3;
	if (test_echo_stop(c->ipa) != -ECHILD)
		return 4;
	/* The parent's worker and thread are not the child's to end. */
	test_echo_destroy(c->ipa);
	/* A proxy of its own does not make the parent's usable. */
	if (test_echo_create(manager, &contract_match, &contract_events, c,
			     &own) != 0)
		return 5;
	if (test_echo_temperature(c->ipa, 1, NULL) != -ECHILD)
		return 6;
	if (camipc_proxy_get_state(test_echo_get_proxy(own)) !=
	    CAMIPC_STATE_CREATED)
		return 7;
	test_echo_destroy(own);
	return 0;
}

static void forked_child(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(forked_call(use_in_child, c), 0);
	assert_int_equal(test_echo_slow(c->ipa, 5), 5);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(identities),     CONTRACT_TEST(thread_ends_with_stop),
	CONTRACT_TEST(floating_point), CONTRACT_TEST(signals),
	CONTRACT_TEST(forked_child),
};

CONTRACT_MAIN(tests)
