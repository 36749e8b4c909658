/* SPDX-License-Identifier: MIT */
/* The libraries that a module needs from folders that it names itself. */
#ifndef CAMIPC_SANDBOX_NEEDED_LIBRARIES_H
#define CAMIPC_SANDBOX_NEEDED_LIBRARIES_H

#include <camipc/base.h>

/**
 * camipc_needed_libraries_visit() - find libraries in RPATH and RUNPATH
 * @fd: the module's file, borrowed
 * @path: where it lies, for $ORIGIN
 * @visit: called with the path of each file, and the file, which is closed
 *         afterwards
 * @user: for @visit
 *
 * A module could name any folder. What it gets are therefore not the folders,
 * but files in them: those that have the name of a library that it needs, and
 * are ELF files of this machine. Libraries that these need in turn are found
 * likewise. At most CAMIPC_MAX_NEEDED_LIBRARIES files are visited. The files
 * may be hostile: every offset is checked, and what is odd is skipped. Thread
 * word: reentrant.
 */
void camipc_needed_libraries_visit(int fd, const char *path,
				   void (*visit)(void *user, const char *path,
						 int fd),
				   void *user);

/** Real modules need a few dozen; most lie in the system's folders. */
#define CAMIPC_MAX_NEEDED_LIBRARIES 64

#endif /* CAMIPC_SANDBOX_NEEDED_LIBRARIES_H */
