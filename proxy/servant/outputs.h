/* SPDX-License-Identifier: MIT */
/* The outputs of an op: made before it runs, and packed into a reply after. */
#ifndef CAMIPC_SERVANT_OUTPUTS_H
#define CAMIPC_SERVANT_OUTPUTS_H

#include "record.h"

/** How replies are made; all of it is borrowed. */
struct camipc_reply_form {
	const char *interface; /* its name, for the log */
	struct camipc_record_pool *pool;
	enum camipc_packing packing;
	void *context; /* of external types; NULL: none */
};

/**
 * Allocates outputs of @type with their defaults in the memory of the call;
 * @ret_outs is NULL if @type is. Returns 0 or -ENOMEM. Thread word: bound.
 */
int camipc_outputs_make(const struct camipc_message_type *type,
			struct camipc_record *call, void **ret_outs);

/**
 * camipc_outputs_pack() - make the reply to a call whose op has run
 * @outs: outputs of the op; discarded, except the result, if that is negative
 *
 * Closes the descriptors in @outs, which the op gave away, in any case. Returns
 * 0; -EPROTO, with one log line, or -EMSGSIZE if the interface does not allow
 * @outs; -EMFILE or -ENOMEM. Thread word: bound.
 */
int camipc_outputs_pack(const struct camipc_reply_form *form,
			const struct camipc_method *method,
			struct camipc_record *call, void *outs,
			struct camipc_record **ret_reply);

#endif /* CAMIPC_SERVANT_OUTPUTS_H */
