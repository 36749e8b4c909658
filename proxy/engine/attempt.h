/* SPDX-License-Identifier: MIT */
/* An attempt to call a method: everything that is checked before it is sent. */
#ifndef CAMIPC_ENGINE_ATTEMPT_H
#define CAMIPC_ENGINE_ATTEMPT_H

#include "proxy.h"

/** A call that was found legal. */
struct camipc_attempt {
	const struct camipc_method *method;
	uint16_t row;
	bool drains; /* set by a caller: a stop delivers what came before it */
	struct camipc_check_result checked;
};

/**
 * Judges a call of the method with @id and checks its arguments. Returns 0,
 * CAMIPC_CALL_NEEDLESS, or an error that was noted.
 */
int camipc_attempt_check(struct camipc_proxy *proxy, uint32_t id,
			 const void *args, struct camipc_attempt *attempt);

/** Makes the record of a checked call. Returns 0 or an error that was noted. */
int camipc_attempt_pack(struct camipc_proxy *proxy,
			const struct camipc_attempt *attempt, const void *args,
			struct camipc_record **ret_record);

#endif /* CAMIPC_ENGINE_ATTEMPT_H */
