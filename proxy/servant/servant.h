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
	uint32_t window_bytes; /* and bytes of them; 0: CAMIPC_KEPT_BYTES */
	enum camipc_packing packing; /* of replies and events */
	bool trace; /* send TRACE messages, too */

	/** Events that the other side knows, ascending; NULL: all of them. */
	const uint16_t *events;
	uint16_t n_events;

	const char *argument; /* of the module; copied; NULL: "" */
	/** Files that the module loads; they outlive the servant. NULL: none. */
	const struct camipc_load_files *loads;

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

	/** Wakes the op thread for a task that was posted, from any thread;
	 *  NULL: camipc_servant_poll() is always used. */
	void (*wake)(void *user);

	/** Called once the op of the init role has returned 0, before its
	 *  reply; NULL: not wanted. */
	void (*initialised)(void *user);

	/** Gets what create() returned, for messages; NULL: not wanted. */
	int *create_result;
};

/**
 * Makes the IPA's instance by calling the module's create(). Events that
 * create() raises are kept until the first camipc_servant_flush(). Returns 0,
 * -EREMOTEIO (create() returned anything else than 0; its value is the module's
 * word, and might be an error that means something else here), or -ENOMEM.
 * Thread word: bound; see each function.
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

/** Calls the module's hook at the start of the op thread. Thread word: bound. */
void camipc_servant_thread_started(struct camipc_servant *servant);

/** The same at its end. */
void camipc_servant_thread_ending(struct camipc_servant *servant);

/**
 * Calls what is due of the module's sources. Returns when to call it again, a
 * deadline of deadline.h. Thread word: bound to the op thread.
 */
int64_t camipc_servant_run_due(struct camipc_servant *servant);

/**
 * Returns whether the op thread must wait with camipc_servant_poll(): the module
 * has sources, or threads that may post a task. Thread word: bound to the op
 * thread.
 */
bool camipc_servant_needs_poll(const struct camipc_servant *servant);

/**
 * Sleeps until @fd is ready for @events of poll(), or a source has fired; a
 * negative @fd counts as ready. Returns 1 if @fd is ready, 0 if not, or -EMFILE,
 * -ENFILE or -ENOMEM. Thread word: bound to the op thread.
 */
int camipc_servant_poll(struct camipc_servant *servant, int fd, short events);

/** Ends camipc_servant_poll(). Thread word: safe. */
void camipc_servant_interrupt(struct camipc_servant *servant);

/**
 * Releases the call whose op has left camipc_servant_handle() without returning:
 * by an exception or by pthread_exit(). Only camipc_servant_destroy() may follow.
 * Thread word: bound, as camipc_servant_handle().
 */
void camipc_servant_abandon(struct camipc_servant *servant);

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

/**
 * Returns true if so many bytes found no room that no further call should be
 * run before there is some. Thread word: safe.
 */
bool camipc_servant_is_full(struct camipc_servant *servant);

#endif /* CAMIPC_PROXY_SERVANT_H */
