/* SPDX-License-Identifier: MIT */
/* The keys and hashes that make modules trusted, of all sources. */
#ifndef CAMIPC_PROXY_TRUST_STORE_H
#define CAMIPC_PROXY_TRUST_STORE_H

#include <camipc/manager.h>

#include "key_ring.h"

/** Never changes once it is filled. */
struct camipc_trust_store {
	struct camipc_key_ring keys;
	size_t n_hashes;
	uint8_t (*hashes)[CAMIPC_HASH_SIZE];
};

/**
 * camipc_trust_store_init() - collect keys and hashes
 * @options: of the host: its keys and hashes, and the folder of keys
 *
 * Takes keys that were built in, those of @options, and those of the folder for
 * keys of the system, or of the folder that @options name instead. A log line
 * says what is wrong.
 *
 * Returns 0; -EINVAL (a wrong key or hash); -ENOSYS (there are some, and this
 * build has no libcrypto); -EPERM (others can change the folder); -E2BIG;
 * -ENOMEM; or an error of opening and reading a file.
 */
int camipc_trust_store_init(struct camipc_trust_store *store,
			    const struct camipc_manager_options *options)
	CAMIPC_MUST_CHECK;

/** Adds a hash of a file or of a content. Returns 0, -ENOMEM, or -ENOSYS. */
int camipc_trust_store_add_hash(struct camipc_trust_store *store,
				const uint8_t *hash) CAMIPC_MUST_CHECK;

/** Returns whether this hash is in the list. Thread word: safe. */
bool camipc_trust_store_has_hash(const struct camipc_trust_store *store,
				 const uint8_t *hash);

void camipc_trust_store_fini(struct camipc_trust_store *store);

#endif /* CAMIPC_PROXY_TRUST_STORE_H */
