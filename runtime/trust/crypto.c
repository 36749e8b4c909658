/* SPDX-License-Identifier: MIT */
/* SHA-256 and Ed25519 by OpenSSL's libcrypto. */
#include "crypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

/*
 * No file and no variable of the environment configures libcrypto here: its
 * configuration can name libraries, which would then be loaded into the camera
 * process.
 */
static void prepare(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

bool camipc_crypto_is_built_in(void)
{
	return true;
}

static EVP_MD_CTX *context_of(struct camipc_hash *hash)
{
	return (EVP_MD_CTX *)(void *)hash;
}

int camipc_hash_begin(struct camipc_hash **ret_hash)
{
	EVP_MD_CTX *context;

	prepare();
	context = EVP_MD_CTX_new();
	if (!context)
		return -ENOMEM;
	if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(context);
		return -ENOMEM;
	}
	*ret_hash = (struct camipc_hash *)(void *)context;
	return 0;
}

void camipc_hash_add(struct camipc_hash *hash, const void *data, size_t size)
{
	/* SHA-256 of a sound context cannot fail. */
	(void)EVP_DigestUpdate(context_of(hash), data, size);
}

int camipc_hash_end(struct camipc_hash *hash, uint8_t *digest)
{
	int ret = 0;

	if (digest && EVP_DigestFinal_ex(context_of(hash), digest, NULL) != 1)
		ret = -ENOMEM;
	EVP_MD_CTX_free(context_of(hash));
	return ret;
}

/** Returns NULL without memory. */
static EVP_PKEY *make_private(const uint8_t *private_key)
{
	prepare();
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key,
					    CAMIPC_KEY_SIZE);
}

int camipc_ed25519_generate(uint8_t *private_key, uint8_t *public_key)
{
	EVP_PKEY_CTX *context;
	EVP_PKEY *key = NULL;
	size_t private_size = CAMIPC_KEY_SIZE;
	size_t public_size = CAMIPC_KEY_SIZE;
	int ret = 0;

	prepare();
	context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);
	if (!context)
		return -ENOMEM;
	if (EVP_PKEY_keygen_init(context) != 1 ||
	    EVP_PKEY_keygen(context, &key) != 1 ||
	    EVP_PKEY_get_raw_private_key(key, private_key, &private_size) !=
		    1 ||
	    EVP_PKEY_get_raw_public_key(key, public_key, &public_size) != 1)
		ret = -EIO;
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(context);
	return ret;
}

int camipc_ed25519_get_public(const uint8_t *private_key, uint8_t *public_key)
{
	EVP_PKEY *key = make_private(private_key);
	size_t size = CAMIPC_KEY_SIZE;
	int ret = -ENOMEM;

	if (key && EVP_PKEY_get_raw_public_key(key, public_key, &size) == 1)
		ret = 0;
	EVP_PKEY_free(key);
	return ret;
}

int camipc_ed25519_sign(const uint8_t *private_key, const void *data,
			size_t size, uint8_t *signature)
{
	EVP_PKEY *key = make_private(private_key);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t signature_size = CAMIPC_SIGNATURE_SIZE;
	int ret = -ENOMEM;

	if (key && context &&
	    EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(context, signature, &signature_size, data, size) ==
		    1 &&
	    signature_size == CAMIPC_SIGNATURE_SIZE)
		ret = 0;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return ret;
}

int camipc_ed25519_verify(const uint8_t *public_key, const void *data,
			  size_t size, const uint8_t *signature)
{
	EVP_MD_CTX *context;
	EVP_PKEY *key;
	int ret = -ENOMEM;

	prepare();
	context = EVP_MD_CTX_new();
	key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key,
					  CAMIPC_KEY_SIZE);
	/* 1 is the only result that means yes. */
	if (key && context &&
	    EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1)
		ret = EVP_DigestVerify(context, signature,
				       CAMIPC_SIGNATURE_SIZE, data, size) == 1;
	EVP_PKEY_free(key);
	EVP_MD_CTX_free(context);
	return ret;
}
