/* SPDX-License-Identifier: MIT */
/* Loads a module into this process: the thread backend's, or the worker. */
#ifndef CAMIPC_MODULE_LOADER_H
#define CAMIPC_MODULE_LOADER_H

#include <camipc/module.h>

struct camipc_module;

/**
 * camipc_module_load() - load a module that was found worthy of it
 * @path: of the file; symbolic links are followed
 * @ret_module: a reference for camipc_module_unload()
 *
 * Constructors of the module run: whether it is trusted has to be decided
 * before. The note is checked first, then the entry, then that the two say the
 * same. The log says what is wrong.
 *
 * A file that was loaded before, known by device and inode, gives the same
 * object. Code is never unmapped (threads and thread-local destructors of
 * modules outlive many a dlclose()), so a module's globals keep their values.
 *
 * Returns 0; -ENOENT; -EACCES; -ENOEXEC (not a module, a note or entry that
 * breaks its format, symbols missing, an op missing); -ESTALE (another ABI or
 * codegen revision, or the file was exchanged meanwhile); -EMFILE; -ENOMEM.
 * Thread word: safe.
 */
int camipc_module_load(const char *path,
		       struct camipc_module **ret_module) CAMIPC_MUST_CHECK;

/** Gives a reference back; NULL is fine. Thread word: safe. */
void camipc_module_unload(struct camipc_module *module);

/** The checked entry; valid for good. Thread word: safe. */
const struct camipc_module_entry *
camipc_module_entry(const struct camipc_module *module);

/** Returns the layout of its structs as one number (layout.h). Thread word: safe. */
uint64_t camipc_module_get_layout(const struct camipc_module *module);

/** The real path it was loaded from; valid for good. Thread word: safe. */
const char *camipc_module_get_path(const struct camipc_module *module);

/** References given out and not given back, of all modules; for tests. */
unsigned int camipc_module_count_references(void);

#endif /* CAMIPC_MODULE_LOADER_H */
