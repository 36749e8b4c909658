/* SPDX-License-Identifier: MIT */
/* Keys of a test, and signatures that it makes with them. */
#ifndef CAMIPC_TEST_SIGNING_FIXTURE_H
#define CAMIPC_TEST_SIGNING_FIXTURE_H

#include "key_text.h"

/** A pair of keys. */
struct signing_key {
	uint8_t private_key[CAMIPC_KEY_SIZE];
	uint8_t public_key[CAMIPC_KEY_SIZE];
	char id[CAMIPC_KEY_ID_TEXT_SIZE];
	char line[CAMIPC_MAX_KEY_FILE_SIZE]; /* as trusted_keys has it */
};

/** Makes a new pair. */
void signing_key_make(struct signing_key *key);

/** Writes the file of the public key. */
void signing_key_write(const struct signing_key *key, const char *path);

/** Hashes the content of a module, in hex. */
void signing_hash(const char *module, char text[CAMIPC_HASH_TEXT_SIZE]);

/** Signs a module with @n keys; its MODULE.sig has their signatures only. */
void signing_sign(const char *module, const struct signing_key *const *keys,
		  size_t n);

/** The same with one key. */
void signing_sign_with(const char *module, const struct signing_key *key);

#endif /* CAMIPC_TEST_SIGNING_FIXTURE_H */
