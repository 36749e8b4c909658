/* SPDX-License-Identifier: MIT */
/*
 * A link carries records between a proxy and its IPA. It depends neither on
 * states nor on methods: the engine (proxy/engine) is the same over each link,
 * and so is the servant (proxy/servant) that runs the IPA at the other end.
 */
#ifndef CAMIPC_IPA_LINK_H
#define CAMIPC_IPA_LINK_H

#include <camipc/interface.h>
#include <camipc/manager.h>
#include <camipc/proxy.h>
#include <camipc/sandbox.h>

#include "deadline.h"
#include "record.h"

struct camipc_link;
struct camipc_load_files;
struct camipc_log_share;
struct camipc_module_file;
struct camipc_schedule;
struct camipc_waker;

/** The sandbox that a worker is to have, and what its module was granted. */
struct camipc_link_sandbox {
	enum camipc_sandbox_mode mode; /* never the default */
	uint32_t memory_mib; /* of private memory */
	uint32_t threads;
	const uint8_t *paths; /* as control.proto has them */
	uint32_t paths_size;
	const uint32_t *ioctls; /* numbers, for any device */
	uint32_t n_ioctls;
	bool namespaces; /* as a further layer */
	bool gpu; /* it may use the graphics driver */
};

/**
 * What a factory makes a link from. Borrowed for the call, except @manager,
 * which must outlive the link. A link that keeps @pool takes a reference.
 */
struct camipc_link_params {
	struct camipc_manager *manager;
	/** Opens the worker program, as camipc_manager_open_worker() does. */
	int (*open_worker)(struct camipc_manager *manager, char *path,
			   size_t size, int *ret_fd);
	/** Variables for a worker, "NAME" or "NAME=value"; NULL: none. */
	const char *const *worker_environment;
	const struct camipc_module_found *module;
	const char *name; /* for messages; NULL: the module's */
	const struct camipc_module_file *file; /* of @module: this is loaded */
	/** Files that the module loads. NULL: none. */
	const struct camipc_load_files *loads;
	const struct camipc_interface *interface; /* of the pipeline */
	struct camipc_record_pool *pool; /* of the proxy's records */
	size_t max_message_size; /* bytes of a body */
	uint32_t window; /* messages unconsumed at once, per direction */
	uint32_t window_bytes; /* and bytes of them */
	int epoll_fd; /* of the proxy; the link adds its descriptors */
	int cancel_fd; /* readable once calls are cancelled, or for less */
	/** Links whose wait() does not watch cancel_fd enter themselves; NULL in
	 *  tests. */
	struct camipc_waker *waker;
	const char *argument; /* of the module; NULL: "" */
	struct camipc_link_sandbox sandbox;
	enum camipc_transport transport; /* of a worker; never the default */
	const struct camipc_schedule *schedule; /* NULL: as usual */
	uint32_t spin_us; /* each side looks for so long before it sleeps */
	struct camipc_log_share *log_share; /* of a proxy's workers; or NULL */
	bool trace; /* ask for TRACE messages; others break the protocol */
};

/** Room for the name of a module in messages, which is printable. */
#define CAMIPC_INSTANCE_NAME_SIZE 96

/** Returns the name for messages. */
static inline const char *
camipc_link_name(const struct camipc_link_params *params)
{
	return params->name ? params->name : params->module->info.name;
}

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
	 * Returns the form in which push() takes records: deep copies (thread
	 * backend, equal layouts), bytes, or bytes whose descriptors may be
	 * lent, because only their duplicates leave this process.
	 */
	enum camipc_packing (*packing)(const struct camipc_link *link);

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
	 * Wakes an IPA that sleeps although quiet records were pushed. NULL:
	 * every record wakes it by itself.
	 */
	void (*wake)(struct camipc_link *link);

	/**
	 * Makes wait() and the epoll descriptor wake up for the room that the
	 * latest push() did not find, or no longer. Called after each such
	 * push(). NULL: push() never returns -EAGAIN.
	 */
	void (*want_room)(struct camipc_link *link, bool want);

	/**
	 * Returns the next record from the IPA (REPLY, EVENT, CREDIT, or TRACE
	 * if params.trace; a link handles the other kinds itself), which the
	 * caller releases. Returns
	 * 1 if it handled a message of another kind instead. Fails
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
	 * the waker was used, which is worth a look only; with -ETIMEDOUT at
	 * @deadline, also if
	 * @deadline has passed already.
	 */
	int (*wait)(struct camipc_link *link, int64_t deadline);

	/**
	 * Called before a call is sent that the proxy then waits for, and before
	 * it reads: nothing needs to wake the epoll descriptor until settle(),
	 * which follows. May be NULL.
	 */
	void (*attend)(struct camipc_link *link);

	/**
	 * Called when the proxy stops reading for now: makes the epoll
	 * descriptor report what pop() has left. NULL: it always does.
	 */
	void (*settle)(struct camipc_link *link);

	/**
	 * Returns when pop() has to be called although the epoll descriptor may
	 * report nothing until then, as deadline.h; CAMIPC_NO_DEADLINE: never.
	 * May be NULL. wait() takes care of it itself.
	 */
	int64_t (*look_at)(const struct camipc_link *link);

	/**
	 * Handles everything besides records (worker logs, stderr); does a
	 * bounded amount of work. Called from dispatch. May be NULL.
	 */
	void (*service)(struct camipc_link *link);

	/**
	 * Kills the IPA because of info->reason, or finds out how it ended if
	 * that is NONE. Has a worker reaped, waits 10 ms for that at most,
	 * takes the link's descriptors out of the epoll, and fills in what is known: status,
	 * pid, stderr tail, and the reason if it was NONE or a thread hangs.
	 * pop() returns -EPIPE from now on. A second call only reports again.
	 * What @info points to is valid until destroy().
	 */
	void (*kill)(struct camipc_link *link, struct camipc_closed_info *info);

	/** Ends the IPA in order (bye, grace period, kill) and frees. */
	void (*destroy)(struct camipc_link *link);

	/**
	 * Fills in mode and layers of @ret_sandbox as they are now. NULL: the
	 * module runs in this process, and all layers are off.
	 */
	void (*get_sandbox)(const struct camipc_link *link,
			    struct camipc_sandbox *ret_sandbox);

	/** Returns the pid of the worker, or 0. May be NULL. */
	int (*get_pid)(const struct camipc_link *link);

	/**
	 * Goes on with a link that was begun. @params: as for begin(). Returns
	 * 0 once the module is loaded: the functions above may be used then, and
	 * until then only wait(), look_at(), kill(), get_pid() and destroy().
	 * Fails with -EAGAIN if that takes longer, or with an error of
	 * camipc_proxy_create(). Never blocks. NULL: the factory has no
	 * begin().
	 */
	int (*resume)(struct camipc_link *link,
		      const struct camipc_link_params *params);
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

	/**
	 * Does what create() does, as far as it can be done without waiting;
	 * resume() does the rest. NULL: an IPA of this kind cannot be replaced.
	 */
	int (*begin)(const struct camipc_link_params *params,
		     struct camipc_link **ret_link);
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
