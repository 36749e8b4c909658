/* SPDX-License-Identifier: MIT */
/* Whether only root can change which libraries a module brings along. */
#ifndef CAMIPC_MODULE_MODULE_LIBRARIES_H
#define CAMIPC_MODULE_MODULE_LIBRARIES_H

#include <camipc/base.h>

/**
 * camipc_module_libraries_check() - check where a module finds its libraries
 * @fd: a sealed copy of a module of this machine, to be loaded through
 *      /proc/self/fd
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on -EPERM the folder, and what is wrong
 *
 * Nobody has vouched for the libraries that a module needs (DT_NEEDED). They are
 * as good as the folders in which the dynamic loader looks: those of the system,
 * and those that the module names (DT_RPATH, DT_RUNPATH), which only root may be
 * able to change. $ORIGIN leads to a folder without libraries.
 *
 * Returns 0; -EPERM (somebody else can change one of the folders, a path is
 * relative, or it has a variable other than $ORIGIN); -ENOEXEC (the table of
 * needed libraries is broken); -EMFILE; -ENOMEM; or an error of pread(). Thread
 * word: reentrant.
 */
int camipc_module_libraries_check(int fd, char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MODULE_MODULE_LIBRARIES_H */
