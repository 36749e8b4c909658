/* SPDX-License-Identifier: MIT */
/*
 * Tests the sleeping word: wake-ups that must not be lost, the death of the
 * worker, and a worker that wakes without end, never, or with other operations.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "deadline.h"
#include "shm_fixture.h"
#include "shm_futex.h"
#include "under_valgrind.h"

/* Only failing tests sleep so long. */
#define PATIENCE_NS (10 * INT64_C(1000000000))

static void receive_within(struct shm_fixture *f, uint32_t id, uint32_t size)
{
	const int64_t end = camipc_now() + PATIENCE_NS;
	int ret = shm_receive(f, f->parent);

	while (ret == -EAGAIN) {
		if (camipc_now() > end)
			fail_msg("message %u did not come", id);
		/* The whole time at once: a slice would hide a lost wake-up. */
		ret = camipc_channel_sleep(f->parent, PATIENCE_NS);
		assert_true(ret == 0 || ret == -EAGAIN);
		ret = shm_receive(f, f->parent);
	}
	assert_int_equal(ret, 0);
	assert_int_equal(f->message.header.id, id);
	assert_int_equal(f->message.header.body_size, size);
}

/* ---- no wake-up is lost --------------------------------------------------- */

struct echo {
	struct shm_fixture *f;
	uint32_t n;
	atomic_uint thread; /* 0: not yet */
	int failed;
};

/* The worker: sends each message back, and now and then a burst. */
static void *echo(void *user)
{
	struct echo *e = user;
	struct camipc_message message;
	enum camipc_reason reason;

	if (camipc_shm_channel_make_robust(e->f->worker_area) < 0)
		e->failed = 1;
	atomic_store(&e->thread, shm_thread());
	camipc_message_init(&message);
	for (uint32_t i = 0; i < e->n && !e->failed; i++) {
		if (camipc_channel_receive(e->f->worker, &message, true,
					   &reason) < 0)
			e->failed = 2;
		else if (camipc_channel_send(e->f->worker, &message) < 0)
			e->failed = 3;
		camipc_message_reset(&message);
	}
	camipc_message_fini(&message);
	camipc_shm_channel_end_robust(e->f->worker_area);
	return NULL;
}

/*
 * Each message is awaited for ten seconds at once: one lost wake-up on either
 * side fails the test. Sizes wander, so that records wrap at every place.
 */
static void no_wake_up_is_lost(void **state)
{
	const uint32_t n = (uint32_t)test_amount(100000, 20000, 300);
	struct shm_fixture f;
	struct echo e = { .f = &f, .n = n };
	struct camipc_channel *parent;
	pthread_t thread;

	(void)state;
	shm_set_up(&f, 1);
	atomic_init(&e.thread, 0);
	assert_int_equal(pthread_create(&thread, NULL, echo, &e), 0);
	while (!atomic_load(&e.thread))
		sched_yield();
	parent = f.parent;
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t size = i * 7 % 900;

		assert_int_equal(shm_send(parent, i, size), 0);
		/* Sometimes both are awake, sometimes one sleeps already. */
		for (uint32_t turn = 0; turn < i % 3; turn++)
			sched_yield();
		receive_within(&f, i, size);
	}
	pthread_join(thread, NULL);
	assert_int_equal(e.failed, 0);
	shm_tear_down(&f);
}

/* What comes between the last look and the announcement wakes nobody. */
static void what_has_come_is_not_slept_on(void **state)
{
	struct shm_fixture f;
	int64_t began;

	(void)state;
	shm_set_up(&f, 1);
	began = camipc_now();
	assert_int_equal(shm_send(f.worker, 1, 8), 0);
	assert_int_equal(camipc_channel_sleep(f.parent, PATIENCE_NS), 0);
	assert_true(camipc_now() - began < PATIENCE_NS / 2);
	shm_expect(&f, f.parent, 1, 8);
	shm_tear_down(&f);
}

/* The same in a flood, where both sides wait for room now and then. */
static void *flood(void *user)
{
	struct echo *e = user;

	for (uint32_t i = 0; i < e->n && !e->failed; i++) {
		int ret;

		while ((ret = shm_send(e->f->worker, i, i * 13 % 4000)) ==
		       -EAGAIN) {
			if (camipc_channel_wait_room(e->f->worker, false,
						     10000) < 0)
				e->failed = 4;
		}
		if (ret < 0)
			e->failed = 5;
	}
	return NULL;
}

static void no_wake_up_for_room_is_lost(void **state)
{
	const uint32_t n = (uint32_t)test_amount(50000, 10000, 200);
	struct shm_fixture f;
	struct echo e = { .f = &f, .n = n };
	pthread_t thread;

	(void)state;
	shm_set_up(&f, 1);
	assert_int_equal(pthread_create(&thread, NULL, flood, &e), 0);
	for (uint32_t i = 0; i < n; i++)
		receive_within(&f, i, i * 13 % 4000);
	pthread_join(thread, NULL);
	assert_int_equal(e.failed, 0);
	shm_tear_down(&f);
}

/* Threads of the worker that send at the same time keep records whole. */
static void *shout(void *user)
{
	struct echo *e = user;
	struct camipc_message note;

	for (uint32_t i = 0; i < e->n; i++) {
		while (shm_send(e->f->worker, i, 64) == -EAGAIN)
			sched_yield();
		camipc_message_init(&note);
		note.header.kind = CAMIPC_MESSAGE_LOG;
		(void)!camipc_channel_send(e->f->worker, &note);
		camipc_message_fini(&note);
	}
	return NULL;
}

static void threads_of_the_worker_may_send(void **state)
{
	const uint32_t n = (uint32_t)test_amount(5000, 1000, 50);
	struct shm_fixture f;
	struct echo e[3];
	pthread_t threads[3];
	uint32_t left = 3 * n;

	(void)state;
	shm_set_up(&f, 1);
	for (int i = 0; i < 3; i++) {
		e[i] = (struct echo){ .f = &f, .n = n };
		assert_int_equal(pthread_create(&threads[i], NULL, shout,
						&e[i]),
				 0);
	}
	while (left) {
		int ret = shm_receive(&f, f.parent);

		if (ret == -EAGAIN) {
			/* Its notes may fill the socket. */
			(void)!camipc_channel_sleep(f.parent, 10000000);
			camipc_channel_look(f.parent);
			continue;
		}
		assert_int_equal(ret, 0);
		if (f.message.header.kind == CAMIPC_MESSAGE_EVENT)
			left--;
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	shm_tear_down(&f);
}

/* ---- death ----------------------------------------------------------------- */

/* A worker in a process of its own, with the mapping that it has. */
static pid_t start_worker(struct shm_fixture *f,
			  void (*run)(struct shm_fixture *f, int ready))
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	/* The mapping is for one process: the child inherits it here only. */
	shm_let_children_have_it(f);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		run(f, ready[1]);
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void say_ready(int ready)
{
	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
}

/* Until the main thread of this process sleeps: in the call under test. */
static void wait_until_asleep(pid_t pid)
{
	char path[64];
	char text[256] = "";
	const char *end = NULL;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	while (!end || end[1] == '\0' || end[2] != 'S') {
		FILE *file = fopen(path, "re");
		size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

		text[n] = '\0';
		if (file)
			fclose(file);
		end = strrchr(text, ')');
		sched_yield();
	}
}

static void run_silent(struct shm_fixture *f, int ready)
{
	if (camipc_shm_channel_make_robust(f->worker_area) < 0)
		_exit(1);
	say_ready(ready);
	for (;;)
		pause();
}

/* Killed while the parent sleeps: the kernel wakes it, long before the time is
 * over, which would be another error. */
static void a_death_ends_the_sleep(void **state)
{
	struct shm_fixture f;
	pid_t pid;
	pid_t killer;

	(void)state;
	shm_set_up(&f, 1);
	pid = start_worker(&f, run_silent);
	shm_become_robust(&f, (uint32_t)pid);
	killer = fork();
	assert_true(killer >= 0);
	if (killer == 0) {
		wait_until_asleep(getppid());
		kill(pid, SIGKILL);
		_exit(0);
	}
	assert_int_equal(camipc_channel_sleep(f.parent, PATIENCE_NS), -EAGAIN);
	/* From then on it polls. */
	assert_int_equal(camipc_channel_sleep(f.parent, PATIENCE_NS),
			 -EOPNOTSUPP);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(waitpid(killer, NULL, 0), killer);
	shm_tear_down(&f);
}

/* Between clearing the word and waking: list_op_pending is for this. */
static void run_half_wake(struct shm_fixture *f, int ready)
{
	_Atomic uint32_t *word =
		&f->worker_area->words->sleepers[CAMIPC_SHM_PARENT].word;

	if (camipc_shm_channel_make_robust(f->worker_area) < 0)
		_exit(1);
	say_ready(ready);
	while (atomic_load(word) == CAMIPC_SHM_AWAKE)
		sched_yield();
	wait_until_asleep(getppid());
	(void)camipc_shm_robust_begin(word);
	atomic_exchange(word, CAMIPC_SHM_AWAKE);
	kill(getpid(), SIGKILL);
}

static void a_death_in_the_middle_of_a_wake_ends_the_sleep(void **state)
{
	struct shm_fixture f;
	pid_t pid;

	(void)state;
	shm_set_up(&f, 1);
	pid = start_worker(&f, run_half_wake);
	shm_become_robust(&f, (uint32_t)pid);
	assert_int_equal(camipc_channel_sleep(f.parent, PATIENCE_NS), -EAGAIN);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	shm_tear_down(&f);
}

/* The C library's own nodes live beside ours, in whatever order. */
static void robust_mutexes_go_on_working(void **state)
{
	struct shm_fixture f;
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutexes[3];

	(void)state;
	shm_set_up(&f, 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	for (int i = 0; i < 3; i++)
		pthread_mutex_init(&mutexes[i], &attributes);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(pthread_mutex_lock(&mutexes[0]), 0);
		assert_int_equal(camipc_shm_channel_make_robust(f.worker_area),
				 0);
		assert_int_equal(pthread_mutex_lock(&mutexes[1]), 0);
		assert_int_equal(pthread_mutex_lock(&mutexes[2]), 0);
		if (round)
			assert_int_equal(pthread_mutex_unlock(&mutexes[0]), 0);
		assert_int_equal(pthread_mutex_unlock(&mutexes[1]), 0);
		camipc_shm_channel_end_robust(f.worker_area);
		assert_int_equal(pthread_mutex_unlock(&mutexes[2]), 0);
		if (!round)
			assert_int_equal(pthread_mutex_unlock(&mutexes[0]), 0);
	}
	for (int i = 0; i < 3; i++)
		pthread_mutex_destroy(&mutexes[i]);
	pthread_mutexattr_destroy(&attributes);
	shm_tear_down(&f);
}

/* ---- a hostile worker ------------------------------------------------------ */

struct attack {
	struct shm_fixture *f;
	atomic_bool ends;
	int kind;
};

enum { WAKES, SCRIBBLES, REQUEUES, LOCKS, N_ATTACKS };

static long futex(_Atomic uint32_t *word, int operation, uint32_t value,
		  void *timeout, _Atomic uint32_t *other, uint32_t last)
{
	return syscall(SYS_futex, word, operation, value, timeout, other, last);
}

static void *attack(void *user)
{
	struct attack *a = user;
	struct camipc_shm_words *words = a->f->worker_area->words;
	_Atomic uint32_t *word = &words->sleepers[CAMIPC_SHM_PARENT].word;
	_Atomic uint32_t *other = &words->sleepers[CAMIPC_SHM_WORKER].word;
	const struct timespec soon = { .tv_nsec = 1000000 };

	while (!atomic_load(&a->ends)) {
		switch (a->kind) {
		case WAKES:
			futex(word, FUTEX_WAKE, 1, NULL, NULL, 0);
			break;
		case SCRIBBLES:
			atomic_fetch_add(word, UINT32_C(0x20000001));
			futex(word, FUTEX_WAKE, 1, NULL, NULL, 0);
			break;
		case REQUEUES:
			/* val2 takes the place of the timeout. */
			futex(word, FUTEX_REQUEUE, 0, (void *)(intptr_t)1,
			      other, 0);
			futex(word, FUTEX_CMP_REQUEUE_PI, 1,
			      (void *)(intptr_t)1, other, atomic_load(word));
			break;
		default:
			futex(word, FUTEX_LOCK_PI, 0, (void *)(uintptr_t)&soon,
			      NULL, 0);
			futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
			futex(word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0);
			break;
		}
	}
	return NULL;
}

/* However the worker wakes or does not: sleeps end in their time. */
static void sleeps_are_bounded(void **state)
{
	const int64_t slice = 10000000;

	(void)state;
	for (int kind = 0; kind < N_ATTACKS; kind++) {
		struct shm_fixture f;
		struct attack a = { .f = &f, .kind = kind };
		int64_t began;
		pthread_t thread;
		int sleeps = 0;

		shm_set_up(&f, shm_thread());
		atomic_init(&a.ends, false);
		assert_int_equal(pthread_create(&thread, NULL, attack, &a), 0);
		began = camipc_now();
		/* Wake-ups without end are found out, however long that takes. */
		while (kind == WAKES ||
		       (sleeps < 2000 && camipc_now() - began < 20 * slice)) {
			int ret = camipc_channel_sleep(f.parent, slice);

			sleeps++;
			if (ret == 0 || ret == -EOPNOTSUPP)
				break;
		}
		if (kind == WAKES)
			shm_expect_bad(&f, CAMIPC_REASON_BAD_RING);
		atomic_store(&a.ends, true);
		pthread_join(thread, NULL);
		shm_tear_down(&f);
	}
}

/* ---- other ends of a sleep -------------------------------------------------- */

static void *interrupt(void *user)
{
	struct shm_fixture *f = user;

	for (int i = 0; i < 1000; i++)
		sched_yield();
	camipc_shm_area_interrupt(f->parent_area, CAMIPC_SHM_PARENT);
	return NULL;
}

/* By another thread, before the sleep or in it. */
static void an_interrupt_ends_the_sleep(void **state)
{
	struct shm_fixture f;
	pthread_t thread;
	int64_t began;

	(void)state;
	shm_set_up(&f, 1);
	began = camipc_now();
	camipc_shm_area_interrupt(f.parent_area, CAMIPC_SHM_PARENT);
	assert_int_equal(camipc_channel_sleep(f.parent, PATIENCE_NS), -EAGAIN);
	assert_int_equal(pthread_create(&thread, NULL, interrupt, &f), 0);
	assert_int_equal(camipc_channel_sleep(f.parent, PATIENCE_NS), -EAGAIN);
	pthread_join(thread, NULL);
	assert_true(camipc_now() - began < PATIENCE_NS);
	assert_int_equal(camipc_channel_sleep(f.parent, 1000), -ETIMEDOUT);
	shm_tear_down(&f);
}

/* ---- quiet messages ------------------------------------------------------- */

static void send_quietly(struct shm_fixture *f, uint32_t id)
{
	struct camipc_message message;

	camipc_message_init(&message);
	message.header.kind = CAMIPC_MESSAGE_CALL;
	message.header.id = id;
	message.quiet = true;
	assert_int_equal(camipc_channel_send(f->parent, &message), 0);
	camipc_message_fini(&message);
}

/* They wake nobody; a side that looks finds them. */
static void quiet_messages_wake_nobody(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 1);
	assert_false(camipc_channel_announce(f.worker));
	send_quietly(&f, 1);
	assert_false(shm_is_readable(f.worker));
	camipc_channel_wake(f.parent);
	assert_true(shm_is_readable(f.worker));
	shm_expect(&f, f.worker, 1, 0);
	/* One that came before keeps a side from sleeping. */
	send_quietly(&f, 2);
	assert_true(camipc_channel_announce(f.worker));
	shm_expect(&f, f.worker, 2, 0);
	/* Awake, it is not woken. */
	assert_int_equal(shm_receive(&f, f.worker), -EAGAIN);
	camipc_channel_wake(f.parent);
	assert_false(shm_is_readable(f.worker));
	shm_tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_wake_up_is_lost),
		cmocka_unit_test(what_has_come_is_not_slept_on),
		cmocka_unit_test(no_wake_up_for_room_is_lost),
		cmocka_unit_test(threads_of_the_worker_may_send),
		cmocka_unit_test(a_death_ends_the_sleep),
		cmocka_unit_test(a_death_in_the_middle_of_a_wake_ends_the_sleep),
		cmocka_unit_test(robust_mutexes_go_on_working),
		cmocka_unit_test(sleeps_are_bounded),
		cmocka_unit_test(an_interrupt_ends_the_sleep),
		cmocka_unit_test(quiet_messages_wake_nobody),
	};

	if (under_valgrind()) {
		printf("skipped: valgrind runs one thread at a time\n");
		return 77;
	}
	return cmocka_run_group_tests_name("shm_sleep", tests, NULL, NULL);
}
