/* SPDX-License-Identifier: MIT */
/* Chooses the module for a match, whether or not it may run. */
#ifndef CAMIPC_PROXY_MODULE_CHOICE_H
#define CAMIPC_PROXY_MODULE_CHOICE_H

#include <camipc/interface.h>
#include <camipc/manager.h>

#include "module_file.h"
#include "path_list.h"

/**
 * camipc_module_choose() - find the first module that fits
 * @folders: searched in this order, unless @match names a path
 * @ret_found: its path and info are set on success
 * @ret_file: the file that was judged, for camipc_module_file_close(); closed
 *            on failure
 *
 * Nothing is loaded. On failure one log line names the module that came
 * nearest, and says what is wrong with it.
 *
 * Returns 0; -EINVAL (a relative path, a minimum version above the maximum, or an
 * argument that is too long or that the module does not take);
 * -ENOENT; -EACCES; -ENOEXEC; -EPROTOTYPE; -ESTALE; -ENOMEM. Thread word:
 * reentrant.
 */
int camipc_module_choose(const struct camipc_path_list *folders,
			 const struct camipc_match *match,
			 const struct camipc_interface *interface,
			 struct camipc_module_found *ret_found,
			 struct camipc_module_file *ret_file)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_MODULE_CHOICE_H */
