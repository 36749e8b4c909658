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

/** Borrowed for the call, except what @entry, @pool and @user point to. */
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
 * Makes the IPA's instance: the module's create() runs here. Events that it
 * raises meanwhile are kept until the first camipc_servant_flush(). Returns 0,
 * what create() returned (a positive value counts as -EPROTO), or -ENOMEM.
 * Thread word: bound; see each function.
 */
int camipc_servant_create(const struct camipc_servant_params *params,
			  struct camipc_servant **ret_servant);

/** Runs the module's destroy(), drops what was not sent. NULL is fine. */
void camipc_servant_destroy(struct camipc_servant *servant);

/**
 * camipc_servant_handle() - carry out one message
 * @record: taken, whatever happens: a CALL or a CREDIT
 *
 * Runs the op of a call in this thread and sends its reply, if it has one.
 * Returns 0; or -EPROTO (the peer broke the protocol), -EPIPE (it is gone).
 * Thread word: bound to one thread at a time.
 */
int camipc_servant_handle(struct camipc_servant *servant,
			  struct camipc_record *record);

/**
 * The other side has consumed so many events: sends what waited for it.
 * Returns 0 or -EPROTO (more than were sent). camipc_servant_handle() does it
 * by itself. Thread word: safe.
 */
int camipc_servant_credit(struct camipc_servant *servant, uint32_t consumed);

/**
 * Sends what waits for room. Returns 0 (nothing is left, or only what waits
 * for credit), -EAGAIN (call again when there is room) or -EPIPE. Thread word:
 * safe.
 */
int camipc_servant_flush(struct camipc_servant *servant);

/** True if camipc_servant_flush() would have something to send. Safe. */
bool camipc_servant_has_backlog(struct camipc_servant *servant);

#endif /* CAMIPC_PROXY_SERVANT_H */
