/* SPDX-License-Identifier: MIT */
/*
 * Sealed copies of modules, with their hashes. A manager keeps those that it has
 * made, so that a camera that starts again, or a worker that is replaced, does not
 * copy and hash the same file once more.
 */
#ifndef CAMIPC_PROXY_SEALED_COPIES_H
#define CAMIPC_PROXY_SEALED_COPIES_H

#include <pthread.h>
#include <sys/stat.h>

#include "module_file.h"
#include "module_signature.h"

/** More modules than a camera stack has. */
#define CAMIPC_MAX_SEALED_COPIES 8

/** The hashes of one file. */
struct camipc_module_hashes {
	uint8_t content[CAMIPC_HASH_SIZE]; /* survives strip */
	uint8_t file[CAMIPC_HASH_SIZE]; /* as sha256sum prints it */
};

/** What tells one state of a file from another. */
struct camipc_file_state {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
	struct timespec changed;
};

struct camipc_sealed_copy {
	struct camipc_file_state state;
	struct camipc_module_copy copy;
	struct camipc_module_hashes hashes;
	uint64_t last_use; /* 0: this place is free */
};

/** Thread word: safe. All zero but for the lock: nothing is kept. */
struct camipc_sealed_copies {
	pthread_mutex_t lock;
	uint64_t n_uses;
	struct camipc_sealed_copy entries[CAMIPC_MAX_SEALED_COPIES];
};

void camipc_sealed_copies_init(struct camipc_sealed_copies *copies);
void camipc_sealed_copies_fini(struct camipc_sealed_copies *copies);

/**
 * camipc_sealed_copies_take() - seal a module file, and find its hashes
 * @copies: NULL: nothing is kept
 * @file: open; on success it has a sealed copy, which the hashes are of
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line that says what is wrong
 *
 * A copy that was made of the same state of the file is used again. Since the
 * hashes are of the copy, and the copy is what is loaded, a file that is changed
 * without a trace can only lead to a module that was judged before.
 *
 * Returns 0; -ENOSYS (this build has no libcrypto); or an error of
 * camipc_module_file_seal() or camipc_module_hash().
 */
int camipc_sealed_copies_take(struct camipc_sealed_copies *copies,
			      struct camipc_module_file *file,
			      struct camipc_module_hashes *ret_hashes,
			      char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_SEALED_COPIES_H */
