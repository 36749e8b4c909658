/* SPDX-License-Identifier: MIT */
/* The cases of `camipc hostile`: each attack and each lie, and how to judge. */
#ifndef CAMIPC_HOSTILE_CASE_H
#define CAMIPC_HOSTILE_CASE_H

#include <stdbool.h>

#include "attacks.h"
#include "lies.h"

/** Bytes of a text about a case. */
#define HOSTILE_TEXT_SIZE 160

/** One case. */
struct hostile_case {
	const struct attack *attack; /* NULL: a lie */
	struct lie lie;
	const char *name;
	unsigned int threat; /* 0: what a module may do */
};

/** What came of a case. */
struct hostile_verdict {
	bool is_ok;
	bool is_applicable; /* else nothing was tried */
	char observed[HOSTILE_TEXT_SIZE];
};

/** Fills in the case with this number. Returns false past the last. */
bool hostile_case_at(size_t i, struct hostile_case *ret_case);

/** Writes what is required of the built-in camera. */
void hostile_case_required(const struct hostile_case *one,
			   char text[HOSTILE_TEXT_SIZE]);

/**
 * Judges what an attack found; @outcome as in struct hostile_report. Without a
 * sandbox, which somebody has turned off, an attack proves nothing.
 */
void hostile_judge_attack(const struct hostile_case *one, int outcome,
			  bool has_sandbox, struct hostile_verdict *verdict);

/** Writes that nothing was tried, and why. */
void hostile_not_applicable(struct hostile_verdict *verdict, const char *why);

/** Judges what a lie did to the built-in camera: a LIE_MUST_… of lies.h. */
bool hostile_judge_lie(const struct hostile_case *one, unsigned int what);

#endif /* CAMIPC_HOSTILE_CASE_H */
