/* SPDX-License-Identifier: MIT */
/*
 * A link carries records between a proxy and its IPA. It depends neither on
 * states nor on methods: the engine (proxy/engine) is the same over each link,
 * and so is the servant (proxy/servant) that runs the IPA at the other end.
 */
#ifndef CAMIPC_IPA_LINK_H
#define CAMIPC_IPA_LINK_H

#include <camipc/interface.h>
#include <camipc/proxy.h>

#include "deadline.h"
#include "record.h"

struct camipc_link;

/**
 * What a factory makes a link from. Borrowed for the call, except @manager,
 * which must outlive the link. A link that keeps @pool takes a reference.
 */
struct camipc_link_params {
	struct camipc_manager *manager;
	/** Finds the worker program, as camipc_manager_find_worker() does. */
	int (*find_worker)(struct camipc_manager *manager, char *path,
			   size_t size);
	const struct camipc_module_found *module;
	const struct camipc_interface *interface; /* of the pipeline */
	struct camipc_record_pool *pool; /* of the proxy's records */
	size_t max_message_size; /* bytes of a body */
	uint32_t window; /* messages unconsumed at once, per direction */
	int epoll_fd; /* of the proxy; the link adds its descriptors */
	int cancel_fd; /* readable once calls are cancelled */
	const char *argument; /* of the module; NULL: "" */
};

/** Ids that the other side serves; it may be older or newer than this one. */
struct camipc_served {
	const uint16_t *methods; /* ascending */
	uint16_t n_methods;
};

/** Functions of a link. Thread word: bound to the proxy's thread. */
struct camipc_link_ops {
	uint32_t size;
	const char *name; /* of the factory: "thread" */

	/**
	 * Returns true if records cross as bytes and the proxy must encode,
	 * false if they cross as deep copies (thread backend, equal layouts).
	 */
	bool (*is_encoded)(const struct camipc_link *link);

	/**
	 * Returns true if the op of a call that was just pushed has run in the
	 * caller's thread. NULL: ops never do.
	 */
	bool (*ran_here)(const struct camipc_link *link);

	/** Returns what the module serves; valid as long as the link. */
	const struct camipc_served *(*served)(const struct camipc_link *link);

	/**
	 * Starts the IPA thread, before the start call is sent. Returns 0 or
	 * -ENOMEM. May be NULL.
	 */
	int (*enter_run)(struct camipc_link *link);

	/**
	 * Ends the IPA thread, after the answer to stop or to a failed start.
	 * Fails with -ETIMEDOUT if the thread has not ended by @deadline
	 * (deadline.h); the thread is then abandoned. May be NULL.
	 */
	int (*leave_run)(struct camipc_link *link, int64_t deadline);

	/**
	 * Sends a packed record (CALL or CREDIT) whose header is complete, and
	 * takes it on success. Never blocks. Returns 0, -EAGAIN (no room: the
	 * caller keeps the record), -EPIPE (pop() reports the rest), -EMFILE or
	 * -ENOMEM.
	 */
	int (*push)(struct camipc_link *link, struct camipc_record *record);

	/**
	 * Makes wait() and the epoll descriptor wake up for room too, or no
	 * longer. NULL: push() never returns -EAGAIN.
	 */
	void (*want_room)(struct camipc_link *link, bool want);

	/**
	 * Returns the next record from the IPA (REPLY, EVENT or CREDIT; a link
	 * handles the other kinds itself), which the caller releases. Fails
	 * with -EAGAIN (none now); -EPIPE (all were read, and no more will
	 * come); -ENOMEM (nothing was read); or with another error if the peer
	 * is at fault, for *ret_reason.
	 */
	int (*pop)(struct camipc_link *link, struct camipc_record **ret_record,
		   enum camipc_reason *ret_reason);

	/**
	 * Sleeps until pop() has something to report or there is room, if that
	 * is wanted. May return 0 without a cause. Does what service() does
	 * meanwhile. Fails with -ECANCELED once cancel_fd is readable or
	 * interrupt() was called; with -ETIMEDOUT at @deadline, also if
	 * @deadline has passed already.
	 */
	int (*wait)(struct camipc_link *link, int64_t deadline);

	/**
	 * Ends the wait() under way, or else the next one, with -ECANCELED.
	 * NULL: cancel_fd is enough. Thread word: safe, unlike the others.
	 */
	void (*interrupt)(struct camipc_link *link);

	/**
	 * Called when the proxy stops reading for now: makes the epoll
	 * descriptor report what pop() has left. NULL: it always does.
	 */
	void (*settle)(struct camipc_link *link);

	/**
	 * Handles everything besides records (worker logs, stderr); does a
	 * bounded amount of work. Called from dispatch. May be NULL.
	 */
	void (*service)(struct camipc_link *link);

	/**
	 * Kills the IPA because of info->reason, or finds out how it ended if
	 * that is NONE. Reaps a worker within a bound, takes the link's
	 * descriptors out of the epoll, and fills in what is known: status,
	 * pid, stderr tail, and the reason if it was NONE or a thread hangs.
	 * pop() returns -EPIPE from now on. A second call only reports again.
	 * What @info points to is valid until destroy().
	 */
	void (*kill)(struct camipc_link *link, struct camipc_closed_info *info);

	/** Ends the IPA in order (bye, grace period, kill) and frees. */
	void (*destroy)(struct camipc_link *link);

	/** Returns the pid of the worker, or 0. May be NULL. */
	int (*get_pid)(const struct camipc_link *link);
};

/** First member of each link's own struct. */
struct camipc_link {
	const struct camipc_link_ops *ops;
};

/** A kind of link: one static object, registered by the macro below. */
struct camipc_proxy_factory {
	uint32_t size;
	const char *name; /* "thread", "process", … */

	/** Returns 0 or an error of camipc_proxy_create(). */
	int (*create)(const struct camipc_link_params *params,
		      struct camipc_link **ret_link);

	bool runs_here; /* the module, in this process: it must be trusted */
};

/**
 * Registers a factory. Returns 0, -EINVAL (no name, no create, or wrong size),
 * -EEXIST or -ENOSPC. Thread word: safe.
 */
int camipc_proxy_factory_register(const struct camipc_proxy_factory *factory);

/** Returns the factory with this name, or NULL. Thread word: safe. */
const struct camipc_proxy_factory *camipc_proxy_factory_find(const char *name);

/**
 * Registers a factory before main(); there is no list to edit. A failure is
 * logged when the registry is first used.
 */
#define CAMIPC_REGISTER_PROXY_FACTORY(factory)                            \
	__attribute__((constructor)) static void register_##factory(void) \
	{                                                                 \
		camipc_proxy_factory_register_early(&(factory));          \
	}
void camipc_proxy_factory_register_early(
	const struct camipc_proxy_factory *factory);

#endif /* CAMIPC_IPA_LINK_H */
