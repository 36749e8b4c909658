/* SPDX-License-Identifier: MIT */
/* Compares real paths, and asks who can change them. */
#include "module_trust.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load_files.h"
#include "module_file.h"
#include "pinned_path.h"

/** True if @path is @root, or lies below it; both are real paths. */
static bool is_below(const char *path, const char *root)
{
	size_t size = strlen(root);

	if (strcmp(root, "/") == 0)
		return true;
	return strncmp(path, root, size) == 0 &&
	       (path[size] == '/' || path[size] == '\0');
}

/** A file that is open, and its real path. */
struct place {
	const char *path; /* "" if none leads to it */
	dev_t device;
	ino_t inode;
};

/**
 * Returns 1 if the file lies below @root, and nobody but root and @user can
 * change that; 0, with @why if somebody else can; or -EMFILE or -ENOMEM.
 */
static int is_kept_below(const struct place *file, const char *root, uid_t user, char *why)
{
	char reason[CAMIPC_PINNED_WHY_SIZE];
	struct stat status;
	char real[PATH_MAX];
	int ret;

	if (!realpath(root, real) || !is_below(file->path, real))
		return 0;
	ret = camipc_pinned_path_check(root, user, &status, reason);
	if (ret == 0)
		ret = camipc_pinned_path_check(file->path, user, &status,
					       reason);
	if (ret == -EMFILE || ret == -ENOMEM)
		return ret;
	if (ret == 0)
		return status.st_dev == file->device &&
		       status.st_ino == file->inode;
	snprintf(why, CAMIPC_TRUST_WHY_SIZE, "%s", reason);
	return 0;
}

static int judge_place(const struct camipc_trust *trust,
		       const struct place *file, char *why)
{
	int ret = 0;

	snprintf(why, CAMIPC_TRUST_WHY_SIZE,
		 file->path[0] ? "not on the trusted list" :
				 "its path was changed while it was judged");
	for (size_t i = 0; i < trust->n_paths && ret == 0; i++) {
		ret = is_kept_below(file, trust->paths[i], geteuid(), why);
		if (ret == 1)
			snprintf(why, CAMIPC_TRUST_WHY_SIZE,
				 "trusted by the host");
	}
	if (ret != 0 || !trust->install_folder)
		return ret;
	ret = is_kept_below(file, trust->install_folder, 0, why);
	if (ret == 1)
		snprintf(why, CAMIPC_TRUST_WHY_SIZE,
			 "installed, and only root can change it");
	return ret;
}

int camipc_trust_judge(const struct camipc_trust *trust,
		       const struct camipc_module_file *file, char *why)
{
	const struct place place = { file->path, file->device, file->inode };

	return judge_place(trust, &place, why);
}

int camipc_trust_judge_below(const char *path,
			     const struct camipc_module_file *file,
			     const char *where, char *why)
{
	const struct place place = { file->path, file->device, file->inode };
	int ret = is_kept_below(&place, path, 0, why);

	if (ret == 1)
		snprintf(why, CAMIPC_TRUST_WHY_SIZE,
			 "trusted by the policy %.96s", where);
	return ret;
}

int camipc_trust_judge_load(const struct camipc_trust *trust,
			    const struct camipc_load_file *file, char *why)
{
	const struct place place = { file->path, file->device, file->inode };

	return judge_place(trust, &place, why);
}
