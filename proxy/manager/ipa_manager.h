/* SPDX-License-Identifier: MIT */
/* Chooses the module and the proxy factory for a match. */
#ifndef CAMIPC_PROXY_IPA_MANAGER_H
#define CAMIPC_PROXY_IPA_MANAGER_H

#include <camipc/interface.h>
#include <camipc/manager.h>

struct camipc_proxy_factory;

/**
 * camipc_manager_choose() - choose a module and how to run it
 * @match: borrowed; NULL: any module that has the interface
 * @interface: the pipeline's; the module's note must fit it
 * @ret_module: set on success
 * @ret_factory: set on success; valid until the process ends
 *
 * Nothing is loaded. One log line names the module and the backend, and says
 * why they were chosen, or why the choice failed.
 *
 * Returns 0; -EINVAL (a relative path, or a minimum version above the maximum);
 * -ENOENT (no such module, or no factory of that name); -EACCES; -ENOEXEC (not
 * a module); -EPROTOTYPE (another interface); -ESTALE (another version of the
 * interface, of the ABI or of the generator); -EPERM (the match requests a
 * backend in this process, and the manager isolates all); -ENOMEM. Thread word:
 * safe.
 */
int camipc_manager_choose(struct camipc_manager *manager,
			  const struct camipc_match *match,
			  const struct camipc_interface *interface,
			  struct camipc_module_found *ret_module,
			  const struct camipc_proxy_factory **ret_factory)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_IPA_MANAGER_H */
