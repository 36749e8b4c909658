/* SPDX-License-Identifier: MIT */
/* A build without libcrypto: it can neither hash nor sign, and says so. */
#include "crypto.h"

#include <errno.h>

bool camipc_crypto_is_built_in(void)
{
	return false;
}

int camipc_hash_begin(struct camipc_hash **ret_hash)
{
	(void)ret_hash;
	return -ENOSYS;
}

void camipc_hash_add(struct camipc_hash *hash, const void *data, size_t size)
{
	(void)hash;
	(void)data;
	(void)size;
}

int camipc_hash_end(struct camipc_hash *hash, uint8_t *digest)
{
	(void)hash;
	(void)digest;
	return -ENOSYS;
}

int camipc_ed25519_generate(uint8_t *private_key, uint8_t *public_key)
{
	(void)private_key;
	(void)public_key;
	return -ENOSYS;
}

int camipc_ed25519_get_public(const uint8_t *private_key, uint8_t *public_key)
{
	(void)private_key;
	(void)public_key;
	return -ENOSYS;
}

int camipc_ed25519_sign(const uint8_t *private_key, const void *data,
			size_t size, uint8_t *signature)
{
	(void)private_key;
	(void)data;
	(void)size;
	(void)signature;
	return -ENOSYS;
}

int camipc_ed25519_verify(const uint8_t *public_key, const void *data,
			  size_t size, const uint8_t *signature)
{
	(void)public_key;
	(void)data;
	(void)size;
	(void)signature;
	return -ENOSYS;
}
