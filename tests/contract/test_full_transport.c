/* SPDX-License-Identifier: MIT */
/*
 * Tests a transport that is full or fails, and how much one dispatch does. Runs
 * once, because the proxy is the same over every link.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deadline.h"
#include "fake_link.h"
#include "proxy.h"

#define TIME_NS (CAMIPC_DISPATCH_MS * INT64_C(1000000))

/* ---- sending ----------------------------------------------------------- */

static void full_transport_keeps_order(void **state)
{
	struct contract *c = *state;
	size_t sent;

	fake_running(c);
	sent = fake.n_sent;
	fake.push_error = -EAGAIN;
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(test_echo_push(c->ipa, i), 0);
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
	assert_true(fake.wants_room);
	assert_int_equal(fake.n_sent, sent);
	fake.push_error = 0;
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
	assert_false(fake.wants_room);
	assert_int_equal(fake.n_sent, sent + 11);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(fake.sent[sent + i].id, TEST_ECHO_METHOD_PUSH);
	assert_int_equal(fake.sent[sent + 10].id, TEST_ECHO_METHOD_PUSH_FEW);
}

/** What is full may be another part of the transport than before. */
static void room_is_wanted_each_time(void **state)
{
	struct contract *c = *state;
	int n;

	fake_running(c);
	fake.push_error = -EAGAIN;
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	n = fake.n_wants;
	assert_true(n > 0);
	assert_int_equal(test_echo_push(c->ipa, 2), 0);
	assert_true(fake.n_wants > n);
	n = fake.n_wants;
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
	assert_true(fake.n_wants > n);
	assert_true(fake.wants_room);
}

/** A call that never left is not waited for afterwards. */
static void unsent_call_times_out(void **state)
{
	struct contract *c = *state;
	size_t sent;

	fake_running(c);
	sent = fake.n_sent;
	fake.push_error = -EAGAIN;
	assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	fake.push_error = 0;
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
	assert_int_equal(fake.n_sent, sent);
	fake_answer_all();
	assert_int_equal(test_echo_slow(c->ipa, 1), 0);
}

static void call_that_cannot_be_sent(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.push_error = -EMFILE;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EMFILE);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_NO_FDS);
	/* Accepted, and then counted: never lost silently. */
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	assert_int_equal(contract_stats(c).async_dropped, 1);
	fake.push_error = 0;
	fake_answer_all();
	assert_int_equal(test_echo_slow(c->ipa, 1), 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void exchange_done(void *user, int ret,
			  const struct test_echo_exchange_outs *outs)
{
	struct contract_done *done = user;

	(void)outs;
	done->n++;
	done->ret = ret;
}

static void begin_exchange(struct contract *c, size_t n,
			   struct contract_done *done)
{
	const struct test_echo_plane plane = { .fd = -1 };
	int fds[60] = { 0 };

	assert_int_equal(test_echo_exchange_begin(c->ipa, -1, fds, n, &plane,
						  NULL, 0, exchange_done, done),
			 0);
}

/**
 * Nothing is in flight after the end of an IPA: neither what had room within
 * the limit of descriptors and waited, nor what waited for that room.
 */
static void descriptors_in_flight_at_the_end(void **state)
{
	struct contract *c = *state;
	const struct camipc_outbox *outbox = &c->proxy->courier.outbox;
	struct contract_done sixty = { 0 };
	struct contract_done ten = { 0 };

	fake_running(c);
	fake.push_error = -EAGAIN;
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	begin_exchange(c, 60, &sixty);
	begin_exchange(c, 10, &ten);
	assert_int_equal(test_echo_push(c->ipa, 2), -EAGAIN);
	assert_int_equal(outbox->load.fds, 60);
	fake.pop_error = -EPIPE;
	contract_dispatch_closed(c);
	assert_int_equal(sixty.ret, -EPIPE);
	assert_int_equal(ten.ret, -EPIPE);
	assert_int_equal(outbox->load.fds, 0);
	assert_int_equal(outbox->n_ungranted, 0);
	assert_int_equal(outbox->load.messages, 0);
	assert_null(outbox->queue.head);
}

/* ---- descriptors that a caller lends ----------------------------------- */

static struct {
	int fd;
	ino_t number; /* of its file */
} pushed;

static void note_pushed(const struct camipc_record *record)
{
	struct stat st;

	assert_int_equal(record->message.fds.n, 1);
	pushed.fd = record->message.fds.fds[0];
	assert_return_code(fstat(pushed.fd, &st), errno);
	pushed.number = st.st_ino;
}

static void begin_with_pipe(struct contract *c, int fds[2], ino_t *ret_number,
			    struct contract_done *done)
{
	const struct test_echo_plane plane = { .fd = -1 };
	struct stat st;

	assert_return_code(pipe2(fds, O_CLOEXEC), errno);
	assert_return_code(fstat(fds[0], &st), errno);
	*ret_number = st.st_ino;
	assert_int_equal(test_echo_exchange_begin(c->ipa, fds[0], NULL, 0,
						  &plane, NULL, 0,
						  exchange_done, done),
			 0);
}

static void close_pipe(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

/** What is sent at once needs no duplicate, and is not closed by us. */
static void descriptors_are_lent(void **state)
{
	struct contract *c = *state;
	static struct contract_done done; /* until the end */
	ino_t number;
	int fds[2];

	fake_running(c);
	fake.on_push = note_pushed;
	begin_with_pipe(c, fds, &number, &done);
	fake.on_push = NULL;
	assert_int_equal(pushed.fd, fds[0]);
	assert_return_code(fcntl(fds[0], F_GETFD), errno);
	close_pipe(fds);
}

/** The caller may have closed them when there is room at last. */
static void unsent_call_owns_its_descriptors(void **state)
{
	struct contract *c = *state;
	static struct contract_done done; /* until the end */
	ino_t number;
	int fds[2];

	fake_running(c);
	fake.push_error = -EAGAIN;
	begin_with_pipe(c, fds, &number, &done);
	close_pipe(fds);
	fake.push_error = 0;
	fake.on_push = note_pushed;
	pushed.number = 0;
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
	fake.on_push = NULL;
	assert_true(pushed.number == number);
	assert_int_equal(fcntl(pushed.fd, F_GETFD), -1);
}

static void no_descriptor_for_an_unsent_call(void **state)
{
	struct contract *c = *state;
	const struct camipc_outbox *outbox = &c->proxy->courier.outbox;
	static struct contract_done done; /* until the end */
	struct rlimit limit;
	struct rlimit tight;

	fake_running(c);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	tight = (struct rlimit){ 3, limit.rlim_max };
	fake.push_error = -EAGAIN;
	/* Standard input is open; a duplicate of it has no number. */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	assert_int_equal(test_echo_exchange_begin(
				 c->ipa, 0, NULL, 0,
				 &(struct test_echo_plane){ .fd = -1 }, NULL, 0,
				 exchange_done, &done),
			 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	fake.push_error = 0;
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(done.n, 1);
	assert_int_equal(done.ret, -EMFILE);
	assert_null(outbox->queue.head);
	assert_int_equal(outbox->load.fds, 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/* ---- receiving --------------------------------------------------------- */

/** At a deadline everything is read that came: the host may have slept. */
static void channel_is_read_once_more(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	for (uint32_t i = 0; i < CAMIPC_WINDOW; i++)
		fake_tick(i);
	fake.late = true;
	fake_answer_all();
	assert_int_equal(test_echo_slow(c->ipa, 1), 0);
	assert_int_equal(contract_stats(c).timeouts, 0);
	fake.late = false;
}

/** Completions count, too; and what callbacks cause waits for the next. */
static void dispatch_is_bounded(void **state)
{
	enum {
		N_TICKS = CAMIPC_WINDOW < CAMIPC_DISPATCH_BATCH ?
				  CAMIPC_WINDOW :
				  CAMIPC_DISPATCH_BATCH,
		N_LEFT = 12,
		N_CALLS = CAMIPC_DISPATCH_BATCH - N_TICKS + N_LEFT,
	};
	struct contract *c = *state;
	struct contract_done done[N_CALLS] = { { 0 } };
	int64_t began;
	size_t first;
	int n;

	fake_running(c);
	for (uint32_t i = 0; i < N_TICKS; i++)
		fake_tick(i);
	fake_answer_all();
	assert_int_equal(test_echo_slow(c->ipa, 1), 0);
	fake.on_wait = NULL;
	first = fake.n_sent;
	for (int i = 0; i < N_CALLS; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
						      &done[i]),
				 0);
	for (size_t i = 0; i < N_CALLS; i++) {
		struct camipc_record *reply = fake_reply(NULL, NULL);

		reply->message.header.cookie = fake.sent[first + i].cookie;
	}
	began = camipc_now();
	n = test_echo_dispatch(c->ipa);
	/* On a busy machine the time may be over before. */
	assert_true(n == CAMIPC_DISPATCH_BATCH ||
		    (n > 0 && n < CAMIPC_DISPATCH_BATCH &&
		     camipc_now() - began >= TIME_NS));
	assert_int_equal(done[N_CALLS - N_LEFT].n, 0);
	while (n < CAMIPC_DISPATCH_BATCH + N_LEFT) {
		int more = test_echo_dispatch(c->ipa);

		assert_in_range(more, 1, CAMIPC_DISPATCH_BATCH);
		n += more;
	}
	assert_int_equal(n, CAMIPC_DISPATCH_BATCH + N_LEFT);
	assert_int_equal(done[N_CALLS - 1].n, 1);
}

static void stop_again(void *user, int ret)
{
	struct contract_done *done = user;

	assert_int_equal(ret, 0);
	done->n++;
	/* Needless, so it completes at once: but not in this dispatch. */
	if (done->n < 3)
		assert_int_equal(test_echo_stop_begin(done->c->ipa, stop_again,
						      done),
				 0);
}

static void callbacks_cannot_hold_dispatch(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { .c = c };

	fake_answer_all();
	contract_ready(c);
	assert_int_equal(test_echo_stop_begin(c->ipa, stop_again, &done), 0);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(test_echo_dispatch(c->ipa), 1);
		assert_int_equal(done.n, i);
	}
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
}

static const struct CMUnitTest tests[] = {
	FAKE_TEST(full_transport_keeps_order),
	FAKE_TEST(room_is_wanted_each_time),
	FAKE_TEST(unsent_call_times_out),
	FAKE_TEST(call_that_cannot_be_sent),
	FAKE_TEST(descriptors_in_flight_at_the_end),
	FAKE_TEST(descriptors_are_lent),
		FAKE_TEST(unsent_call_owns_its_descriptors),
		FAKE_TEST(no_descriptor_for_an_unsent_call),
		FAKE_TEST(channel_is_read_once_more),
	FAKE_TEST(dispatch_is_bounded),
	FAKE_TEST(callbacks_cannot_hold_dispatch),
};

CONTRACT_MAIN(tests)
