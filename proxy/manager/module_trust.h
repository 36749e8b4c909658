/* SPDX-License-Identifier: MIT */
/* Which modules may run inside the camera process. */
#ifndef CAMIPC_MODULE_TRUST_H
#define CAMIPC_MODULE_TRUST_H

#include <stddef.h>

/** Files, or folders whose files are meant. Borrowed; real or not. */
struct camipc_trust {
	char *const *paths; /* what the host trusts */
	size_t n_paths;
	const char *install_folder; /* of modules; NULL: none */
};

/**
 * What makes the module at @path trusted: the host said so, or it lies in the
 * install folder and nobody but root can change it or any folder above it.
 * Links are followed, so it is the file itself that counts.
 *
 * Returns the reason in words, to go behind "because", or NULL: not trusted,
 * or not there. Thread word: reentrant.
 */
const char *camipc_trust_in(const struct camipc_trust *trust, const char *path);

#endif /* CAMIPC_MODULE_TRUST_H */
