/* SPDX-License-Identifier: MIT */
/*
 * Tests the installed headers for event loops: a proxy is created in one thread,
 * streams in the loop of a second one, and is stopped in a third. Built once for
 * each library.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "attach.h"
#include "contract.h"

#define N_FRAMES 50u

/** What the threads of a test share; they run one after the other. */
struct life {
	struct contract *c;
	struct attach_loop *loop;
	bool destroys; /* in the callback of the last frame */
	bool kills; /* the worker, after the last frame */
	int error;
	uint32_t frame;
};

static void finish(struct life *life)
{
	struct contract *c = life->c;

	if (life->destroys) {
		attach_detach(life->loop);
		test_echo_destroy(c->ipa);
		c->ipa = NULL;
	}
	if (life->kills)
		contract_kill_worker(c, SIGKILL);
	else
		attach_quit(life->loop);
}

static void on_frame(struct contract *c)
{
	struct life *life = c->context;

	if (c->pushed.numbers[c->pushed.n - 1] != life->frame)
		life->error = -EPROTO;
	if (++life->frame == N_FRAMES)
		finish(life);
	else if (test_echo_push(c->ipa, life->frame) != 0)
		life->error = -EIO;
}

static void on_closed(struct contract *c)
{
	struct life *life = c->context;

	attach_quit(life->loop);
}

/** The thread of the loop. */
static void *stream(void *user)
{
	struct life *life = user;
	struct contract *c = life->c;

	life->error = attach_proxy(life->loop, c->proxy);
	if (life->error)
		return NULL;
	if (test_echo_start(c->ipa) != 0 || test_echo_push(c->ipa, 0) != 0)
		life->error = -EIO;
	else
		attach_run(life->loop);
	return NULL;
}

static void run_in(void *(*run)(void *), struct life *life)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, run, life), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(life->error, 0);
}

static void begin(struct life *life, struct contract *c)
{
	life->c = c;
	contract_ready(c);
	c->context = life;
	c->on_event = on_frame;
	c->on_closed = on_closed;
	assert_int_equal(attach_open(&life->loop), 0);
	run_in(stream, life);
	assert_int_equal(life->frame, N_FRAMES);
}

static void *stop(void *user)
{
	struct life *life = user;

	life->error = camipc_proxy_adopt(life->c->proxy);
	if (life->error == 0)
		life->error = test_echo_stop(life->c->ipa);
	return NULL;
}

static void created_here_streams_there_stops_elsewhere(void **state)
{
	struct life life = { 0 };

	begin(&life, *state);
	attach_detach(life.loop);
	assert_false(attach_is_watched(life.loop));
	run_in(stop, &life);
	assert_int_equal(camipc_proxy_adopt(life.c->proxy), 0);
	contract_expect_state(life.c, CAMIPC_STATE_STOPPED);
	attach_close(life.loop);
	life.c->on_event = NULL;
}

static void a_loop_lets_an_adopted_proxy_go(void **state)
{
	struct life life = { 0 };
	struct contract *c = *state;

	begin(&life, c);
	assert_true(attach_is_watched(life.loop));
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	/* Still attached, by mistake: the loop must not take events away. */
	assert_int_equal(test_echo_push(c->ipa, N_FRAMES), 0);
	c->on_event = NULL;
	contract_dispatch_events(c, N_FRAMES + 1);
	assert_int_equal(c->pushed.n, N_FRAMES + 1);
	attach_close(life.loop);
}

static void a_proxy_is_destroyed_in_its_callback(void **state)
{
	struct life life = { .destroys = true };

	begin(&life, *state);
	attach_close(life.loop);
}

static void a_dead_ipa_leaves_the_loop(void **state)
{
	struct life life = { .kills = true };
	struct contract *c = *state;

	if (contract_is_local())
		skip();
	begin(&life, c);
	assert_int_equal(c->n_closed, 1);
	assert_false(attach_is_watched(life.loop));
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	attach_close(life.loop);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(created_here_streams_there_stops_elsewhere),
	CONTRACT_TEST(a_loop_lets_an_adopted_proxy_go),
	CONTRACT_TEST(a_proxy_is_destroyed_in_its_callback),
	CONTRACT_TEST(a_dead_ipa_leaves_the_loop),
};

/** Libraries open what they keep for good with their first loop. */
static void warm_up(void)
{
	struct attach_loop *loop;

	if (attach_open(&loop) == 0)
		attach_close(loop);
}

int main(int argc, char **argv)
{
	warm_up();
	return contract_run(argc, argv, tests, sizeof(tests) / sizeof(*tests));
}
