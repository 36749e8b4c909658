/* SPDX-License-Identifier: MIT */
/* Reads the manifest in a file beside a module, which only root can write. */
#ifndef CAMIPC_MODULE_MANIFEST_FILE_H
#define CAMIPC_MODULE_MANIFEST_FILE_H

#include <sys/types.h>

#include "manifest.h"

/** Added to the module's path: "/usr/lib/camipc/ipa/x.so.yaml". */
#define CAMIPC_MANIFEST_FILE_END ".yaml"

/**
 * camipc_manifest_file_read() - read MODULE.yaml, if it is there and counts
 * @module: real path of the module
 * @owner: who may own the file besides root: 0, or in tests another user. Where
 *         others can change the file or the path to it, it does not count, and
 *         a warning in the log says why
 * @ret_manifest: replaced as a whole; as it was if there is no file that counts
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line
 *
 * Returns 1 if the file was read; 0 if it is missing or does not count; -ENOEXEC
 * (too long, or no manifest); -EMFILE or -ENOMEM. Thread word: reentrant.
 */
int camipc_manifest_file_read(const char *module, uid_t owner,
			      struct camipc_manifest *ret_manifest,
			      char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MODULE_MANIFEST_FILE_H */
