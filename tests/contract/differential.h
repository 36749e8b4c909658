/* SPDX-License-Identifier: MIT */
/*
 * Steps that run on several backends at once, and the traces that they leave.
 */
#ifndef CAMIPC_TEST_DIFFERENTIAL_H
#define CAMIPC_TEST_DIFFERENTIAL_H

#include <stdio.h>

#include "contract.h"

#define N_SIDES 4
#define N_DRAWN 4

/** One backend: its proxy, and what it said in this step. */
struct side {
	const char *name;
	struct contract *c;
	FILE *trace; /* of this step */
	char *text; /* of @trace */
	size_t size;

	/* Events of each kind that were written down. */
	size_t n_ticks;
	size_t n_few;
	size_t n_latest;
	size_t n_pushed;
	/* What the next event's callback does, once. */
	void (*in_event)(struct side *side);
	bool destroyed; /* by a callback */
};

/** What is done, drawn once for all sides. */
struct step {
	const struct differential_op *op;
	uint32_t drawn[N_DRAWN];
};

struct differential_op {
	const char *name;
	unsigned int weight;
	void (*run)(struct side *side, const struct step *step);
};

/** The next of a sequence of numbers; @state is not 0. */
uint32_t differential_draw(uint32_t *state);

const struct differential_op *differential_choose(uint32_t number);

/** Writes down what a call returned, and why it failed. */
void side_say(struct side *side, const char *what, int ret);

bool side_is_in(const struct side *side, enum camipc_state state);

/** Has callbacks write to the side's trace. */
void side_watch(struct side *side);

/** Another proxy instead of this one, which may be in any state. */
void side_renew(struct side *side);

/**
 * Waits until the IPA has done all that it was asked for, delivers what came
 * of it, and writes down where the proxy is then.
 */
void side_settle(struct side *side);

#endif /* CAMIPC_TEST_DIFFERENTIAL_H */
