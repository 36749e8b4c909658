/* SPDX-License-Identifier: MIT */
/* Decides which modules may run inside the camera process. */
#ifndef CAMIPC_MODULE_TRUST_H
#define CAMIPC_MODULE_TRUST_H

#include <stddef.h>

#include <camipc/base.h>

struct camipc_load_file;
struct camipc_module_file;

/** Bytes of the reason from camipc_trust_judge(); longer ones are cut. */
#define CAMIPC_TRUST_WHY_SIZE 128

/** Paths may be links. All are borrowed. */
struct camipc_trust {
	char *const *paths; /* files or folders that the host trusts */
	size_t n_paths;
	const char *install_folder; /* of modules; NULL: none */
};

/**
 * camipc_trust_judge() - decide whether an open module file is trusted
 * @why: CAMIPC_TRUST_WHY_SIZE bytes; the reason for the answer, in words
 *
 * A module is trusted if it lies below a path that the host trusts, and only
 * root or the user of this process can change either path (pinned_path.h), or
 * if it lies in the install folder, and only root can. Links are followed:
 * judged is the file that is open, not the name under which it was found. A
 * trusted path keeps its meaning, so the file may be loaded by it.
 *
 * Returns 1 if it is trusted, 0 if not; -EMFILE or -ENOMEM (it could not be
 * found out). Thread word: reentrant.
 */
int camipc_trust_judge(const struct camipc_trust *trust,
		       const struct camipc_module_file *file,
		       char *why) CAMIPC_MUST_CHECK;

/**
 * Returns whether the file lies at or below @path, which root's policy @where
 * names, and only root can change either; as camipc_trust_judge().
 */
int camipc_trust_judge_below(const char *path,
			     const struct camipc_module_file *file,
			     const char *where, char *why) CAMIPC_MUST_CHECK;

/** A file that a module loads is judged by the same rules, likewise. */
int camipc_trust_judge_load(const struct camipc_trust *trust,
			    const struct camipc_load_file *file,
			    char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MODULE_TRUST_H */
