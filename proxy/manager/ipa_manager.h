/* SPDX-License-Identifier: MIT */
/* Chooses the module and the proxy factory for a match. */
#ifndef CAMIPC_PROXY_IPA_MANAGER_H
#define CAMIPC_PROXY_IPA_MANAGER_H

#include <camipc/interface.h>
#include <camipc/manager.h>

struct camipc_host_grants;
struct camipc_load_files;
struct camipc_module_file;
struct camipc_module_settings;
struct camipc_proxy_factory;

/**
 * camipc_manager_choose() - choose a module and how to run it
 * @match: borrowed; NULL: any module that has the interface
 * @interface: the pipeline's; the module's note must fit it
 * @ret_module: set on success
 * @ret_file: the module's file, open, for camipc_module_file_close(): what was
 *            decided holds for this file, whatever its path leads to later;
 *            closed on failure
 * @ret_loads: the files that the module loads, open, for
 *             camipc_load_files_close(); none on failure
 * @ret_settings: what policies say about the module; valid as long as @manager
 * @ret_factory: set on success; valid until the process ends
 *
 * Nothing is loaded. One log line names the module and the backend, and says
 * why they were chosen, or why the choice failed.
 *
 * Returns 0; -EINVAL (a relative path, a minimum version above the maximum, or a
 * wrong argument); -ENOENT (no such module, no file that it loads, or no factory
 * of that name); -EACCES; -ENOEXEC (not a module); -EPROTOTYPE (another
 * interface); -ESTALE (another version of the interface, of the ABI or of the
 * generator); -EPERM (the match requests a backend in this process, and the
 * manager isolates all, or others can change the path of a file that the module
 * loads); -ENOMEM. Thread word: safe.
 */
int camipc_manager_choose(struct camipc_manager *manager,
			  const struct camipc_match *match,
			  const struct camipc_interface *interface,
			  struct camipc_module_found *ret_module,
			  struct camipc_module_file *ret_file,
			  struct camipc_load_files *ret_loads,
			  struct camipc_module_settings *ret_settings,
			  const struct camipc_proxy_factory **ret_factory)
	CAMIPC_MUST_CHECK;

/**
 * camipc_manager_open_worker() - find the worker program and open it
 * @path: gets its path, for messages and argv[0]
 * @size: of @path, in bytes
 * @ret_fd: the program that was found (O_PATH); the caller closes it
 *
 * Returns what camipc_manager_find_worker() does. Thread word: safe.
 */
int camipc_manager_open_worker(struct camipc_manager *manager, char *path,
			       size_t size, int *ret_fd) CAMIPC_MUST_CHECK;

/**
 * Returns the variables that workers get: "NAME" or "NAME=value", ending with
 * NULL; NULL if the host listed no variables. Valid as long as @manager. Thread
 * word: safe.
 */
const char *const *
camipc_manager_get_environment(const struct camipc_manager *manager);

/** Returns the transport of workers, never the default one. */
enum camipc_transport
camipc_manager_get_transport(const struct camipc_manager *manager);

/** Returns what modules may have if they ask for it. Thread word: safe. */
const struct camipc_host_grants *
camipc_manager_get_grants(const struct camipc_manager *manager);

#endif /* CAMIPC_PROXY_IPA_MANAGER_H */
