/* SPDX-License-Identifier: MIT */
/* A sealed copy of a module file, which nobody can change while it is loaded. */
#ifndef CAMIPC_MODULE_MODULE_COPY_H
#define CAMIPC_MODULE_MODULE_COPY_H

#include <camipc/base.h>

#include "module_content.h"

/** A copy, and what tells one content from another. */
struct camipc_module_copy {
	int fd; /* a sealed memfd; the caller closes it */
	struct camipc_module_content content; /* of both, file and copy */
	uint64_t sum; /* of the content; no protection against design */
};

/** Sees all bytes of the file, in order, as they are copied. */
struct camipc_copy_observer {
	void (*take)(void *user, const uint8_t *data, size_t size);
	void *user;
};

/**
 * camipc_module_copy_make() - copy an open module file into a sealed memfd
 * @fd: opened for reading; its offset does not matter, and stays
 * @observer: NULL: nobody
 * @why: CAMIPC_MODULE_WHY_SIZE bytes; on failure one line that says what failed
 *
 * The copy has the loadable content of the file (module_content.h), at its
 * offsets, and zeros elsewhere, however the file is changed meanwhile: what was
 * found out about the copy holds for what is loaded. It is sealed when the
 * function returns.
 *
 * Returns 0; -ESTALE (the file was changed while it was copied); an error of
 * camipc_module_content_find(); or of memfd_create(), pread(), pwrite() or
 * fcntl(). Thread word: reentrant.
 */
int camipc_module_copy_make(int fd, const struct camipc_copy_observer *observer,
			    struct camipc_module_copy *ret_copy,
			    char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_MODULE_MODULE_COPY_H */
