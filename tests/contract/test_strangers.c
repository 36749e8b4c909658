/* SPDX-License-Identifier: MIT */
/*
 * Tests births, deaths and ends while another thread of the host forks
 * processes that run no program and live long: they hold copies of every
 * descriptor that was open when they were made, and nobody may wait for those.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract.h"
#include "under_valgrind.h"

/* A stranger lives so long, unless the test ends before. */
#define STRANGER_S 60

/* No birth may wait for a stranger; on a busy machine one takes a while. */
#define BIRTH_MS (STRANGER_S * 1000 / 2)

/* Enough for one in each of a birth's few milliseconds. */
#define MAX_STRANGERS 400

struct strangers {
	pthread_t thread;
	pthread_mutex_t lock;
	bool wanted;
	bool ending;
	pid_t pids[MAX_STRANGERS];
	int n;
};

/** Without the handlers of pthread_atfork(), as some programs do it. */
static pid_t fork_raw(void)
{
#ifdef SYS_fork
	return (pid_t)syscall(SYS_fork);
#else
	return fork();
#endif
}

static void make_stranger(struct strangers *strangers)
{
	pid_t pid = strangers->n % 2 ? fork() : fork_raw();

	if (pid == 0) {
		alarm(STRANGER_S);
		for (;;)
			pause();
	}
	if (pid > 0)
		strangers->pids[strangers->n++] = pid;
}

static void *make_strangers(void *user)
{
	struct strangers *strangers = user;
	bool ending = false;

	while (!ending) {
		pthread_mutex_lock(&strangers->lock);
		ending = strangers->ending;
		if (strangers->wanted && strangers->n < MAX_STRANGERS)
			make_stranger(strangers);
		pthread_mutex_unlock(&strangers->lock);
		sched_yield();
	}
	return NULL;
}

static void want(struct strangers *strangers, bool wanted, bool ending)
{
	pthread_mutex_lock(&strangers->lock);
	strangers->wanted = wanted;
	strangers->ending = ending;
	pthread_mutex_unlock(&strangers->lock);
}

/** Nobody makes any now. */
static void end_strangers(struct strangers *strangers)
{
	for (int i = 0; i < strangers->n; i++)
		kill(strangers->pids[i], SIGKILL);
	for (int i = 0; i < strangers->n; i++) {
		while (waitpid(strangers->pids[i], NULL, 0) < 0 &&
		       errno == EINTR)
			;
	}
	strangers->n = 0;
}

/** Creates, uses and ends an IPA, while strangers are made. */
static void live(struct contract *c, struct strangers *strangers, bool kills)
{
	int64_t begin = contract_now_ms();
	int32_t sum = 0;

	c->n_closed = 0;
	want(strangers, true, false);
	c->ipa = contract_create(c);
	want(strangers, false, false);
	assert_true(contract_now_ms() - begin < BIRTH_MS);
	c->proxy = test_echo_get_proxy(c->ipa);
	contract_running(c);
	if (kills) {
		contract_kill_worker(c, SIGKILL);
		contract_dispatch_closed(c);
		assert_int_equal(c->closed.reason, CAMIPC_REASON_SIGNALED);
	} else {
		assert_int_equal(test_echo_add(c->ipa, 1, 2, &sum), 0);
		assert_int_equal(sum, 3);
	}
	test_echo_destroy(c->ipa);
	c->ipa = NULL;
	assert_true(contract_now_ms() - begin < BIRTH_MS);
}

static void nobody_waits_for_strangers(void **state)
{
	static struct strangers strangers = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	const int rounds = test_amount(20, 6, 2);
	struct contract *c = *state;

	test_echo_destroy(c->ipa);
	assert_int_equal(pthread_create(&strangers.thread, NULL, make_strangers,
					&strangers),
			 0);
	for (int i = 0; i < rounds; i++) {
		live(c, &strangers, i % 2);
		end_strangers(&strangers);
	}
	want(&strangers, false, true);
	pthread_join(strangers.thread, NULL);
	end_strangers(&strangers);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(nobody_waits_for_strangers),
};

CONTRACT_MAIN(tests)
