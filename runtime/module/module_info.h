/* SPDX-License-Identifier: MIT */
/* Reads a module's description of itself, without loading anything of it. */
#ifndef CAMIPC_MODULE_MODULE_INFO_H
#define CAMIPC_MODULE_MODULE_INFO_H

#include <camipc/module.h>

/** Room for the reason of a failure; longer reasons are cut. */
#define CAMIPC_MODULE_WHY_SIZE 160

/**
 * camipc_module_info_read() - find and check the notes of a module
 * @fd: borrowed, open for reading; its offset does not change
 * @ret_info: strings are NUL-terminated, printable UTF-8; name and interface
 *            are not empty
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line that says what is
 *       wrong with the file
 *
 * The file may be hostile: every offset is checked against its size, and reads
 * are bounded in number and length.
 *
 * Returns 0; -ENOEXEC (not an ELF shared object of this machine, truncated, no
 * note or more than one, more than one manifest, a note or a manifest that
 * breaks its format); -ESTALE (made for another module ABI or codegen
 * revision); -EIO. Thread word: reentrant.
 */
int camipc_module_info_read(int fd, struct camipc_module_info *ret_info,
			    char *why) CAMIPC_MUST_CHECK;

/**
 * camipc_module_manifest_read() - read the manifest of a module
 * @manifest: CAMIPC_MAX_MANIFEST_SIZE + 1 bytes; gets the text of
 *            CAMIPC_MODULE_MANIFEST, NUL-terminated UTF-8 whose only control
 *            characters are tabs and newlines; "" if the module has none, and
 *            on failure
 *
 * Checks the whole file as camipc_module_info_read() does, and returns the
 * same. Thread word: reentrant.
 */
int camipc_module_manifest_read(int fd, char *manifest,
				char *why) CAMIPC_MUST_CHECK;

/**
 * Reads both, the note and the manifest, of a file that is read once. @ret_info
 * and @manifest are as above; the same errors. Thread word: reentrant.
 */
int camipc_module_notes_read(int fd, struct camipc_module_info *ret_info,
			     char *manifest, char *why) CAMIPC_MUST_CHECK;

/**
 * Copies the build id of an ELF file, at most @size bytes, to @id. Returns how
 * many; 0 if it has none, a longer one, or is no library of this machine. The
 * file may be hostile. Thread word: reentrant.
 */
size_t camipc_module_build_id(int fd, uint8_t *id, size_t size);

/**
 * camipc_module_open() - open a file that may be a module
 * @path: absolute, or relative to the working directory
 * @ret_fd: close-on-exec; the caller closes it
 *
 * Does not block on fifos and devices. Returns 0; -ENOEXEC (not a regular
 * file); or an error of open(): -ENOENT, -EACCES, -ENOTDIR, -ELOOP, -EMFILE.
 * Thread word: reentrant.
 */
int camipc_module_open(const char *path, int *ret_fd,
		       char *why) CAMIPC_MUST_CHECK;

/** camipc_module_open() and camipc_module_info_read() in one. */
int camipc_module_info_read_path(const char *path,
				 struct camipc_module_info *ret_info,
				 char *why) CAMIPC_MUST_CHECK;

/** The fingerprint that the note keeps in two halves. */
static inline uint64_t
camipc_module_info_fingerprint(const struct camipc_module_info *info)
{
	return ((uint64_t)info->wire_fingerprint_high << 32) |
	       info->wire_fingerprint_low;
}

#endif /* CAMIPC_MODULE_MODULE_INFO_H */
