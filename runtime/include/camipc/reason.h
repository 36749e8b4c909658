/* SPDX-License-Identifier: MIT */
/* Why something failed: more than an errno says. */
#ifndef CAMIPC_REASON_H
#define CAMIPC_REASON_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Why a proxy died, or why a call failed: more than an errno says. */
enum camipc_reason {
	CAMIPC_REASON_NONE = 0,
	CAMIPC_REASON_EXITED, /* the worker called exit */
	CAMIPC_REASON_SIGNALED, /* the worker died of a signal */
	CAMIPC_REASON_DISCONNECTED, /* closed its channel and lived on */
	CAMIPC_REASON_BAD_FRAMING, /* lengths that do not fit */
	CAMIPC_REASON_BAD_PROTOCOL, /* magic, version, type, cookie, state */
	CAMIPC_REASON_BAD_MESSAGE, /* a body that does not decode */
	CAMIPC_REASON_BAD_FD, /* number or kind of descriptors */
	CAMIPC_REASON_BAD_LIMIT, /* size, count or credit exceeded */
	CAMIPC_REASON_TIMEOUT, /* init, start or stop missed its deadline */
	CAMIPC_REASON_UNRESPONSIVE, /* several deadlines missed in a row */
	CAMIPC_REASON_HUNG_THREAD, /* an IPA thread that does not end */
	CAMIPC_REASON_BAD_ARGUMENT, /* of a call; names a field */
	CAMIPC_REASON_BAD_STATE, /* of a call */
	CAMIPC_REASON_NO_CREDIT, /* of a call: too many are unanswered */
	CAMIPC_REASON_NO_MEMORY, /* of this process */
	CAMIPC_REASON_NO_FDS, /* of this process */
	CAMIPC_REASON_WATCHDOG, /* calls were sent, and no event came */
};

CAMIPC_END_DECLS

#endif /* CAMIPC_REASON_H */
