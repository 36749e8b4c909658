/* SPDX-License-Identifier: MIT */
/*
 * The proxy: what generated calls stand on, and the part of it that pipeline
 * handlers see. All that this file says holds for every backend.
 */
#ifndef CAMIPC_PROXY_H
#define CAMIPC_PROXY_H

#include <camipc/base.h>
#include <camipc/error.h>
#include <camipc/interface.h>
#include <camipc/manager.h>
#include <camipc/reason.h>
#include <camipc/stats.h>

CAMIPC_BEGIN_DECLS

struct camipc_proxy;

/** State of a proxy; one state table holds for every isolation. */
enum camipc_state {
	CAMIPC_STATE_CREATED = 0,
	CAMIPC_STATE_READY,
	CAMIPC_STATE_STARTING,
	CAMIPC_STATE_RUNNING,
	CAMIPC_STATE_STOPPING,
	CAMIPC_STATE_STOPPED,
	CAMIPC_STATE_RESTARTING, /* not entered yet */
	CAMIPC_STATE_DEAD,
};

/** A call that was under way when a worker crashed: the worker's own word. */
struct camipc_closed_frame {
	const char *module; /* path of the file; NULL: not known */
	const char *build_id; /* of that file, in hex; "" if it has none */
	uint64_t offset; /* in it, as addr2line wants it; else an address */
};

/** How an IPA ended; told once, from dispatch. Borrowed in the callback. */
struct camipc_closed_info {
	uint32_t size; /* sizeof this struct: grows at the end */
	enum camipc_reason reason;
	int error; /* what calls return from now on */
	bool status_known; /* false if the host reaped the worker itself */
	int status; /* as waitpid() has it */
	int pid; /* of the worker; 0 in a thread */
	const char *module; /* path */
	const char *last_call; /* name, or NULL */
	const char *last_event; /* name, or NULL */
	const char *text; /* all of it in one line */
	const char *stderr_tail; /* sanitised; "" if there is none */

	/** Where the worker crashed, the innermost call first. */
	const struct camipc_closed_frame *frames;
	uint32_t n_frames; /* 0: no crash, or nobody could tell */
	bool address_known;
	uint64_t address; /* that could not be used */

	/** What the worker took in all its life. */
	bool usage_known;
	uint64_t user_us; /* of processor time, in microseconds */
	uint64_t system_us;
	uint64_t max_rss_kib; /* most memory it had at once */
};

/** Everything an interface's pipeline side tells the engine. */
struct camipc_client {
	uint32_t size;
	const struct camipc_interface *descriptor;
	const camipc_invoke_fn *invoke_event; /* a row for each event */

	/** Calls the closed function of @events, if there is one. */
	void (*invoke_closed)(const void *events, void *user,
			      const struct camipc_closed_info *info);
};

/**
 * camipc_proxy_create() - find a module, run it, stand for it
 * @events: the generated table; has to live as long as the proxy. NULL: none
 *	of its functions is of interest
 * @user: handed to every callback
 *
 * Returns 0; -ENOENT (no such module, worker or isolation), -EACCES (not
 * executable or readable), -ENOEXEC (not an ELF module), -EPROTOTYPE (another
 * interface), -ESTALE (another version of it), -EPERM (not trusted for a
 * thread), -EPIPE (the worker died first), -ETIMEDOUT, what the module's
 * create returned, -EMFILE, -ENOMEM. One log line says more. The proxy
 * belongs to the calling thread. Thread word: safe.
 */
CAMIPC_API int
camipc_proxy_create(struct camipc_manager *manager,
		    const struct camipc_match *match,
		    const struct camipc_client *client, const void *events,
		    void *user,
		    struct camipc_proxy **ret_proxy) CAMIPC_MUST_CHECK;

/**
 * Stops the IPA, ends its worker or thread, frees the proxy. Legal at any
 * time, in a callback of this proxy too: nothing more is delivered then, and
 * the memory goes when dispatch unwinds. Calls begun complete with
 * -ECANCELED. NULL is fine, and so is a forked child: nothing happens there,
 * the worker is the parent's. Thread word: bound.
 */
CAMIPC_API void camipc_proxy_destroy(struct camipc_proxy *proxy);

/** Readable while dispatch has work; the same for life. Thread: safe. */
CAMIPC_API int camipc_proxy_get_fd(const struct camipc_proxy *proxy);

/**
 * Delivers events and completions without waiting, a bounded number of them.
 * Returns how many, or -EPIPE once the IPA is gone and `closed` was told, or
 * -EBUSY in a callback of this proxy, or -ECHILD. Thread word: bound.
 */
CAMIPC_API int
camipc_proxy_dispatch(struct camipc_proxy *proxy) CAMIPC_MUST_CHECK;

/**
 * camipc_proxy_call() - run a method, or queue an asynchronous one
 * @id: of the method
 * @args: the method's args struct, borrowed; NULL if it has none
 * @outs: set on success only, and then the caller's to clear; NULL drops them
 *
 * Returns what the IPA returned, 0 if the method returns nothing, or an error
 * of this library. camipc_proxy_last_error() tells the two kinds apart.
 * Never runs callbacks. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_call(struct camipc_proxy *proxy, uint32_t id,
				 const void *args,
				 void *outs) CAMIPC_MUST_CHECK;

/** Generated: calls the typed completion @done with typed @outs. */
typedef void (*camipc_done_fn)(void (*done)(void), void *user, int ret,
			       const void *outs);

/**
 * As camipc_proxy_call() for a synchronous method, without waiting: dispatch
 * calls @complete(@done, @user, ...) exactly once if this returned 0, also
 * when the IPA dies, the deadline passes, the call is cancelled or the proxy
 * is destroyed. Outputs are borrowed in it. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_begin(struct camipc_proxy *proxy, uint32_t id,
				  const void *args, camipc_done_fn complete,
				  void (*done)(void),
				  void *user) CAMIPC_MUST_CHECK;

/**
 * Ends the calls of this proxy that wait or were begun, with -ECANCELED; the
 * IPA goes on. Thread word: safe, as long as the proxy exists.
 */
CAMIPC_API void camipc_proxy_cancel(struct camipc_proxy *proxy);

/**
 * Stops many proxies at once: the slowest, not the sum, counts. Proxies that
 * are not running are left alone. Returns 0, or the first error. No event of
 * any of them is delivered after it returned. Thread word: bound.
 */
CAMIPC_API int camipc_stop_all(struct camipc_proxy *const *proxies, size_t n);

/** The proxy's own error in the latest call; 0 if the IPA answered. */
CAMIPC_API int camipc_proxy_last_error(const struct camipc_proxy *proxy);

/** The raw value the IPA returned in the latest call it answered. */
CAMIPC_API int32_t camipc_proxy_last_result(const struct camipc_proxy *proxy);

/** Why the latest call failed; names the field if an argument was wrong. */
CAMIPC_API enum camipc_reason
camipc_proxy_last_reason(const struct camipc_proxy *proxy,
			 const char **ret_field);

/** True once creation succeeded, for good: a dead proxy is valid too. */
CAMIPC_API bool camipc_proxy_is_valid(const struct camipc_proxy *proxy);

/** Where it is now. Thread word: safe. */
CAMIPC_API enum camipc_state
camipc_proxy_get_state(const struct camipc_proxy *proxy);

/** Name of the factory that made it: "thread", "process", "loopback". */
CAMIPC_API const char *
camipc_proxy_get_isolation(const struct camipc_proxy *proxy);

/** Pid of the worker; 0 if there is none. */
CAMIPC_API int camipc_proxy_get_pid(const struct camipc_proxy *proxy);

/** Deadline of calls from now on, in milliseconds; 0: as the IDL says. */
CAMIPC_API void camipc_proxy_set_timeout(struct camipc_proxy *proxy,
					 uint32_t timeout_ms);

/**
 * camipc_proxy_set_watchdog() - give the IPA up when it sends no events
 * @timeout_ms: 0: never, as at first
 *
 * Once asynchronous calls were sent and no event has come for so long, the
 * proxy dies with CAMIPC_REASON_WATCHDOG, from dispatch, which its descriptor
 * asks for. For interfaces in which each frame has its event. Thread word:
 * bound.
 */
CAMIPC_API void camipc_proxy_set_watchdog(struct camipc_proxy *proxy,
					  uint32_t timeout_ms);

/**
 * Returns @state in a word, as for a log: "running". Never NULL. Thread word:
 * safe.
 */
CAMIPC_API const char *camipc_state_to_string(enum camipc_state state);

/*
 * Descriptors of the interfaces whose pipeline side is in this process, so
 * that tools can show and decode what they were not written for.
 */

/** By name ("ipa.vimc"), or NULL. Thread word: safe. */
CAMIPC_API const struct camipc_interface *
camipc_interface_find(const char *name);

/** By name, ascending; returns how many, fills in at most @max. */
CAMIPC_API size_t camipc_interface_list(const struct camipc_interface **found,
					size_t max);

/** Returns 0, -EINVAL (no name, wrong size), -EEXIST or -ENOSPC. */
CAMIPC_API int
camipc_interface_register(const struct camipc_interface *descriptor);

/** Forgets it again; for what can be unloaded. */
CAMIPC_API void
camipc_interface_unregister(const struct camipc_interface *descriptor);

/** Before main(): what goes wrong is kept and logged at first use. */
CAMIPC_API void
camipc_interface_register_early(const struct camipc_interface *descriptor);

/** Generated: one line for each interface, beside its calls. */
#define CAMIPC_REGISTER_INTERFACE(descriptor)                               \
	__attribute__((constructor)) static void                            \
	register_interface_##descriptor(void)                               \
	{                                                                   \
		camipc_interface_register_early(&(descriptor));             \
	}                                                                   \
	__attribute__((destructor)) static void                             \
	unregister_interface_##descriptor(void)                             \
	{                                                                   \
		camipc_interface_unregister(&(descriptor));                 \
	}

CAMIPC_END_DECLS

#endif /* CAMIPC_PROXY_H */
