/* SPDX-License-Identifier: MIT */
/*
 * The loadable content of a module file: all bytes that the dynamic loader maps
 * or reads, and no others. Signatures cover it, and sealed copies consist of it:
 * `strip` and debug links leave it as it is.
 */
#ifndef CAMIPC_MODULE_MODULE_CONTENT_H
#define CAMIPC_MODULE_MODULE_CONTENT_H

#include <camipc/base.h>

/** A shared object has about ten program headers. */
#define CAMIPC_MAX_SEGMENTS 64

/** The largest module file, in bytes: large vendor libraries with data have tens
 *  of MiB. */
#define CAMIPC_MAX_MODULE_SIZE (UINT64_C(256) << 20)

/** Bytes of a file. */
struct camipc_content_piece {
	uint64_t offset;
	uint64_t size;
};

/**
 * Where the content lies in a file: the ELF header, the program headers, and the
 * segments that are loaded (PT_LOAD), in this order. The fields of the header
 * that describe sections (e_shoff, e_shentsize, e_shnum, e_shstrndx) belong to
 * no content and count as 0, also where a segment contains the header.
 */
struct camipc_module_content {
	uint64_t file_size;
	uint32_t n_pieces;
	struct camipc_content_piece pieces[2 + CAMIPC_MAX_SEGMENTS];
	struct camipc_content_piece masked[2];
	bool is_64_bit;
	bool is_big_endian;
};

/**
 * camipc_module_content_find() - find the loadable content of an ELF file
 * @fd: opened for reading; its offset does not matter, and stays
 * @ret_content: set on success
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line that says what is
 *       wrong with the file
 *
 * Reads shared objects of both classes and byte orders, of any machine. The file
 * may be hostile: whatever its headers say is compared with its size.
 *
 * Returns 0; -ENOEXEC (not a shared object, truncated, without a segment that is
 * loaded, with more than CAMIPC_MAX_SEGMENTS program headers, or with PT_LOAD
 * segments that overlap or do not ascend, in the file or in memory); -EFBIG
 * (more than CAMIPC_MAX_MODULE_SIZE); or an error of fstat() or pread(). Thread
 * word: reentrant.
 */
int camipc_module_content_find(int fd,
			       struct camipc_module_content *ret_content,
			       char *why) CAMIPC_MUST_CHECK;

/**
 * camipc_module_content_walk() - pass the content to a function, in order
 * @fd: the file that @content was found in
 * @take: gets up to 16 KiB at a time, masked, with their offset in the file; a
 *        result other than 0 ends the walk
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; set unless @take has failed
 *
 * Returns 0; -ESTALE (the file shrank); an error of pread(); or the result of
 * @take. Thread word: reentrant.
 */
int camipc_module_content_walk(const struct camipc_module_content *content,
			       int fd,
			       int (*take)(void *user, uint64_t offset,
					   const uint8_t *data, size_t size),
			       void *user, char *why) CAMIPC_MUST_CHECK;

/** Sets the masked bytes among @size bytes from @offset to 0. Thread word:
 *  reentrant. */
void camipc_module_content_mask(const struct camipc_module_content *content,
				uint64_t offset, uint8_t *data, size_t size);

#endif /* CAMIPC_MODULE_MODULE_CONTENT_H */
