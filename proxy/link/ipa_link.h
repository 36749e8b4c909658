/* SPDX-License-Identifier: MIT */
/*
 * A link carries records between a proxy and the IPA it stands for. It knows
 * neither states nor methods: the proxy (proxy.c) is the same over each link,
 * and so is what runs the IPA (servant.c) on the other end.
 */
#ifndef CAMIPC_IPA_LINK_H
#define CAMIPC_IPA_LINK_H

#include <camipc/interface.h>
#include <camipc/proxy.h>

#include "deadline.h"
#include "record.h"

struct camipc_link;

/**
 * What a factory gets to make a link. Borrowed for the call, @manager aside; a
 * link that keeps the pool takes a reference.
 */
struct camipc_link_params {
	struct camipc_manager *manager;
	/** Finds the worker program, as camipc_manager_find_worker() does. */
	int (*find_worker)(struct camipc_manager *manager, char *path,
			   size_t size);
	const struct camipc_module_found *module;
	const struct camipc_interface *interface; /* of the pipeline */
	struct camipc_record_pool *pool; /* of the proxy's records */
	size_t max_message_size;
	uint32_t window;
	int epoll_fd; /* of the proxy; the link adds its fds to it */
	int cancel_fd; /* readable once calls are cancelled */
	const char *argument; /* of the module; NULL: "" */
};

/** Ids that the other side serves: it may be older or newer than this one. */
struct camipc_served {
	const uint16_t *methods; /* ascending */
	uint16_t n_methods;
};

/** Functions of a link; all bound to the proxy's thread. */
struct camipc_link_ops {
	uint32_t size;
	const char *name; /* of the factory: "thread" */

	/**
	 * True: records cross as bytes, and the proxy packs by encoding. False:
	 * they cross as deep copies (thread backend, equal layouts).
	 */
	bool (*is_encoded)(const struct camipc_link *link);

	/**
	 * True if the op of a call that was just pushed has run in the
	 * caller's thread. NULL: it never does.
	 */
	bool (*ran_here)(const struct camipc_link *link);

	/** What the module serves; valid as long as the link. */
	const struct camipc_served *(*served)(const struct camipc_link *link);

	/**
	 * Before the start call is sent, and after stop or a failed start was
	 * answered: makes and ends the IPA thread. leave_run() returns 0, or
	 * -ETIMEDOUT if the thread did not end by @deadline (deadline.h) and
	 * was abandoned. Both may be NULL.
	 */
	int (*enter_run)(struct camipc_link *link);
	int (*leave_run)(struct camipc_link *link, int64_t deadline);

	/**
	 * Sends a packed record (CALL or CREDIT), whose header is complete, and
	 * takes it on success. Never blocks: -EAGAIN (kept by the caller),
	 * -EPIPE (pop() tells the rest), -EMFILE, -ENOMEM.
	 */
	int (*push)(struct camipc_link *link, struct camipc_record *record);

	/**
	 * The caller has records waiting for room: wake up for it (wait() and
	 * the epoll fd), or not. NULL: push() never says -EAGAIN.
	 */
	void (*want_room)(struct camipc_link *link, bool want);

	/**
	 * The next record from the IPA (REPLY, EVENT or CREDIT; links keep the
	 * other kinds for themselves), for the caller to release. -EAGAIN;
	 * -EPIPE (all of it was read and no more will come); -ENOMEM (nothing
	 * was read); or an error for which *ret_reason says why the peer is
	 * BAD.
	 */
	int (*pop)(struct camipc_link *link, struct camipc_record **ret_record,
		   enum camipc_reason *ret_reason);

	/**
	 * Sleeps until pop() has something to say, there is room again (if
	 * wanted), cancel_fd is readable or interrupt() was called
	 * (-ECANCELED), or @deadline passed (-ETIMEDOUT; also at once, when
	 * there is nothing and it has passed already). It may return 0 for
	 * nothing. Services what service() does while it waits.
	 */
	int (*wait)(struct camipc_link *link, int64_t deadline);

	/**
	 * Makes a wait() under way, or else the next one, return -ECANCELED.
	 * NULL: cancel_fd is enough. The only function that is safe to call
	 * from any thread.
	 */
	void (*interrupt)(struct camipc_link *link);

	/**
	 * The proxy has stopped looking for now: makes sure that the epoll fd
	 * tells of what pop() has left. NULL: it always does.
	 */
	void (*settle)(struct camipc_link *link);

	/**
	 * What has nothing to do with records: worker logs, stderr. Bounded.
	 * Called from dispatch. May be NULL.
	 */
	void (*service)(struct camipc_link *link);

	/**
	 * The IPA is given up, for info->reason if that is set: kill, reap
	 * within a bound, and fill in what is known (status, pid, stderr tail;
	 * the reason, too, if it is NONE or something worse is found: a thread
	 * that hangs), and take its own fds out of the epoll, which would say
	 * "end of file" for ever. pop() says -EPIPE from now on. Idempotent;
	 * what it points to lives until destroy().
	 */
	void (*kill)(struct camipc_link *link, struct camipc_closed_info *info);

	/** Orderly end (bye, grace, kill) and free. */
	void (*destroy)(struct camipc_link *link);

	/** Pid of the worker, or 0. May be NULL. */
	int (*get_pid)(const struct camipc_link *link);
};

/** First member of each link's own struct. */
struct camipc_link {
	const struct camipc_link_ops *ops;
};

/** A proxy kind; one static object per kind, registered by the macro below. */
struct camipc_proxy_factory {
	uint32_t size;
	const char *name;
	int (*create)(const struct camipc_link_params *params,
		      struct camipc_link **ret_link);
	bool runs_here; /* the module, in this process: it must be trusted */
};

/** Returns 0, -EINVAL (no name, wrong size) or -EEXIST. Thread word: safe. */
int camipc_proxy_factory_register(const struct camipc_proxy_factory *factory);

/** By name, or NULL. Thread word: safe. */
const struct camipc_proxy_factory *camipc_proxy_factory_find(const char *name);

/**
 * Makes a proxy kind known before main(); there is no list to edit. What goes
 * wrong is kept and logged at first use of the registry.
 */
#define CAMIPC_REGISTER_PROXY_FACTORY(factory)                            \
	__attribute__((constructor)) static void register_##factory(void) \
	{                                                                 \
		camipc_proxy_factory_register_early(&(factory));          \
	}
void camipc_proxy_factory_register_early(
	const struct camipc_proxy_factory *factory);

#endif /* CAMIPC_IPA_LINK_H */
