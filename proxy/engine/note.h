/* SPDX-License-Identifier: MIT */
/* What a proxy remembers of its latest call, and warns of once. */
#ifndef CAMIPC_ENGINE_NOTE_H
#define CAMIPC_ENGINE_NOTE_H

#include "proxy.h"

/** Conditions that are worth one warning per proxy. */
enum camipc_warning {
	CAMIPC_WARN_EVENT_DROPPED = 1u << 0,
	CAMIPC_WARN_ASYNC_REFUSED = 1u << 1,
	CAMIPC_WARN_LATE_REPLY = 1u << 2,
	CAMIPC_WARN_DIRECT_OVERRUN = 1u << 3,
	CAMIPC_WARN_TOO_MANY_CALLS = 1u << 4,
};

/**
 * Notes the outcome of a call for the last_…() functions. @field: borrowed for
 * good, or NULL. Returns @error.
 */
int camipc_proxy_note(struct camipc_proxy *proxy, int error,
		      enum camipc_reason reason, const char *field);

/** Logs once per @warning, with the module's name in front. */
void camipc_proxy_warn(struct camipc_proxy *proxy, enum camipc_warning warning,
		       const char *format, ...) CAMIPC_PRINTF(3, 4);

#endif /* CAMIPC_ENGINE_NOTE_H */
