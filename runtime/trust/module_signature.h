/* SPDX-License-Identifier: MIT */
/* Whose signatures vouch for the content of a module. */
#ifndef CAMIPC_TRUST_MODULE_SIGNATURE_H
#define CAMIPC_TRUST_MODULE_SIGNATURE_H

#include "key_ring.h"

/** A module's signatures lie in a file beside it, with this added to its name. */
#define CAMIPC_SIGNATURE_ENDING ".sig"

/** What camipc_module_signature_check() says of a module without that file. */
#define CAMIPC_NOT_SIGNED "not signed"

/** Keys that are known, not revoked, and have signed a content. */
struct camipc_vouchers {
	size_t n;
	uint8_t ids[CAMIPC_MAX_SIGNATURES][CAMIPC_KEY_ID_SIZE];
};

/**
 * camipc_signature_verify() - check one signature of a content
 * @key: the public key
 * @hash: of the content, from camipc_module_hash()
 *
 * Returns 1 if it is right, 0 if not, -ENOMEM or -ENOSYS. Thread word:
 * reentrant.
 */
int camipc_signature_verify(const uint8_t *key, const uint8_t *hash,
			    const uint8_t *signature) CAMIPC_MUST_CHECK;

/**
 * camipc_signatures_read() - read the signatures of a module
 * @module_path: of the module; CAMIPC_SIGNATURE_ENDING is added
 * @why: CAMIPC_KEY_WHY_SIZE bytes; on failure one line
 *
 * Returns 0; -ENOENT (there is no such file); -EINVAL (it is broken);
 * -ENAMETOOLONG; or an error of open() or read(). Thread word: reentrant.
 */
int camipc_signatures_read(const char *module_path,
			   struct camipc_signatures *ret_signatures,
			   char *why) CAMIPC_MUST_CHECK;

/**
 * camipc_module_signature_check() - find out who vouches for a module
 * @ring: the keys that are known
 * @module_path: beside which its signatures are
 * @hash: of the content of the sealed copy that will be loaded
 * @ret_vouchers: those keys of @ring that have signed it; may be none
 * @why: CAMIPC_KEY_WHY_SIZE bytes; set if nobody vouches: why, in words
 *
 * A signature of a key that is unknown or revoked is ignored, and so is one that
 * belongs to another content.
 *
 * Returns 0, also if nobody vouches; or -EMFILE, -ENOMEM or -ENOSYS (it could
 * not be found out). Thread word: reentrant.
 */
int camipc_module_signature_check(const struct camipc_key_ring *ring,
				  const char *module_path, const uint8_t *hash,
				  struct camipc_vouchers *ret_vouchers,
				  char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_TRUST_MODULE_SIGNATURE_H */
