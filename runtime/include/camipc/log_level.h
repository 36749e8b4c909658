/* SPDX-License-Identifier: MIT */
/* How severe a log message is, for modules and for pipeline handlers. */
#ifndef CAMIPC_LOG_LEVEL_H
#define CAMIPC_LOG_LEVEL_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Severity of a log message. */
enum camipc_log_level {
	CAMIPC_LOG_ERROR = 0,
	CAMIPC_LOG_WARNING,
	CAMIPC_LOG_INFO,
	CAMIPC_LOG_DEBUG,
};

CAMIPC_END_DECLS

#endif /* CAMIPC_LOG_LEVEL_H */
