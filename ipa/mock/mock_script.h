/* SPDX-License-Identifier: MIT */
/* Scripts: what the mock does in each call. */
#ifndef CAMIPC_MOCK_SCRIPT_H
#define CAMIPC_MOCK_SCRIPT_H

#include <stdint.h>

#include <camipc/arena.h>
#include <camipc/interface.h>

#include "mock_text.h"

/** One statement of a script: "on METHOD [#NTH] …;" */
struct mock_statement {
	const struct camipc_method *method;
	uint32_t nth; /* 0: every call that has no statement of its own */
	const char *actions; /* the rest; points into the script's text */
	unsigned int line;
};

/** A checked script. Thread word: bound. */
struct mock_script {
	const struct camipc_interface *interface;
	char *text;
	struct mock_statement *statements;
	size_t n_statements;
};

/** Raises an event; a negative result ends the actions. */
typedef int (*mock_emit_fn)(void *user, const struct camipc_method *event,
			    const void *args);

/**
 * mock_script_read() - parse and check a script
 * @text: taken over; mock_script_fini() frees it, also after a failure
 * @reterr: gets the line and the text of an error
 *
 * Returns 0, -EINVAL (the script is wrong) or -ENOMEM.
 */
int mock_script_read(struct mock_script *script,
		     const struct camipc_interface *interface, char *text,
		     struct mock_text *reterr) CAMIPC_MUST_CHECK;

/** Frees a script; accepts zeroed memory. */
void mock_script_fini(struct mock_script *script);

/**
 * mock_script_run() - perform the actions of the @nth call of @method
 * @arena: memory of outputs and of the arguments of events
 * @outs: filled in; NULL if the method has no outputs
 * @emit, @user: called for each event
 * @reterr: gets the line and the text of an error
 *
 * Returns 0, -ENOMEM, or what @emit returns.
 */
int mock_script_run(const struct mock_script *script,
		    const struct camipc_method *method, uint32_t nth,
		    struct camipc_arena *arena, const void *args, void *outs,
		    mock_emit_fn emit, void *user,
		    struct mock_text *reterr) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MOCK_SCRIPT_H */
