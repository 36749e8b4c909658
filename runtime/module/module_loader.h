/* SPDX-License-Identifier: MIT */
/* Loads a module into this process: the thread backend's, or the worker. */
#ifndef CAMIPC_MODULE_LOADER_H
#define CAMIPC_MODULE_LOADER_H

#include <camipc/module.h>

#include "module_file.h"

struct camipc_module;

/** What is mapped if others can change the path of the file. */
enum camipc_load_mode {
	/** A sealed copy: for the camera process. */
	CAMIPC_LOAD_SEALED,
	/** The file that is open: for a worker, which runs that module only. */
	CAMIPC_LOAD_OPENED,
};

/**
 * camipc_module_load() - load a module that was found worthy of it
 * @file: open; borrowed for the call
 * @mode: what to do if others can change the path of the file
 * @ret_module: a reference for camipc_module_unload()
 *
 * Constructors of the module run: whether it is trusted has to be decided
 * before, from @file. The file that runs is the one that is open. If only root
 * or the user of this process can change its path (pinned_path.h), it is loaded
 * by its real path. Otherwise it is loaded through /proc/self/fd, and library
 * folders that it names relative to $ORIGIN are not searched.
 *
 * The note is checked first, then the entry, then that the two say the same.
 * The log says what is wrong.
 *
 * A file that was loaded before, known by device and inode (a copy: by its
 * content), gives the same object. Code is never unmapped (threads and
 * thread-local destructors of modules outlive many a dlclose()), so a module's
 * globals keep their values.
 *
 * Returns 0; -ENOEXEC (a note or entry that breaks its format, symbols missing,
 * an op missing); -ELIBACC (a library that it needs was not found); -ESTALE
 * (another ABI or codegen revision, or the file was changed meanwhile); -EPERM
 * (a copy is needed, and /proc is not mounted); -EMFILE; -ENOMEM; or an error
 * of camipc_module_copy_make(). Thread word: safe.
 */
int camipc_module_load(const struct camipc_module_file *file,
		       enum camipc_load_mode mode,
		       struct camipc_module **ret_module) CAMIPC_MUST_CHECK;

/** Gives a reference back; NULL is fine. Thread word: safe. */
void camipc_module_unload(struct camipc_module *module);

/** The checked entry; valid for good. Thread word: safe. */
const struct camipc_module_entry *
camipc_module_entry(const struct camipc_module *module);

/** Returns the layout of its structs as one number (layout.h). Thread word: safe. */
uint64_t camipc_module_get_layout(const struct camipc_module *module);

/** The real path it was loaded from, for messages; valid for good. Thread word: safe. */
const char *camipc_module_get_path(const struct camipc_module *module);

/** References given out and not given back, of all modules; for tests. */
unsigned int camipc_module_count_references(void);

#endif /* CAMIPC_MODULE_LOADER_H */
