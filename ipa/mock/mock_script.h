/* SPDX-License-Identifier: MIT */
/* What a script says of each call. */
#ifndef CAMIPC_MOCK_SCRIPT_H
#define CAMIPC_MOCK_SCRIPT_H

#include <stdint.h>

#include <camipc/arena.h>
#include <camipc/interface.h>

#include "mock_text.h"

/** "on METHOD [#NTH] …;" */
struct mock_statement {
	const struct camipc_method *method;
	uint32_t nth; /* 0: all calls that no other statement is about */
	const char *actions; /* behind that; within the script's text */
	unsigned int line;
};

/** A script whose statements were checked. */
struct mock_script {
	const struct camipc_interface *interface;
	char *text;
	struct mock_statement *statements;
	size_t n_statements;
};

/** Raises an event; what it returns ends the actions if it is negative. */
typedef int (*mock_emit_fn)(void *user, const struct camipc_method *event,
			    const void *args);

/**
 * mock_script_read() - take a script apart, and check it
 * @text: taken over: fini frees it, also after a failure
 * @reterr: where and why it is wrong
 *
 * Returns 0, -EINVAL or -ENOMEM.
 */
int mock_script_read(struct mock_script *script,
		     const struct camipc_interface *interface, char *text,
		     struct mock_text *reterr) CAMIPC_MUST_CHECK;

/** Frees it; a zeroed one is fine. */
void mock_script_fini(struct mock_script *script);

/**
 * mock_script_run() - do what is said of the @nth call of @method
 * @arena: where outputs live, and what events carry
 * @outs: NULL if the method has none
 * @reterr: where and why, if that fails
 *
 * Returns 0, -ENOMEM, or what @emit returned.
 */
int mock_script_run(const struct mock_script *script,
		    const struct camipc_method *method, uint32_t nth,
		    struct camipc_arena *arena, const void *args, void *outs,
		    mock_emit_fn emit, void *user,
		    struct mock_text *reterr) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MOCK_SCRIPT_H */
