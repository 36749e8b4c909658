/* SPDX-License-Identifier: MIT */
/* Compares a module's note with the interface of a pipeline. */
#include "interface_fit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "module_info.h"

static bool is_compatible(const struct camipc_module_info *info,
			  const struct camipc_interface *interface)
{
	if (info->interface_version == interface->version)
		return camipc_module_info_fingerprint(info) ==
		       interface->wire_fingerprint;
	return info->interface_version >= interface->compatible_since &&
	       interface->version >= info->compatible_since;
}

int camipc_interface_fits(const struct camipc_module_info *info,
			  const struct camipc_interface *interface, char *why)
{
	if (strcmp(info->interface_name, interface->name) != 0) {
		snprintf(why, CAMIPC_FITS_WHY_SIZE,
			 "the module implements %s, the pipeline needs %s",
			 info->interface_name, interface->name);
		return -EPROTOTYPE;
	}
	if (is_compatible(info, interface))
		return 0;
	snprintf(why, CAMIPC_FITS_WHY_SIZE,
		 "%s: the module has version %u (compatible since %u, "
		 "fingerprint %016" PRIx64 "), the pipeline version %u "
		 "(compatible since %u, fingerprint %016" PRIx64 ")",
		 interface->name, info->interface_version,
		 info->compatible_since, camipc_module_info_fingerprint(info),
		 interface->version, interface->compatible_since,
		 interface->wire_fingerprint);
	return -ESTALE;
}
