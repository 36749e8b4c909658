/* SPDX-License-Identifier: MIT */
/*
 * Looks for a short time before a thread sleeps, as long as that pays. A switch
 * to the kernel and back costs microseconds; between two processors that are
 * awake a message costs a tenth of one. On a single processor the other side
 * must run meanwhile: hence sched_yield().
 *
 *	for (camipc_spin_begin(spin, ns, &turn); camipc_spin_goes_on(&turn);)
 *		if (there is something)
 *			return camipc_spin_hit(spin);
 *	camipc_spin_miss(spin, &turn);
 */
#ifndef CAMIPC_BASE_SPIN_H
#define CAMIPC_BASE_SPIN_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/** Looks between two calls of sched_yield(): about a microsecond. */
#define CAMIPC_SPIN_LOOKS 16u

/** After so many sleeps at most, in a row, a thread looks first again. */
#define CAMIPC_SPIN_MAX_SKIPPED 63u

/** What a side has learned. Thread word: bound. */
struct camipc_spin {
	uint32_t limit_us; /* 0: never look */
	uint32_t skipped; /* sleeps that come without a look, after a miss */
	uint32_t left; /* of them */
};

/** One time of looking. */
struct camipc_spin_turn {
	uint64_t end; /* 0: over before it began */
	uint32_t looks;
};

/** @ns: of the sleep that would follow; below 0: no limit. */
static inline void camipc_spin_begin(struct camipc_spin *spin, int64_t ns,
				     struct camipc_spin_turn *ret_turn)
{
	uint64_t limit = spin->limit_us * UINT64_C(1000);

	ret_turn->end = 0;
	ret_turn->looks = 0;
	if (spin->limit_us == 0)
		return;
	if (spin->left > 0) {
		spin->left--;
		return;
	}
	if (ns >= 0 && (uint64_t)ns < limit)
		limit = (uint64_t)ns;
	ret_turn->end = camipc_now_ns() + limit;
}

/** Returns whether to look once more. */
static inline bool camipc_spin_goes_on(struct camipc_spin_turn *turn)
{
	if (turn->end == 0)
		return false;
	turn->looks++;
	if (turn->looks % CAMIPC_SPIN_LOOKS != 0)
		return true;
	sched_yield();
	return camipc_now_ns() < turn->end;
}

/** It paid. Returns true. */
static inline bool camipc_spin_hit(struct camipc_spin *spin)
{
	spin->skipped = 0;
	return true;
}

/** It did not: twice as many sleeps as last time come without a look. */
static inline void camipc_spin_miss(struct camipc_spin *spin,
				    const struct camipc_spin_turn *turn)
{
	if (turn->end == 0)
		return;
	spin->skipped = 2 * spin->skipped + 1;
	if (spin->skipped > CAMIPC_SPIN_MAX_SKIPPED)
		spin->skipped = CAMIPC_SPIN_MAX_SKIPPED;
	spin->left = spin->skipped;
}

#endif /* CAMIPC_BASE_SPIN_H */
