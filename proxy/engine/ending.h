/* SPDX-License-Identifier: MIT */
/*
 * The end of an IPA: what is known of it, in a struct for the host and in one
 * line for the log. It does not depend on the proxy.
 */
#ifndef CAMIPC_ENGINE_ENDING_H
#define CAMIPC_ENGINE_ENDING_H

#include <camipc/proxy.h>

/** Room for the one line, in bytes. */
#define CAMIPC_ENDING_TEXT_SIZE 896

/** Thread word: bound. */
struct camipc_ending {
	struct camipc_closed_info info; /* valid once begun */
	char text[CAMIPC_ENDING_TEXT_SIZE];
	const char *last_call; /* names in the descriptor, or NULL */
	const char *last_event;
	const char *method; /* with RESTORE_MISMATCH, and the field of it */
	const char *field;
	bool due; /* `closed` was not delivered yet */
};

/** Forgets the end and the names: another IPA takes over. */
void camipc_ending_reset(struct camipc_ending *ending);

/**
 * Fills in what the proxy knows before its link is killed: the rest of
 * @ending->info is for the link. @module: path, borrowed for the struct's life.
 */
void camipc_ending_begin(struct camipc_ending *ending,
			 enum camipc_reason reason, const char *module,
			 int pid);

/** Completes @ending->info and writes the line about @module (a name). */
void camipc_ending_describe(struct camipc_ending *ending, const char *module);

/** Makes `closed` due: the end is permanent. */
static inline void camipc_ending_announce(struct camipc_ending *ending)
{
	ending->due = true;
}

/** Returns whether `closed` is due, and makes it due no longer. */
bool camipc_ending_take_due(struct camipc_ending *ending);

/** Notes the latest call or event by its name in the descriptor. */
static inline void camipc_ending_note_call(struct camipc_ending *ending,
					   const char *name)
{
	ending->last_call = name;
}

static inline void camipc_ending_note_event(struct camipc_ending *ending,
					    const char *name)
{
	ending->last_event = name;
}

#endif /* CAMIPC_ENGINE_ENDING_H */
