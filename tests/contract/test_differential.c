/* SPDX-License-Identifier: MIT */
/*
 * Makes the same random calls on all backends in lock-step and compares the
 * traces of results and events, which must be equal (requirement 34).
 * Of the permitted differences (proxy/README.md) two could show here, the
 * reason for which a hung IPA was closed and counts that depend on timing;
 * traces contain neither. The ops are in differential_ops.c.
 *
 * usage: test_differential [SEED [STEPS]]; a failure prints both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "differential.h"
#include "under_valgrind.h"

static const char *const backends[N_SIDES] = { "thread", "loopback",
					       "process", "shm" };

/* From the command line: one seed only. */
static uint32_t wanted_seed;
static uint32_t wanted_steps;

/** The position of a run, which a failure prints so that it can be repeated. */
struct run {
	struct side sides[N_SIDES];
	uint32_t seed;
	uint32_t n_steps; /* so far */
	const char *op;
	bool good;
};

/** xorshift: any sequence would do, if it is the same everywhere. */
uint32_t differential_draw(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*state = x;
	return x;
}

static void enter(struct side *side, size_t i)
{
	contract_use(backends[i]);
	side->name = backends[i];
}

static void open_trace(struct side *side)
{
	side->trace = open_memstream(&side->text, &side->size);
	assert_non_null(side->trace);
}

static void close_trace(struct side *side)
{
	fclose(side->trace);
	free(side->text);
}

static int set_up(void **state)
{
	struct run *run = calloc(1, sizeof(*run));

	assert_non_null(run);
	for (size_t i = 0; i < N_SIDES; i++) {
		struct side *side = &run->sides[i];
		void *c = NULL;

		enter(side, i);
		assert_int_equal(contract_set_up(&c), 0);
		side->c = c;
		side_watch(side);
	}
	*state = run;
	return 0;
}

static int tear_down(void **state)
{
	struct run *run = *state;

	if (!run->good)
		print_error("test_differential %u %u: step %u was %s\n",
			    run->seed, run->n_steps, run->n_steps, run->op);
	/* Running threads of one are no leak of another. */
	for (size_t i = 0; i < N_SIDES; i++) {
		enter(&run->sides[i], i);
		side_renew(&run->sides[i]);
	}
	for (size_t i = N_SIDES; i-- > 0;) {
		void *c = run->sides[i].c;

		enter(&run->sides[i], i);
		assert_int_equal(contract_tear_down(&c), 0);
	}
	free(run);
	return 0;
}

static void compare(const struct run *run)
{
	const struct side *first = &run->sides[0];

	for (size_t i = 1; i < N_SIDES; i++) {
		const struct side *other = &run->sides[i];

		if (strcmp(first->text, other->text) == 0)
			continue;
		fail_msg("%s and %s differ:\n--- %s\n%s--- %s\n%s",
			 first->name, other->name, first->name, first->text,
			 other->name, other->text);
	}
}

static void do_step(struct run *run, const struct step *step)
{
	for (size_t i = 0; i < N_SIDES; i++) {
		struct side *side = &run->sides[i];

		enter(side, i);
		open_trace(side);
		step->op->run(side, step);
		side_settle(side);
		fflush(side->trace);
	}
	compare(run);
	for (size_t i = 0; i < N_SIDES; i++)
		close_trace(&run->sides[i]);
}

/** One seed, from new proxies on: what came before has no part in it. */
static void walk(struct run *run, uint32_t seed, uint32_t n_steps)
{
	uint32_t random = seed * 2654435761u + 1;

	for (size_t i = 0; i < N_SIDES; i++) {
		enter(&run->sides[i], i);
		side_renew(&run->sides[i]);
	}
	run->seed = seed;
	run->good = false;
	for (run->n_steps = 1; run->n_steps <= n_steps; run->n_steps++) {
		struct step step;

		step.op = differential_choose(differential_draw(&random));
		for (size_t i = 0; i < N_DRAWN; i++)
			step.drawn[i] = differential_draw(&random);
		run->op = step.op->name;
		do_step(run, &step);
	}
	run->good = true;
}

static void equal_traces(void **state)
{
	const uint32_t n_seeds = (uint32_t)test_amount(30, 4, 1);

	for (uint32_t seed = 1; seed <= n_seeds && !wanted_seed; seed++)
		walk(*state, seed, (uint32_t)test_amount(200, 200, 40));
	if (wanted_seed)
		walk(*state, wanted_seed, wanted_steps);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equal_traces, set_up,
						tear_down),
	};

	if (argc > 1)
		wanted_seed = (uint32_t)strtoul(argv[1], NULL, 10);
	wanted_steps =
		argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 200;
	return cmocka_run_group_tests_name("differential", tests, NULL, NULL);
}
