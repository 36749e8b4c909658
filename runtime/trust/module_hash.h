/* SPDX-License-Identifier: MIT */
/* The hash of a module's loadable content, which is what signatures sign. */
#ifndef CAMIPC_TRUST_MODULE_HASH_H
#define CAMIPC_TRUST_MODULE_HASH_H

#include "crypto.h"

/** Bytes of a signed statement. */
#define CAMIPC_STATEMENT_SIZE (16 + CAMIPC_HASH_SIZE)

/**
 * camipc_module_hash() - hash the loadable content of a module file
 * @fd: opened for reading; sealed, or the result says nothing about what is read
 *      later
 * @hash: CAMIPC_HASH_SIZE bytes: the SHA-256 of "camipc content 1" and a newline,
 *        followed by the content as module_content.h defines it
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line
 *
 * Returns 0; -ENOSYS (a build without libcrypto); -ENOMEM; or an error of
 * camipc_module_content_find(). Thread word: reentrant.
 */
int camipc_module_hash(int fd, uint8_t *hash, char *why) CAMIPC_MUST_CHECK;

/** Writes what is signed for a content with this hash. Thread word: reentrant. */
void camipc_content_statement(const uint8_t *hash,
			      uint8_t statement[CAMIPC_STATEMENT_SIZE]);

#endif /* CAMIPC_TRUST_MODULE_HASH_H */
