/* SPDX-License-Identifier: MIT */
/* Decides which modules may run inside the camera process. */
#ifndef CAMIPC_MODULE_TRUST_H
#define CAMIPC_MODULE_TRUST_H

#include <stddef.h>

/** Paths may be links. All are borrowed. */
struct camipc_trust {
	char *const *paths; /* files or folders that the host trusts */
	size_t n_paths;
	const char *install_folder; /* of modules; NULL: none */
};

/**
 * Returns the reason why the module at @path is trusted, in words, or NULL if
 * it is not trusted or does not exist. A module is trusted if it lies below a
 * path that the host trusts, or in the install folder where only root can
 * change it or any folder above it. Links are followed: the file itself counts.
 * Thread word: reentrant.
 */
const char *camipc_trust_in(const struct camipc_trust *trust, const char *path);

#endif /* CAMIPC_MODULE_TRUST_H */
