/* SPDX-License-Identifier: MIT */
/* Reads keys and hashes from options, from the build and from folders. */
#include "trust_store.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "manager_config.h"

#define TOPIC "manager"

/** Public keys that the build was given; ends with NULL. */
static const char *const built_in_keys[] = { CAMIPC_BUILT_IN_KEYS NULL };

static int refuse_key(const char *source, const char *key, int error,
		      const char *why)
{
	if (error == -ENOSYS)
		why = "this build of camipc has no libcrypto and cannot check "
		      "signatures";
	else if (!why)
		why = camipc_errno_to_string(error);
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: '%.100s': %s", source, key,
		   why);
	return error;
}

static int add_keys(struct camipc_trust_store *store, const char *source,
		    const char *const *keys)
{
	for (; keys && *keys; keys++) {
		uint8_t key[CAMIPC_KEY_SIZE];
		char why[CAMIPC_KEY_WHY_SIZE];
		int ret = camipc_public_key_parse_line(*keys, key, why);

		if (ret < 0)
			return refuse_key(source, *keys, ret, why);
		ret = camipc_key_ring_add(&store->keys, key, false);
		if (ret < 0)
			return refuse_key(source, *keys, ret, NULL);
	}
	return 0;
}

static int add_folder(struct camipc_trust_store *store,
		      const struct camipc_manager_options *options)
{
	char why[CAMIPC_RING_WHY_SIZE];
	int ret;

	/* The host may name a folder of its own user's. */
	if (options->keys_folder)
		ret = camipc_key_ring_add_folder(
			&store->keys, options->keys_folder, geteuid(), why);
	else if (!options->no_install_paths)
		ret = camipc_key_ring_add_folder(&store->keys,
						 CAMIPC_KEYS_FOLDER, 0, why);
	else
		ret = 0;
	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s", why);
	return ret;
}

int camipc_trust_store_add_hash(struct camipc_trust_store *store,
				const uint8_t *hash)
{
	uint8_t(*hashes)[CAMIPC_HASH_SIZE];

	if (!camipc_crypto_is_built_in())
		return -ENOSYS;
	hashes = realloc(store->hashes,
			 (store->n_hashes + 1) * sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	store->hashes = hashes;
	memcpy(hashes[store->n_hashes++], hash, sizeof(*hashes));
	return 0;
}

static int add_hashes(struct camipc_trust_store *store,
		      const char *const *hashes)
{
	static const char source[] = "trusted_hashes";

	for (; hashes && *hashes; hashes++) {
		uint8_t hash[CAMIPC_HASH_SIZE];
		int ret;

		if (!camipc_hex_read(*hashes, hash, sizeof(hash)))
			return refuse_key(source, *hashes, -EINVAL,
					  "expected a SHA-256, of 64 hex "
					  "digits");
		ret = camipc_trust_store_add_hash(store, hash);
		if (ret < 0)
			return refuse_key(source, *hashes, ret, NULL);
	}
	return 0;
}

int camipc_trust_store_init(struct camipc_trust_store *store,
			    const struct camipc_manager_options *options)
{
	int ret;

	*store = (struct camipc_trust_store){ .n_hashes = 0 };
	ret = add_keys(store, "a built-in key", built_in_keys);
	if (ret == 0)
		ret = add_keys(store, "trusted_keys", options->trusted_keys);
	if (ret == 0)
		ret = add_folder(store, options);
	if (ret == 0)
		ret = add_hashes(store, options->trusted_hashes);
	if (ret < 0)
		camipc_trust_store_fini(store);
	return ret;
}

bool camipc_trust_store_has_hash(const struct camipc_trust_store *store,
				 const uint8_t *hash)
{
	for (size_t i = 0; i < store->n_hashes; i++) {
		if (memcmp(store->hashes[i], hash, CAMIPC_HASH_SIZE) == 0)
			return true;
	}
	return false;
}

void camipc_trust_store_fini(struct camipc_trust_store *store)
{
	camipc_key_ring_fini(&store->keys);
	free(store->hashes);
	*store = (struct camipc_trust_store){ .n_hashes = 0 };
}
