/* SPDX-License-Identifier: MIT */
/* Keeps the outcome of the latest call and gives warnings once. */
#include "note.h"

#include <stdarg.h>
#include <stdio.h>

#include <camipc/log.h>

int camipc_proxy_note(struct camipc_proxy *proxy, int error,
		      enum camipc_reason reason, const char *field)
{
	proxy->last.error = error;
	proxy->last.reason = reason;
	proxy->last.field = field;
	return error;
}

void camipc_proxy_warn(struct camipc_proxy *proxy, enum camipc_warning warning,
		       const char *format, ...)
{
	char text[256];
	va_list args;

	if (proxy->warnings & warning)
		return;
	proxy->warnings |= warning;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC, "%s: %s",
		   camipc_proxy_name(proxy), text);
}
