/* SPDX-License-Identifier: MIT */
/* What is found out about the content of a module: its hashes, and who signed. */
#ifndef CAMIPC_PROXY_MODULE_FACTS_H
#define CAMIPC_PROXY_MODULE_FACTS_H

#include "module_file.h"
#include "module_signature.h"
#include "sealed_copies.h"

/** Facts about one module. All zero: nothing was found out. */
struct camipc_module_facts {
	bool is_known; /* @hashes are set */
	struct camipc_module_hashes hashes;
	struct camipc_vouchers vouchers;
	char unsigned_because[CAMIPC_KEY_WHY_SIZE]; /* if nobody vouches */
};

/**
 * camipc_module_facts_find() - seal a module, then find out facts about it
 * @keys: that are known
 * @copies: that are kept, and are used again; NULL: none
 * @file: open; gets a sealed copy, about which all facts are
 * @ret_facts: is_known is false if the file is of a kind that cannot be sealed,
 *             or this build has no libcrypto
 *
 * Signatures are checked each time: a detached one may come or go.
 *
 * Returns 0; -ESTALE (the file was changed after it was read: a log line says
 * so); -EMFILE; or -ENOMEM. Thread word: reentrant.
 */
int camipc_module_facts_find(const struct camipc_key_ring *keys,
			     struct camipc_sealed_copies *copies,
			     struct camipc_module_file *file,
			     struct camipc_module_facts *ret_facts)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_MODULE_FACTS_H */
