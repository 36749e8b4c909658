/* SPDX-License-Identifier: MIT */
/* The public keys whose signatures make a module trusted, and revoked ones. */
#ifndef CAMIPC_TRUST_KEY_RING_H
#define CAMIPC_TRUST_KEY_RING_H

#include <sys/types.h>

#include "key_text.h"

/** A camera stack knows a handful of vendors. */
#define CAMIPC_MAX_KEYS 256

/** Bytes of a reason that names a file; longer ones are cut. */
#define CAMIPC_RING_WHY_SIZE 384

struct camipc_key {
	uint8_t bytes[CAMIPC_KEY_SIZE];
	uint8_t id[CAMIPC_KEY_ID_SIZE];
	bool is_revoked;
};

/** All zero is an empty ring. Thread word: never changes once it is filled. */
struct camipc_key_ring {
	size_t n;
	struct camipc_key *keys;
};

/**
 * camipc_key_ring_add() - add a public key, or revoke one
 *
 * A key that was revoked once stays revoked, in whatever order it is added.
 * Returns 0, -E2BIG (more than CAMIPC_MAX_KEYS), -ENOMEM or -ENOSYS (a build
 * without libcrypto). Thread word: bound.
 */
int camipc_key_ring_add(struct camipc_key_ring *ring, const uint8_t *key,
			bool is_revoked) CAMIPC_MUST_CHECK;

/**
 * camipc_key_ring_add_folder() - add the keys of a folder
 * @folder: absolute; a missing folder has no keys
 * @user: who may change it besides root; 0: nobody else
 * @why: CAMIPC_RING_WHY_SIZE bytes; on failure one line that names the file
 *
 * Files called *.pub have a key each that makes modules trusted. Those called
 * *.revoked have a key each that does not, wherever else it is named. Other
 * files are ignored.
 *
 * Returns 0; -EPERM (others can change the folder or a file); -EINVAL (a file is
 * broken); an error of camipc_key_ring_add(); or one of opening and reading.
 * Thread word: bound.
 */
int camipc_key_ring_add_folder(struct camipc_key_ring *ring, const char *folder,
			       uid_t user, char *why) CAMIPC_MUST_CHECK;

/** Returns the key with this id, or NULL. Thread word: reentrant. */
const struct camipc_key *camipc_key_ring_find(const struct camipc_key_ring *ring,
					      const uint8_t *id);

void camipc_key_ring_fini(struct camipc_key_ring *ring);

#endif /* CAMIPC_TRUST_KEY_RING_H */
