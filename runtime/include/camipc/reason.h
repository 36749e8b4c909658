/* SPDX-License-Identifier: MIT */
/* Reasons: why a call failed or a proxy died, in more detail than an errno. */
#ifndef CAMIPC_REASON_H
#define CAMIPC_REASON_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Why a proxy died, or why a call failed. */
enum camipc_reason {
	CAMIPC_REASON_NONE = 0,
	CAMIPC_REASON_EXITED, /* the worker called exit */
	CAMIPC_REASON_SIGNALED, /* the worker died of a signal */
	CAMIPC_REASON_DISCONNECTED, /* its channel is closed, but it lives */
	CAMIPC_REASON_BAD_FRAMING, /* the lengths of a message disagree */
	CAMIPC_REASON_BAD_PROTOCOL, /* magic, version, type, cookie, state */
	CAMIPC_REASON_BAD_MESSAGE, /* a body that does not decode */
	CAMIPC_REASON_BAD_FD, /* number or kind of descriptors */
	CAMIPC_REASON_BAD_LIMIT, /* size, count or credit exceeded */
	CAMIPC_REASON_TIMEOUT, /* init, start or stop missed its deadline */
	CAMIPC_REASON_UNRESPONSIVE, /* several deadlines missed in a row */
	CAMIPC_REASON_HUNG_THREAD, /* an IPA thread that does not end */
	CAMIPC_REASON_BAD_ARGUMENT, /* of a call; comes with a field's name */
	CAMIPC_REASON_BAD_STATE, /* the state does not allow the call */
	CAMIPC_REASON_NO_CREDIT, /* too many calls are outstanding */
	CAMIPC_REASON_NO_MEMORY, /* in this process */
	CAMIPC_REASON_NO_FDS, /* in this process */
	CAMIPC_REASON_WATCHDOG, /* calls were sent, but no event came */
	CAMIPC_REASON_WRONG_THREAD, /* the thread does not own the proxy */
	CAMIPC_REASON_UNWOUND, /* code of the host or the IPA left its function
				* by an exception or by pthread_exit() */
	CAMIPC_REASON_BAD_RANGE, /* a value that the IDL does not allow */
	CAMIPC_REASON_BAD_DEPTH, /* messages in messages, too many */
	CAMIPC_REASON_BYE, /* the worker said that it must end, and why */
	CAMIPC_REASON_REFUSED, /* this system refuses a system call */
	CAMIPC_REASON_TOO_LARGE, /* a call's arguments: bytes, descriptors,
				  * depth; the log says which limit */
	CAMIPC_REASON_SANDBOX, /* the worker made a system call that its
				* sandbox does not allow, and was ended */
	CAMIPC_REASON_BAD_RING, /* of the shared memory: positions, records, or
				 * wake-ups without end */
	CAMIPC_REASON_EXCEPTION, /* an exception of C++ left the op */
	CAMIPC_REASON_WORKER_RESTARTED, /* of a call: the worker that had it has
					 * ended, another one takes over */
	CAMIPC_REASON_RESTORE_MISMATCH, /* a restarted IPA returned something
					 * else than before; the log and `closed`
					 * name method and field */
	CAMIPC_REASON_JOURNAL_FULL, /* of a call: a restart would need more
				     * calls, memory or descriptors than are
				     * kept */
	CAMIPC_REASON_RESTART_FAILED, /* no other worker could be started */
	CAMIPC_REASON_RELOADED, /* a planned restart has replaced the worker */
};

/** How many reasons there are; a later version may have more. */
#define CAMIPC_N_REASONS (CAMIPC_REASON_RELOADED + 1)

/**
 * Returns @reason in words, as for a log: "the IPA broke the protocol"; or
 * "reason 77", if this version does not know it. Never NULL; a constant, or
 * valid until the next call in this thread. Thread word: safe.
 */
CAMIPC_API const char *camipc_reason_to_string(enum camipc_reason reason);

/**
 * Returns the name of @reason, as for a file that programs read:
 * "bad-protocol"; or NULL, if this version does not know it. The name never
 * changes. Thread word: safe.
 */
CAMIPC_API const char *camipc_reason_to_name(enum camipc_reason reason);

CAMIPC_END_DECLS

#endif /* CAMIPC_REASON_H */
