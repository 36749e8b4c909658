/* SPDX-License-Identifier: MIT */
/* SHA-256 and Ed25519, in a form that does not show which library computes
 * them. */
#ifndef CAMIPC_TRUST_CRYPTO_H
#define CAMIPC_TRUST_CRYPTO_H

#include <camipc/base.h>

/** Sizes in bytes. */
#define CAMIPC_HASH_SIZE 32 /* of a SHA-256 */
#define CAMIPC_KEY_SIZE 32 /* of a public key, and of a private one */
#define CAMIPC_SIGNATURE_SIZE 64

struct camipc_hash;

/**
 * Returns whether this build can compute hashes and signatures. Otherwise every
 * function below that can fail returns -ENOSYS. Thread word: reentrant.
 */
bool camipc_crypto_is_built_in(void);

/**
 * camipc_hash_begin() - begin a SHA-256
 * @ret_hash: for camipc_hash_end()
 *
 * Returns 0, -ENOMEM or -ENOSYS. Thread word: reentrant.
 */
int camipc_hash_begin(struct camipc_hash **ret_hash) CAMIPC_MUST_CHECK;

/** Adds bytes; a failure is reported at the end. Thread word: bound. */
void camipc_hash_add(struct camipc_hash *hash, const void *data, size_t size);

/**
 * camipc_hash_end() - finish a SHA-256, and free its state
 * @digest: CAMIPC_HASH_SIZE bytes; NULL: it is not wanted any more
 *
 * Returns 0 or -ENOMEM. Thread word: bound.
 */
int camipc_hash_end(struct camipc_hash *hash, uint8_t *digest);

/**
 * Makes a new pair of Ed25519 keys, of CAMIPC_KEY_SIZE bytes each. Returns 0,
 * -ENOMEM, -ENOSYS or -EIO (no random numbers). Thread word: reentrant.
 */
int camipc_ed25519_generate(uint8_t *private_key,
			    uint8_t *public_key) CAMIPC_MUST_CHECK;

/** Computes the public key that belongs to @private_key. Returns 0, -ENOMEM or
 *  -ENOSYS. Thread word: reentrant. */
int camipc_ed25519_get_public(const uint8_t *private_key,
			      uint8_t *public_key) CAMIPC_MUST_CHECK;

/** Signs @size bytes of @data; @signature gets CAMIPC_SIGNATURE_SIZE bytes.
 *  Returns 0, -ENOMEM or -ENOSYS. Thread word: reentrant. */
int camipc_ed25519_sign(const uint8_t *private_key, const void *data,
			size_t size, uint8_t *signature) CAMIPC_MUST_CHECK;

/** Returns 1 if @signature is the key's for @data, 0 if not, -ENOMEM or
 *  -ENOSYS. Thread word: reentrant. */
int camipc_ed25519_verify(const uint8_t *public_key, const void *data,
			  size_t size,
			  const uint8_t *signature) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_TRUST_CRYPTO_H */
