/* SPDX-License-Identifier: MIT */
/*
 * Tests a camera in a foreign event loop: after its start everything happens
 * because the proxy's descriptor is readable. Built once per loop.
 */
#include <signal.h>
#include <unistd.h>

#include "contract.h"
#include "loop.h"

#define N_FRAMES 200u
#define N_RUNS 3

/** What is to happen next. */
struct life {
	struct contract *c;
	uint32_t frame;
	int n_runs; /* that ended */
	bool failed;
	bool over;
};

static struct life *life_of(struct contract *c)
{
	return c->context;
}

static void on_started(void *user, int ret)
{
	struct life *life = user;

	life->frame = 0;
	if (ret != 0 || test_echo_push(life->c->ipa, 0) != 0)
		life->failed = true;
}

static void on_stopped(void *user, int ret)
{
	struct life *life = user;

	life->n_runs++;
	if (ret != 0)
		life->failed = true;
	if (test_echo_start_begin(life->c->ipa, on_started, life) != 0)
		life->failed = true;
}

/** The IPA has done a frame: here is the next one, or the end of the run. */
static void on_frame(struct contract *c)
{
	struct life *life = life_of(c);

	if (c->pushed.numbers[c->pushed.n - 1] != life->frame)
		life->failed = true;
	if (++life->frame < N_FRAMES) {
		if (test_echo_push(c->ipa, life->frame) != 0)
			life->failed = true;
	} else if (life->n_runs < N_RUNS) {
		if (test_echo_stop_begin(c->ipa, on_stopped, life) != 0)
			life->failed = true;
	} else if (contract_is_local()) {
		life->over = true;
	} else {
		contract_kill_worker(c, SIGKILL);
	}
}

static void on_closed(struct contract *c)
{
	life_of(c)->over = true;
}

static bool dispatch(void *user)
{
	struct life *life = user;

	return test_echo_dispatch(life->c->ipa) >= 0 && !life->failed &&
	       !life->over;
}

static void a_life_in_a_loop(void **state)
{
	struct contract *c = *state;
	struct life life = { .c = c };

	contract_ready(c);
	c->context = &life;
	c->on_event = on_frame;
	c->on_closed = on_closed;
	assert_int_equal(test_echo_start_begin(c->ipa, on_started, &life), 0);
	assert_int_equal(loop_run(test_echo_get_fd(c->ipa), dispatch, &life),
			 0);
	assert_false(life.failed);
	assert_true(life.over);
	assert_int_equal(c->pushed.n, (N_RUNS + 1) * N_FRAMES);
	assert_int_equal(c->n_closed, contract_is_local() ? 0 : 1);
	c->on_event = NULL;
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(a_life_in_a_loop),
};

static bool once(void *user)
{
	(void)user;
	return false;
}

/** Libraries open what they keep for good with their first loop. */
static void warm_up(void)
{
	int fds[2];

	if (pipe(fds) < 0)
		return;
	if (write(fds[1], "", 1) == 1)
		(void)loop_run(fds[0], once, NULL);
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	warm_up();
	return contract_run(argc, argv, tests, sizeof(tests) / sizeof(*tests));
}
