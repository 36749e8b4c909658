/* SPDX-License-Identifier: MIT */
/* Tests handing records between threads: order, waking, no lost wake-up. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "deadline.h"
#include "mailbox.h"

#define N 20000u
#define SENDERS 3
#define PATIENCE INT64_C(20000000000) /* ns */

/* What a receiver does just before and after a sender writes the signal. */
static void (*before_signal)(void);
static void (*after_signal)(void);

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);

static void act(void (**step)(void))
{
	void (*taken)(void) = *step;

	/* Without one, several senders may be here at once. */
	if (!taken)
		return;
	*step = NULL;
	taken();
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	ssize_t ret;

	act(&before_signal);
	ret = __real_write(fd, bytes, size);
	act(&after_signal);
	return ret;
}

struct fixture {
	struct camipc_mailbox mailbox;
	struct camipc_record_pool *pool;
	int fd;
};

static int set_up(void **state)
{
	static struct fixture f;

	f.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(f.fd >= 0);
	assert_int_equal(camipc_record_pool_create(8, 1024, &f.pool), 0);
	camipc_mailbox_init(&f.mailbox, f.fd);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	camipc_mailbox_fini(&f->mailbox);
	camipc_record_pool_unref(f->pool);
	close(f->fd);
	return 0;
}

static void post_as(struct fixture *f, uint32_t sender, uint32_t number,
		    bool quiet)
{
	struct camipc_record *record = camipc_record_get(f->pool);

	assert_non_null(record);
	record->message.header.id = sender;
	record->message.header.cookie = number;
	record->message.quiet = quiet;
	camipc_mailbox_post(&f->mailbox, record);
}

static void post(struct fixture *f, uint32_t sender, uint32_t number)
{
	struct camipc_record *record = camipc_record_get(f->pool);

	/* As the pool gives them. */
	assert_false(record->message.quiet);
	camipc_record_release(record);
	post_as(f, sender, number, false);
}

static bool is_readable(const struct fixture *f)
{
	struct pollfd pfd = { .fd = f->fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1;
}

/** The descriptor tells, only while somebody is away, and only once. */
static void telling(void **state)
{
	struct fixture *f = *state;

	assert_false(is_readable(f));
	post(f, 0, 1);
	post(f, 0, 2);
	assert_true(is_readable(f));
	camipc_mailbox_attend(&f->mailbox);
	camipc_record_release(camipc_mailbox_take(&f->mailbox));
	/* Left with one in it: still told. */
	camipc_mailbox_leave(&f->mailbox);
	assert_true(is_readable(f));
	camipc_record_release(camipc_mailbox_take(&f->mailbox));
	assert_null(camipc_mailbox_take(&f->mailbox));
	camipc_mailbox_leave(&f->mailbox);
	assert_false(is_readable(f));
	/* An attending reader needs no wake-up; one that leaves gets it at once. */
	camipc_mailbox_attend(&f->mailbox);
	post(f, 0, 3);
	assert_false(is_readable(f));
	camipc_mailbox_leave(&f->mailbox);
	assert_true(is_readable(f));
}

/** A quiet record can be taken, but nobody is woken for it. */
static void quiet_records(void **state)
{
	struct fixture *f = *state;

	post_as(f, 0, 1, true);
	assert_false(is_readable(f));
	camipc_mailbox_wake(&f->mailbox);
	assert_true(is_readable(f));
	camipc_record_release(camipc_mailbox_take(&f->mailbox));
	camipc_mailbox_leave(&f->mailbox);
	/* Given back, it is as loud as any other. */
	post(f, 0, 2);
	assert_true(is_readable(f));
	camipc_record_release(camipc_mailbox_take(&f->mailbox));
	camipc_mailbox_leave(&f->mailbox);
	/* One that attends needs no wake-up; it finds the record when it leaves. */
	camipc_mailbox_attend(&f->mailbox);
	post_as(f, 0, 3, true);
	camipc_mailbox_wake(&f->mailbox);
	assert_false(is_readable(f));
	camipc_mailbox_leave(&f->mailbox);
	assert_true(is_readable(f));
}

static struct fixture *interrupted;

static void take(struct fixture *f, uint32_t n)
{
	while (n-- > 0) {
		struct camipc_record *record = camipc_mailbox_take(&f->mailbox);

		assert_non_null(record);
		camipc_record_release(record);
	}
}

/* It wakes at once, and finds what has woken it: it must not look in vain until
 * the sender goes on. */
static void take_and_rest(void)
{
	take(interrupted, 1);
	camipc_mailbox_leave(&interrupted->mailbox);
	assert_false(is_readable(interrupted));
}

/* It had looked by itself, and finds nothing when the signal comes. */
static void take_early(void)
{
	take(interrupted, 1);
	camipc_mailbox_leave(&interrupted->mailbox);
}

/* Two rounds, in the first of which something is left. */
static void take_in_two_rounds(void)
{
	struct fixture *f = interrupted;

	post(f, 1, 1);
	take(f, 1);
	camipc_mailbox_leave(&f->mailbox);
	take(f, 1);
	camipc_mailbox_leave(&f->mailbox);
}

/* Two rounds, and the signal of another sender between them. */
static void take_in_two_signals(void)
{
	struct fixture *f = interrupted;

	take(f, 1);
	camipc_mailbox_leave(&f->mailbox);
	post(f, 1, 1);
	take(f, 1);
	camipc_mailbox_leave(&f->mailbox);
}

/**
 * A sender is held up while it signals, and the receiver acts meanwhile. Then it
 * looks once more at most, and what it leaves in the mailbox after that keeps the
 * descriptor readable.
 */
static void hold_up(struct fixture *f, void (*before)(void),
		    void (*after)(void))
{
	interrupted = f;
	before_signal = before;
	after_signal = after;
	post(f, 0, 1);
	assert_null(before_signal);
	assert_null(after_signal);
	camipc_mailbox_leave(&f->mailbox);
	assert_false(is_readable(f));
	/* As after a call: the receiver looks by itself, and leaves a rest. */
	camipc_mailbox_attend(&f->mailbox);
	post(f, 0, 2);
	post(f, 0, 3);
	take(f, 1);
	camipc_mailbox_leave(&f->mailbox);
	assert_true(is_readable(f));
	take(f, 1);
	camipc_mailbox_leave(&f->mailbox);
	assert_false(is_readable(f));
}

static void a_sender_that_is_held_up(void **state)
{
	void (*const steps[])(void) = { take_early, take_in_two_rounds,
					take_in_two_signals };
	struct fixture *f = *state;

	hold_up(f, NULL, take_and_rest);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		hold_up(f, steps[i], NULL);
		hold_up(f, NULL, steps[i]);
	}
}

static void deadlines_and_pokes(void **state)
{
	struct fixture *f = *state;
	int64_t soon = camipc_now() + 5000000;

	assert_int_equal(camipc_mailbox_wait(&f->mailbox, soon), -ETIMEDOUT);
	assert_true(camipc_now() >= soon);
	/* One that has passed: at once. */
	assert_int_equal(camipc_mailbox_wait(&f->mailbox, 0), -ETIMEDOUT);
	camipc_mailbox_poke(&f->mailbox);
	assert_int_equal(camipc_mailbox_wait(&f->mailbox, 0), -ECANCELED);
	assert_int_equal(camipc_mailbox_wait(&f->mailbox, 0), -ETIMEDOUT);
	/* Mail goes first. */
	camipc_mailbox_poke(&f->mailbox);
	post(f, 0, 1);
	assert_int_equal(camipc_mailbox_wait(&f->mailbox, 0), 0);
}

struct sender {
	struct fixture *f;
	uint32_t id;
};

static void *send_many(void *user)
{
	struct sender *sender = user;

	for (uint32_t i = 0; i < N; i++)
		post(sender->f, sender->id, i);
	return NULL;
}

/** Takes what is there; each sender's records have to be in order. */
static uint32_t take_all(struct fixture *f, uint32_t next[SENDERS])
{
	struct camipc_record *record;
	uint32_t n = 0;

	while ((record = camipc_mailbox_take(&f->mailbox))) {
		const struct camipc_header *header = &record->message.header;

		assert_int_equal(header->cookie, next[header->id]);
		next[header->id]++;
		camipc_record_release(record);
		n++;
	}
	return n;
}

static void start_senders(struct fixture *f, struct sender senders[SENDERS],
			  pthread_t threads[SENDERS])
{
	for (uint32_t i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ .f = f, .id = i };
		assert_int_equal(pthread_create(&threads[i], NULL, send_many,
						&senders[i]),
				 0);
	}
}

static void asleep_in_a_futex(void **state)
{
	struct fixture *f = *state;
	struct sender senders[SENDERS];
	pthread_t threads[SENDERS];
	uint32_t next[SENDERS] = { 0 };
	uint32_t n = 0;

	start_senders(f, senders, threads);
	while (n < SENDERS * N) {
		assert_int_equal(camipc_mailbox_wait(&f->mailbox,
						     camipc_now() + PATIENCE),
				 0);
		n += take_all(f, next);
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
}

static void away_at_a_descriptor(void **state)
{
	struct fixture *f = *state;
	struct sender senders[SENDERS];
	pthread_t threads[SENDERS];
	uint32_t next[SENDERS] = { 0 };
	uint32_t n = 0;

	start_senders(f, senders, threads);
	while (n < SENDERS * N) {
		struct pollfd pfd = { .fd = f->fd, .events = POLLIN };

		/* A lost wake-up would show here. */
		assert_int_equal(poll(&pfd, 1, 20000), 1);
		n += take_all(f, next);
		camipc_mailbox_leave(&f->mailbox);
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	/* At most one signal was on its way when the last was taken. */
	camipc_mailbox_leave(&f->mailbox);
	assert_false(is_readable(f));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(telling),
		TEST(quiet_records),
		TEST(a_sender_that_is_held_up),
		TEST(deadlines_and_pokes),
		TEST(asleep_in_a_futex),
		TEST(away_at_a_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
