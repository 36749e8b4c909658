/* SPDX-License-Identifier: MIT */
/* Says which limit a message exceeds, and by how much. */
#include "excess.h"

#include <camipc/log.h>

void camipc_excess_log(const char *topic, const char *owner, const char *part,
		       const char *method, const struct camipc_excess *excess,
		       const char *field)
{
	static const char *const units[] = {
		[CAMIPC_EXCESS_OF_SIZE] = "bytes",
		[CAMIPC_EXCESS_OF_MEMORY] = "bytes of memory when decoded",
		[CAMIPC_EXCESS_OF_FDS] = "file descriptors",
	};

	if (excess->what == CAMIPC_EXCESS_NONE) {
		camipc_log(CAMIPC_LOG_ERROR, topic,
			   "%s: the %s of %s are too large at '%s': too many "
			   "elements, or nested too deeply",
			   owner, part, method, field ? field : "?");
		return;
	}
	camipc_log(CAMIPC_LOG_ERROR, topic,
		   "%s: the %s of %s need %zu %s; at most %zu are allowed",
		   owner, part, method, excess->needed, units[excess->what],
		   excess->limit);
}
