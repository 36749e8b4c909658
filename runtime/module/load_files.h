/* SPDX-License-Identifier: MIT */
/*
 * The files that a module loads by itself: its manifest names them (loads). They
 * are opened once and judged like the module, before anything of it runs, and
 * the module gets the paths that lead to these very files.
 */
#ifndef CAMIPC_MODULE_LOAD_FILES_H
#define CAMIPC_MODULE_LOAD_FILES_H

#include <sys/types.h>

#include "manifest.h"

/** Longest build id kept, in bytes; linkers make 20. */
#define CAMIPC_LOAD_BUILD_ID_SIZE 32

/** One of them. */
struct camipc_load_file {
	int fd;
	dev_t device;
	ino_t inode;
	bool is_pinned; /* only root or this user can change what path means */
	char *path; /* real; owned */
	char build_id[2 * CAMIPC_LOAD_BUILD_ID_SIZE + 1]; /* in hex; or "" */
};

/** All of a module, in the order of the manifest. Zeroed: none. */
struct camipc_load_files {
	uint32_t n;
	struct camipc_load_file files[CAMIPC_MAX_LOADS];
};

/** Bytes of a reason; longer ones are cut. */
#define CAMIPC_LOAD_WHY_SIZE 352

/**
 * camipc_load_files_open() - open what the manifest names
 * @argument: of the module; NULL: it is not known yet, and what it would name is
 *	left out
 * @ret_files: for camipc_load_files_close(); has none on failure
 * @why: CAMIPC_LOAD_WHY_SIZE bytes; on failure one line that names the file
 *
 * Returns 0; -EINVAL (the argument is no absolute path, as loads wants it);
 * -ENOEXEC (not a regular file); -EMFILE; -ENOMEM; or another error of open():
 * -ENOENT, -EACCES, -ENOTDIR, -ELOOP. Thread word: reentrant.
 */
int camipc_load_files_open(const struct camipc_manifest *manifest,
			   const char *argument,
			   struct camipc_load_files *ret_files,
			   char *why) CAMIPC_MUST_CHECK;

/**
 * camipc_load_files_add() - append a file that is open already
 * @fd: taken, also on failure
 * @path: real, copied
 *
 * Returns 0; -EMSGSIZE (one too many); -ENOMEM; or an error of fstat(). Thread
 * word: bound.
 */
int camipc_load_files_add(struct camipc_load_files *files, int fd,
			  const char *path, bool is_pinned) CAMIPC_MUST_CHECK;

/**
 * Appends duplicates of all @files to @copy. Returns 0; -EMFILE; -ENOMEM; or
 * -EMSGSIZE (too many). Thread word: bound.
 */
int camipc_load_files_copy(struct camipc_load_files *copy,
			   const struct camipc_load_files *files)
	CAMIPC_MUST_CHECK;

/** Closes and forgets all of them. */
void camipc_load_files_close(struct camipc_load_files *files);

/**
 * camipc_load_files_path() - get a path under which to load a file
 * @path: CAMIPC_HOST_LOAD_PATH_SIZE bytes
 *
 * The real path where it is pinned, so that the loader finds libraries beside
 * the file; else one that leads to the open file. Returns 0; -ENOENT (there is
 * no such file, or /proc is not mounted); or -ESTALE (the file was replaced).
 * Thread word: reentrant.
 */
int camipc_load_files_path(const struct camipc_load_files *files, uint32_t i,
			   char *path) CAMIPC_MUST_CHECK;

/**
 * Returns the first file whose path leads elsewhere by now, or NULL. Thread
 * word: reentrant.
 */
const struct camipc_load_file *
camipc_load_files_find_replaced(const struct camipc_load_files *files);

#endif /* CAMIPC_MODULE_LOAD_FILES_H */
