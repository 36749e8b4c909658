/* SPDX-License-Identifier: MIT */
/* An attempt to call a method: everything that is checked before it is sent. */
#ifndef CAMIPC_ENGINE_ATTEMPT_H
#define CAMIPC_ENGINE_ATTEMPT_H

#include "proxy.h"

/** A call that was found legal. */
struct camipc_attempt {
	const struct camipc_method *method;
	uint16_t row;
	/** The form of the arguments: the method's, or the caller's own. */
	const struct camipc_message_type *type;
	bool drains; /* set by a caller: a stop delivers what came before it */
	struct camipc_check_result checked;
};

/**
 * Judges a call of the method with @id and checks its arguments, which have the
 * form @type; NULL: the method's. Returns 0, CAMIPC_CALL_NEEDLESS, or an error
 * that was noted.
 */
int camipc_attempt_check(struct camipc_proxy *proxy, uint32_t id,
			 const struct camipc_message_type *type,
			 const void *args, struct camipc_attempt *attempt);

/**
 * Does observers, or the journal, read the arguments of this call, so that a
 * caller's own form will not do?
 */
bool camipc_attempt_needs_struct(const struct camipc_proxy *proxy,
				 const struct camipc_attempt *attempt);

/**
 * Makes the method's struct of @args, which have a form of the caller's own, in
 * @arena, which was initialised; descriptors are borrowed. Returns 0 or an error
 * that was noted.
 */
int camipc_attempt_build(struct camipc_proxy *proxy,
			 struct camipc_attempt *attempt, const void *args,
			 struct camipc_arena *arena, const void **ret_args);

/** Makes the record of a checked call. Returns 0 or an error that was noted. */
int camipc_attempt_pack(struct camipc_proxy *proxy,
			const struct camipc_attempt *attempt, const void *args,
			struct camipc_record **ret_record);

#endif /* CAMIPC_ENGINE_ATTEMPT_H */
