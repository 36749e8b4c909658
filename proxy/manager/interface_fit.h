/* SPDX-License-Identifier: MIT */
/* Whether a module and a pipeline handler speak the same interface. */
#ifndef CAMIPC_PROXY_INTERFACE_FIT_H
#define CAMIPC_PROXY_INTERFACE_FIT_H

#include <camipc/interface.h>
#include <camipc/module.h>

/** Bytes of the reason from camipc_interface_fits(); longer ones are cut. */
#define CAMIPC_FITS_WHY_SIZE 320

/**
 * camipc_interface_fits() - check whether a module can serve a pipeline
 * @why: CAMIPC_FITS_WHY_SIZE bytes; on failure one line naming both sides
 *
 * Same version: the wire fingerprints must be equal. Different versions: each
 * must be at least the other's CompatibleSince.
 *
 * Returns 0, -EPROTOTYPE (another interface) or -ESTALE (another version of
 * it). Thread word: reentrant.
 */
int camipc_interface_fits(const struct camipc_module_info *info,
			  const struct camipc_interface *interface,
			  char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_INTERFACE_FIT_H */
