/* SPDX-License-Identifier: MIT */
/*
 * A module file that is open. It is opened once: its note is read, trust is
 * decided and the module is loaded from this descriptor, so that no exchange
 * of the file, or of a link that leads to it, can come in between.
 */
#ifndef CAMIPC_MODULE_FILE_H
#define CAMIPC_MODULE_FILE_H

#include <limits.h>
#include <sys/types.h>

#include <camipc/module.h>

#include "manifest.h"
#include "module_copy.h"

/** Thread word: bound. */
struct camipc_module_file {
	int fd; /* -1: closed */
	dev_t device;
	ino_t inode;
	char path[PATH_MAX]; /* real; "" if no path leads to it (any more) */
	char asked[PATH_MAX]; /* under which it was opened; for messages */
	struct camipc_module_info info;
	struct camipc_manifest manifest;
	bool has_manifest_file; /* @manifest is from a file beside the module */
	bool is_sealed; /* @copy is loaded instead of the file */
	struct camipc_module_copy copy;
};

/**
 * camipc_module_file_open() - open a module and read its note and manifest
 * @path: absolute, or relative to the working directory
 * @ret_file: for camipc_module_file_close(); closed on failure
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line that says what is
 *       wrong with the file
 *
 * A manifest in a file beside the module, if only root can change it, takes the
 * place of the one in the module (manifest_file.h).
 *
 * Returns 0 or an error of camipc_module_open(), camipc_module_info_read(),
 * camipc_manifest_parse() or camipc_manifest_file_read().
 * Thread word: reentrant.
 */
int camipc_module_file_open(const char *path,
			    struct camipc_module_file *ret_file,
			    char *why) CAMIPC_MUST_CHECK;

/**
 * camipc_module_file_take() - read a module that is open already
 * @fd: opened for reading; taken on success
 * @path: under which it was opened, for systems without /proc
 *
 * Otherwise as camipc_module_file_open().
 */
int camipc_module_file_take(int fd, const char *path,
			    struct camipc_module_file *ret_file,
			    char *why) CAMIPC_MUST_CHECK;

/**
 * camipc_module_file_copy() - make a sealed copy of what is loaded of a file
 * @file: open
 * @observer: sees all bytes of the file as they are copied; NULL: nobody
 * @ret_copy: set on success; the caller closes its descriptor
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line that says what is
 *       wrong
 *
 * The note and the manifest of the copy are those of the file.
 *
 * Returns 0, -ESTALE (the file was changed after it was read), or an error of
 * camipc_module_copy_make(). Thread word: reentrant.
 */
int camipc_module_file_copy(const struct camipc_module_file *file,
			    const struct camipc_copy_observer *observer,
			    struct camipc_module_copy *ret_copy,
			    char *why) CAMIPC_MUST_CHECK;

/**
 * Makes a copy that is loaded instead of the file, unless it has one. What is
 * found out about @file->copy from now on holds for what is loaded. Arguments and
 * errors are those of camipc_module_file_copy().
 */
int camipc_module_file_seal(struct camipc_module_file *file,
			    const struct camipc_copy_observer *observer,
			    char *why) CAMIPC_MUST_CHECK;

/**
 * camipc_module_file_use_copy() - load a copy that was made before
 * @file: open, without a sealed copy
 * @copy: sealed; @file gets a descriptor of its own for it
 *
 * Returns 0, -ESTALE (the note or the manifest of the file are others), or an
 * error of fcntl(). Thread word: reentrant.
 */
int camipc_module_file_use_copy(struct camipc_module_file *file,
				const struct camipc_module_copy *copy)
	CAMIPC_MUST_CHECK;

/** Drops the sealed copy: the file itself is loaded again. */
void camipc_module_file_unseal(struct camipc_module_file *file);

/** Returns the descriptor of what is loaded: the copy, or the file. */
int camipc_module_file_loaded_fd(const struct camipc_module_file *file);

/**
 * Takes the manifest of the file beside the module instead of the module's, if
 * only root can change it (manifest_file.h). @file may stay open on failure.
 * Returns 0 or an error of camipc_manifest_file_read().
 */
int camipc_module_file_read_manifest(struct camipc_module_file *file,
				     char *why) CAMIPC_MUST_CHECK;

/** Returns what to call the file in messages: its path, or else the one under
 *  which it was opened. */
const char *camipc_module_file_name(const struct camipc_module_file *file);

/** Closes the file; it may be closed already. */
void camipc_module_file_close(struct camipc_module_file *file);

/**
 * Writes a path to @name that names @fd in this process; @size is at least
 * CAMIPC_FD_NAME_SIZE. Returns false if it has no name, because /proc is not
 * mounted. Thread word: reentrant.
 */
bool camipc_fd_name(int fd, char *name, size_t size);

#define CAMIPC_FD_NAME_SIZE 32

#endif /* CAMIPC_MODULE_FILE_H */
