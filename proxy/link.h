/* SPDX-License-Identifier: MIT */
/*
 * A link carries records between a proxy and the IPA it stands for. It knows
 * neither states nor methods: the proxy (proxy.c) is the same over each link,
 * and so is what runs the IPA (servant.c) on the other end.
 */
#ifndef CAMIPC_PROXY_LINK_H
#define CAMIPC_PROXY_LINK_H

#include <camipc/interface.h>
#include <camipc/proxy.h>

#include "record.h"

struct camipc_link;
struct camipc_module_file;

/** What a factory gets to make a link; borrowed for the call but @manager. */
struct camipc_link_params {
	struct camipc_manager *manager;
	const struct camipc_module_found *module;
	const struct camipc_interface *interface; /* of the pipeline */
	size_t max_message_size;
	uint32_t window;
	int epoll_fd; /* of the proxy; the link adds its fds to it */
	int cancel_fd; /* readable once calls are cancelled */
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

	/** What the module serves; valid as long as the link. */
	const struct camipc_served *(*served)(const struct camipc_link *link);

	/**
	 * Before the start call is sent, and after stop or a failed start was
	 * answered: makes and ends the IPA thread. leave_run() returns 0, or
	 * -ETIMEDOUT if the thread did not end by @deadline (nanoseconds of
	 * CLOCK_MONOTONIC) and was abandoned.
	 */
	int (*enter_run)(struct camipc_link *link);
	int (*leave_run)(struct camipc_link *link, int64_t deadline);

	/**
	 * Sends a packed record and takes it on success. Never blocks: -EAGAIN
	 * (kept by the caller), -EPIPE, -EMFILE, -ENOMEM.
	 */
	int (*push)(struct camipc_link *link, struct camipc_record *record);

	/** The caller has records waiting for room: wake up for it, or not. */
	void (*want_room)(struct camipc_link *link, bool want);

	/**
	 * The next record from the IPA, for the caller to release. -EAGAIN,
	 * -EPIPE (all of it was read and no more will come), or an error for
	 * which *ret_reason says why the peer is BAD.
	 */
	int (*pop)(struct camipc_link *link, struct camipc_record **ret_record,
		   enum camipc_reason *ret_reason);

	/**
	 * Sleeps until pop() has something, there is room again (if wanted),
	 * cancel_fd is readable (-ECANCELED) or @deadline passed (-ETIMEDOUT).
	 */
	int (*wait)(struct camipc_link *link, int64_t deadline);

	/**
	 * What has nothing to do with records: worker logs, stderr. Bounded.
	 * Called from dispatch and by waiting calls.
	 */
	void (*service)(struct camipc_link *link);

	/**
	 * The IPA is given up: kill, reap within a bound, and fill in what is
	 * known (status, pid, stderr tail). Idempotent.
	 */
	void (*kill)(struct camipc_link *link, struct camipc_closed_info *info);

	/** Orderly end (bye, grace, kill) and free. @hung: don't wait. */
	void (*destroy)(struct camipc_link *link);

	/** Pid of the worker, or 0. */
	int (*get_pid)(const struct camipc_link *link);
};

/** First member of each link's own struct. */
struct camipc_link {
	const struct camipc_link_ops *ops;
	struct camipc_record_pool *pool; /* owned by the link */
};

/** A proxy kind; one static object per kind, registered by the macro below. */
struct camipc_proxy_factory {
	uint32_t size;
	const char *name;
	int (*create)(const struct camipc_link_params *params,
		      struct camipc_link **ret_link);
	bool needs_trust; /* runs the module in this process */
};

/** Returns 0, -EINVAL (no name, wrong size) or -EEXIST. Thread word: safe. */
int camipc_proxy_factory_register(const struct camipc_proxy_factory *factory);

/** By name, or NULL. Thread word: safe. */
const struct camipc_proxy_factory *
camipc_proxy_factory_find(const char *name);

/**
 * Makes a proxy kind known before main(); there is no list to edit. What goes
 * wrong is kept and logged at first use of the registry.
 */
#define CAMIPC_REGISTER_PROXY_FACTORY(factory)                               \
	__attribute__((constructor)) static void register_##factory(void)    \
	{                                                                    \
		camipc_proxy_factory_register_early(&(factory));             \
	}
void camipc_proxy_factory_register_early(
	const struct camipc_proxy_factory *factory);

#endif /* CAMIPC_PROXY_LINK_H */
