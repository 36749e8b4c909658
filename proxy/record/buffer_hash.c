/* SPDX-License-Identifier: MIT */
/* The SHA-256 of contents of buffers, by libcrypto. */
#include "buffer_hash.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

/* No file and no variable configures libcrypto: that could load libraries. */
bool camipc_buffer_hash_is_available(void)
{
	return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1;
}

int camipc_buffer_hash(const void *data, size_t size, uint8_t hash[32])
{
	unsigned int n = 0;

	return EVP_Digest(data, size, hash, &n, EVP_sha256(), NULL) == 1 &&
			       n == 32
		       ? 0
		       : -ENOMEM;
}
