/* SPDX-License-Identifier: MIT */
/* The manager as the engine sees it: chooses a module and a proxy factory. */
#ifndef CAMIPC_PROXY_IPA_MANAGER_H
#define CAMIPC_PROXY_IPA_MANAGER_H

#include <camipc/interface.h>
#include <camipc/manager.h>

struct camipc_proxy_factory;

/**
 * camipc_manager_choose() - the module for a match, and how to run it
 * @match: borrowed; NULL: any module that has the interface
 * @interface: the pipeline's; what the module's note says has to fit it
 * @ret_module: set on success
 * @ret_factory: set on success; lives for good
 *
 * Nothing is loaded. One log line says which module and backend were chosen,
 * and why; or why none was.
 *
 * Returns 0; -EINVAL (a relative path, versions the wrong way round); -ENOENT
 * (no such module, or no factory of that name); -EACCES; -ENOEXEC (not a
 * module); -EPROTOTYPE (another interface); -ESTALE (another version of it, of
 * the ABI or of the generator); -EPERM (a backend in this process was asked
 * for, and the manager isolates all). Thread word: safe.
 */
int camipc_manager_choose(struct camipc_manager *manager,
			  const struct camipc_match *match,
			  const struct camipc_interface *interface,
			  struct camipc_module_found *ret_module,
			  const struct camipc_proxy_factory **ret_factory)
	CAMIPC_MUST_CHECK;

/** What camipc_interface_fits() has to say; longer lines are cut. */
#define CAMIPC_FITS_WHY_SIZE 320

/**
 * camipc_interface_fits() - may a module serve this pipeline?
 * @why: CAMIPC_FITS_WHY_SIZE bytes; on failure one line naming both sides
 *
 * Same version: the wire fingerprints have to be equal. Different versions:
 * each has to be at least the other's CompatibleSince.
 *
 * Returns 0, -EPROTOTYPE or -ESTALE. Thread word: reentrant.
 */
int camipc_interface_fits(const struct camipc_module_info *info,
			  const struct camipc_interface *interface, char *why);

#endif /* CAMIPC_PROXY_IPA_MANAGER_H */
