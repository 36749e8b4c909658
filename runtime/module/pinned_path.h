/* SPDX-License-Identifier: MIT */
/* Whether anybody but root and one chosen user can change what a path means. */
#ifndef CAMIPC_MODULE_PINNED_PATH_H
#define CAMIPC_MODULE_PINNED_PATH_H

#include <sys/stat.h>
#include <sys/types.h>

#include <camipc/base.h>

/** Bytes of the reason from camipc_pinned_path_check(); longer ones are cut. */
#define CAMIPC_PINNED_WHY_SIZE 128

/**
 * camipc_pinned_path_check() - check who can change what lies at a path
 * @path: absolute; symbolic links are followed
 * @user: a user who may change it besides root; 0: nobody else
 * @ret_status: of the file or folder at @path, also on -EPERM if it was reached
 * @why: CAMIPC_PINNED_WHY_SIZE bytes; on failure one line that names the part
 *
 * A path is *pinned* if only root and @user can make it lead to something
 * else, or can write to the file there. Checked are each folder in which a
 * name is looked up, those that links lead through included, and the file. A
 * folder that others may write to passes if it is sticky and the next part
 * belongs to root or @user: others can neither rename nor remove that part. A
 * FUSE file system below the root file system does not pass, because its
 * program chooses the owners and modes that it shows. Access control lists
 * that let others write show in the group's bits.
 *
 * What is pinned stays pinned unless root or @user changes it: the path may be
 * opened again later.
 *
 * Returns 0; -EPERM (others can change it); -EINVAL (a relative path);
 * -ENAMETOOLONG; -ELOOP (more than 40 links); -EMFILE or -ENOMEM (nothing was
 * found out); or another error of openat(), fstat(), fstatfs() or readlinkat().
 * Thread word: reentrant.
 */
int camipc_pinned_path_check(const char *path, uid_t user,
			     struct stat *ret_status,
			     char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MODULE_PINNED_PATH_H */
