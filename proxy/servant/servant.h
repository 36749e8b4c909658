/* SPDX-License-Identifier: MIT */
/*
 * The IPA's side of a link: owns the IPA's instance, runs its ops, sends what
 * they return and the events it raises. The same code serves in the IPA thread
 * of a camera process and in a worker process.
 */
#ifndef CAMIPC_PROXY_SERVANT_H
#define CAMIPC_PROXY_SERVANT_H

#include <camipc/module.h>

#include "record.h"

struct camipc_servant;

/** Borrowed for the call, except the targets of @entry, @pool and @user. */
struct camipc_servant_params {
	const struct camipc_module_entry *entry;
	struct camipc_record_pool *pool; /* for replies and events */
	size_t max_message_size; /* bytes of a body */
	uint32_t window; /* messages unconsumed at once, per direction */
	bool encode; /* replies and events as bytes, not as copies */

	/** Events that the other side knows, ascending; NULL: all of them. */
	const uint16_t *events;
	uint16_t n_events;

	const char *argument; /* of the module; copied; NULL: "" */

	/**
	 * Sends a packed record whose header is complete, and takes it on
	 * success. Never blocks and never calls the servant back: it runs
	 * under the servant's lock, in any thread that emits. Returns 0,
	 * -EAGAIN (the servant keeps the record and tries again at the next
	 * flush) or another error (the servant drops the record).
	 */
	int (*send)(void *user, struct camipc_record *record);

	/** One line of the module's, from any thread of it. */
	void (*log)(void *user, enum camipc_log_level level, const char *text);

	void *user;
};

/**
 * Makes the IPA's instance by calling the module's create(). Events that
 * create() raises are kept until the first camipc_servant_flush(). Returns 0,
 * the error of create() (-EPROTO for a positive value), or -ENOMEM. Thread
 * word: bound; see each function.
 */
int camipc_servant_create(const struct camipc_servant_params *params,
			  struct camipc_servant **ret_servant);

/** Runs the module's destroy() and drops unsent messages. Accepts NULL. */
void camipc_servant_destroy(struct camipc_servant *servant);

/**
 * camipc_servant_handle() - act on one message
 * @record: a CALL or a CREDIT; always taken
 *
 * Runs the op of a call in this thread and sends its reply, if it has one.
 * Returns 0; or -EPROTO (the peer broke the protocol), -EPIPE (it is gone).
 * Thread word: bound to one thread at a time.
 */
int camipc_servant_handle(struct camipc_servant *servant,
			  struct camipc_record *record);

/**
 * Notes how many events the other side has consumed, and sends what waited for
 * that. Returns 0, or -EPROTO if that is more than were sent.
 * camipc_servant_handle() calls it for each message. Thread word: safe.
 */
int camipc_servant_credit(struct camipc_servant *servant, uint32_t consumed);

/**
 * Sends messages that wait for room. Returns 0 (the rest, if any, waits for
 * credit), -EAGAIN (call again when there is room) or -EPIPE. Thread word: safe.
 */
int camipc_servant_flush(struct camipc_servant *servant);

/**
 * Returns true if camipc_servant_flush() would have something to send. Thread
 * word: safe.
 */
bool camipc_servant_has_backlog(struct camipc_servant *servant);

#endif /* CAMIPC_PROXY_SERVANT_H */
