/* SPDX-License-Identifier: MIT */
/*
 * The proxy: the camera process's side of an IPA. Pipeline handlers use some of
 * these functions directly, the others through generated calls. Everything here
 * holds for every isolation (thread, process, loopback).
 *
 * A proxy has an owner: the thread that created it, or the one that has adopted
 * it last with camipc_proxy_adopt(). A bound function that another thread calls
 * does nothing and fails with -EPERM and CAMIPC_REASON_WRONG_THREAD; the first
 * time, it logs one line for each proxy. Functions that return no error say
 * what they return then. In a forked child a proxy is useless: calls return
 * -ECHILD there.
 *
 * Callbacks are functions of the host that dispatch or camipc_proxy_destroy()
 * calls: events, completions and `closed`. A callback should return. If it
 * leaves by a C++ exception, pthread_exit() or a cancellation of its thread,
 * the IPA is ended with CAMIPC_REASON_UNWOUND and the exception goes on: the
 * proxy is Dead then, the next dispatch calls `closed`, and destroying works as
 * ever. The same holds for an op that runs in the thread of its caller. Once a
 * callback has left camipc_proxy_destroy() like that, the remaining completions
 * are called while the stack is unwound, and must return: as in a destructor of
 * C++, a second exception may end the process. NEVER
 * leave a callback, an op or a function of a module by longjmp(), which skips
 * what this library has to put in order: the behaviour is undefined. A thread
 * cannot be cancelled while it is in a function of this library; a cancellation
 * takes effect in callbacks and once the function has returned.
 */
#ifndef CAMIPC_PROXY_H
#define CAMIPC_PROXY_H

#include <camipc/base.h>
#include <camipc/error.h>
#include <camipc/interface.h>
#include <camipc/manager.h>
#include <camipc/reason.h>
#include <camipc/restart.h>
#include <camipc/stats.h>

CAMIPC_BEGIN_DECLS

struct camipc_proxy;

/**
 * camipc_fd_close() - close a descriptor that came from an IPA
 * @fd: a duplicate that an event's callback kept, or an output; -1 is fine
 *
 * The descriptor is of the IPA's making: close() may wait for a linger time or
 * a file system of its choice. This function leaves that to a thread of the
 * library's own and returns at once. The _clear() function of an output does
 * the same. Thread word: safe.
 */
CAMIPC_API void camipc_fd_close(int fd);

/** State of a proxy; one state table holds for every isolation. */
enum camipc_state {
	CAMIPC_STATE_CREATED = 0,
	CAMIPC_STATE_READY,
	CAMIPC_STATE_STARTING,
	CAMIPC_STATE_RUNNING,
	CAMIPC_STATE_STOPPING,
	CAMIPC_STATE_STOPPED,
	CAMIPC_STATE_RESTARTING, /* only with a restart policy */
	CAMIPC_STATE_DEAD,
};

/**
 * A function call under way when a worker crashed, as the worker reports it.
 */
struct camipc_closed_frame {
	const char *module; /* path of the file; NULL if not known */
	const char *build_id; /* of that file, in hex; "" if it has none */
	uint64_t offset; /* in the file, for addr2line; or an address */
};

/**
 * How an IPA ended. The `closed` callback gets it once, from dispatch; all its
 * pointers are valid until the callback returns.
 */
struct camipc_closed_info {
	uint32_t size; /* sizeof this struct: grows at the end */
	enum camipc_reason reason;
	int error; /* the error that calls return from now on */
	bool status_known; /* false if the host reaps its children itself */
	int status; /* as waitpid() reports it; SIGKILL if it was killed and takes
		     * its time to end: its usage is unknown then */
	int pid; /* of the worker; 0 in a thread */
	const char *module; /* path */
	const char *last_call; /* name, or NULL */
	const char *last_event; /* name, or NULL */
	const char *text; /* a summary in one line */
	const char *stderr_tail; /* sanitised; "" if there is none */

	/** Where the worker crashed: the innermost call first, but for calls in
	 *  libc, the loader and the libraries of C++. At most 8. */
	const struct camipc_closed_frame *frames;
	uint32_t n_frames; /* 0 if it did not crash, or nothing is known */
	bool address_known;
	uint64_t address; /* the access to it failed */

	/** Resources the worker used over its lifetime. */
	bool usage_known;
	uint64_t user_us; /* of processor time, in microseconds */
	uint64_t system_us;
	uint64_t max_rss_kib; /* largest resident memory */

	/** With CAMIPC_REASON_SANDBOX: the system call that the sandbox refused,
	 *  "mprotect", by the worker's own account; else NULL. */
	const char *system_call;
};

/** The pipeline side of an interface: generated, constant, shared. */
struct camipc_client {
	uint32_t size;
	uint32_t events_size; /* of the table of events; 0: not checked */
	const struct camipc_interface *descriptor;
	const camipc_invoke_fn *invoke_event; /* one for each event, in order */

	/** Calls the `closed` function of @events, if there is one. */
	void (*invoke_closed)(const void *events, void *user,
			      const struct camipc_closed_info *info);

	/** For each method, in order: hands over the arguments of a lost call,
	 *  or the results of a start; NULL where there is nothing to hand over.
	 */
	const camipc_invoke_fn *invoke_method;

	/** Calls the `restarted` function of @events, if there is one. */
	void (*invoke_restarted)(const void *events, void *user,
				 const struct camipc_restart_info *info);
};

/**
 * camipc_proxy_create() - find a module, start it and create its proxy
 * @manager: borrowed; must outlive the proxy
 * @match: which module; borrowed for the call
 * @client: the generated description of the interface; must outlive the proxy
 * @events: the generated table of callbacks; must outlive the proxy. NULL if
 *	the caller wants no events
 * @user: passed to every callback
 *
 * Waits up to CAMIPC_TIMEOUT_HELLO_MS and CAMIPC_TIMEOUT_LOADED_MS for a
 * worker. The calling thread owns the proxy; camipc_proxy_destroy() ends it. A
 * stack of 128 KiB is enough for that thread, however large the values of calls
 * and events are.
 *
 * Returns 0; -ENOENT (no such module, worker or isolation, or no such file that
 * the module loads), -EACCES (the file is not executable or readable), -ENOEXEC
 * (not an IPA module), -EPROTOTYPE (the module is for another interface), -ESTALE
 * (for another version of it, or a file was replaced while it was loaded),
 * -ELIBACC (a library that the module needs was not found), -EPERM (the module,
 * or a file that it loads, is not trusted to run in a thread), -EPIPE (the worker
 * died), -ETIMEDOUT, -EPROTO (the worker broke the protocol), -EREMOTEIO (the
 * module's create() failed, or its worker reported an error of its own), -EINVAL
 * (a struct without its size, spare members of @match that are not 0, or an
 * argument that the module does not take), -E2BIG (a struct with members that
 * this version does not know), -EAGAIN (the user, or a control group, may have no
 * more processes), -EMFILE, -ENOMEM, or -ENOSYS (this system, as the profile of a
 * container, refuses a system call that is needed). One line of the log explains
 * the error, and names what create() returned. Thread word: safe.
 */
CAMIPC_API int
camipc_proxy_create(struct camipc_manager *manager,
		    const struct camipc_match *match,
		    const struct camipc_client *client, const void *events,
		    void *user,
		    struct camipc_proxy **ret_proxy) CAMIPC_MUST_CHECK;

/**
 * camipc_proxy_adopt() - make the calling thread the owner of a proxy
 *
 * From now on this thread, and no other one, may call bound functions. Begun
 * calls, events that were not dispatched yet and the descriptor belong to the
 * proxy and go along. The former owner need not know, and may have ended; the
 * host must see to it that it does not use the proxy any more.
 *
 * Returns 0, also if the thread is the owner already; -EBUSY (a thread, perhaps
 * this one, is in a bound function, as in each callback); or -ECHILD. Thread
 * word: safe, as long as the proxy exists.
 */
CAMIPC_API int
camipc_proxy_adopt(struct camipc_proxy *proxy) CAMIPC_MUST_CHECK;

/**
 * Stops the IPA, ends its worker or thread, and frees the proxy. Allowed in
 * every state. Calls that were begun complete with -ECANCELED. In a callback of
 * this proxy it ends delivery, and dispatch frees the memory when the callback
 * returns. If another thread is in a bound function, that thread destroys the
 * proxy when it leaves the function; otherwise the calling thread adopts the
 * proxy first. NULL is fine. In a forked child it leaves the worker, which is
 * the parent's, alone. Thread word: safe, once per proxy.
 */
CAMIPC_API void camipc_proxy_destroy(struct camipc_proxy *proxy);

/**
 * Returns a descriptor that polls readable while there is work for
 * camipc_proxy_dispatch(). It belongs to the proxy and never changes. A host that
 * uses camipc_proxy_dispatch_wait() only should not ask for it: to wake a host
 * that may poll takes more system calls. Thread word: safe.
 */
CAMIPC_API int camipc_proxy_get_fd(const struct camipc_proxy *proxy);

/**
 * Calls the callbacks of events and completions that have arrived, at most
 * CAMIPC_DISPATCH_BATCH, without waiting. Returns how many it called; -EPIPE
 * (the IPA is gone, and `closed` was called), -EBUSY (called in a callback of
 * this proxy), -EPERM (another thread owns the proxy) or -ECHILD. Thread word:
 * bound.
 */
CAMIPC_API int
camipc_proxy_dispatch(struct camipc_proxy *proxy) CAMIPC_MUST_CHECK;

/**
 * camipc_proxy_dispatch_wait() - wait until there is something to dispatch
 * @timeout_ms: at most so many milliseconds; negative: without an end
 *
 * For a thread that waits for one proxy and nothing else: it sleeps in the
 * cheapest way that the link has, which poll() on the descriptor cannot use. Then
 * it calls callbacks, as camipc_proxy_dispatch() does.
 *
 * Returns how many callbacks it called, at least 1; 0 (the time is over); or
 * -ECANCELED (camipc_proxy_cancel() was called meanwhile, and no call was
 * outstanding that had to complete). Other errors are those of
 * camipc_proxy_dispatch(). Thread word: bound.
 */
CAMIPC_API int camipc_proxy_dispatch_wait(struct camipc_proxy *proxy,
					  int timeout_ms) CAMIPC_MUST_CHECK;

/**
 * camipc_proxy_cork() - let one wake-up do for several asynchronous calls
 *
 * Until camipc_proxy_uncork(), asynchronous calls are sent, but do not wake an IPA
 * that sleeps: where it shares the host's processor, each wake-up may cost two
 * switches between them. An IPA that is awake takes them as ever. Call
 * camipc_proxy_uncork() after the last of a frame's calls, and before anything
 * that takes long. Any other call, dispatch, and a call for which there is no room
 * or no credit wake the IPA at once, too; the proxy stays corked. Where every
 * message wakes its receiver, as on a socket, this changes nothing.
 *
 * Returns 0, also if the proxy is corked already; -EPERM (another thread owns the
 * proxy) or -ECHILD. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_cork(struct camipc_proxy *proxy);

/**
 * Wakes the IPA for the calls since camipc_proxy_cork(), and lets further ones
 * wake it again. Returns 0, also if the proxy is not corked; -EPERM (another
 * thread owns the proxy) or -ECHILD. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_uncork(struct camipc_proxy *proxy);

/**
 * Instead of arguments: the caller had no memory to put them together. The call
 * fails with -ENOMEM, and camipc_proxy_last_error() knows it.
 */
#define CAMIPC_NO_MEMORY ((const void *)-1)

/**
 * camipc_proxy_call() - call a method, or queue an asynchronous call
 * @id: of the method
 * @args: the method's args struct, borrowed for the call; NULL if it has none;
 *	or CAMIPC_NO_MEMORY
 * @outs: set on success only; the caller clears it then. NULL drops the outputs
 *
 * Waits for the reply of a synchronous method until its deadline. Never calls
 * callbacks.
 *
 * Returns what the IPA returned, or 0 if the method returns nothing; or an
 * error of this library: -EPIPE (the IPA is gone), -ETIMEDOUT, -EPROTO (the
 * reply is not what the interface allows), -EINVAL (an argument that the
 * interface does not allow, or the wrong state), -EMSGSIZE (too large), -EAGAIN
 * (too many asynchronous calls are outstanding), -EBUSY, -EALREADY or
 * -ESHUTDOWN (the state does not allow the call), -EOPNOTSUPP (the module lacks
 * the method), -EREMOTEIO (the IPA returned one of these codes itself),
 * -ECANCELED, -EPERM (another thread owns the proxy), -ECHILD, -EMFILE or
 * -ENOMEM. camipc_proxy_last_error() distinguishes the library's errors from
 * the IPA's. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_call(struct camipc_proxy *proxy, uint32_t id,
				 const void *args,
				 void *outs) CAMIPC_MUST_CHECK;

/**
 * camipc_proxy_call_as() - make a call with arguments of the caller's own form
 * @type: the form: a copy of the method's args type whose check(), encode() and
 *	build() read @args, and whose copy is NULL. Must encode the same bytes.
 *	NULL: the method's own
 *
 * The arguments are written straight to the message: nobody makes the method's
 * struct of them, except for an IPA in a thread, for observers (a trace, a
 * recording) and for calls that a restart needs again. Generated C++ values use
 * it. Everything else is as for camipc_proxy_call(). Thread word: bound.
 */
CAMIPC_API int camipc_proxy_call_as(struct camipc_proxy *proxy, uint32_t id,
				    const struct camipc_message_type *type,
				    const void *args,
				    void *outs) CAMIPC_MUST_CHECK;

/** A generated function that calls the typed completion @done. */
typedef void (*camipc_done_fn)(void (*done)(void), void *user, int ret,
			       const void *outs);

/**
 * camipc_proxy_begin() - call a synchronous method without waiting
 * @id: of the method
 * @args: as for camipc_proxy_call()
 * @complete: called by dispatch with @done and @user, exactly once if this
 *	returns 0: also when the IPA dies, the deadline passes, the call is
 *	cancelled or the proxy is destroyed. Its outputs are valid until it
 *	returns
 *
 * Returns 0 or an error as camipc_proxy_call() does before it waits; also
 * -EAGAIN (CAMIPC_MAX_PENDING_CALLS are outstanding). Thread word: bound.
 */
CAMIPC_API int camipc_proxy_begin(struct camipc_proxy *proxy, uint32_t id,
				  const void *args, camipc_done_fn complete,
				  void (*done)(void),
				  void *user) CAMIPC_MUST_CHECK;

/**
 * Begins a call as camipc_proxy_begin() does, with arguments of the form @type
 * as camipc_proxy_call_as() takes them. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_begin_as(struct camipc_proxy *proxy, uint32_t id,
				     const struct camipc_message_type *type,
				     const void *args, camipc_done_fn complete,
				     void (*done)(void),
				     void *user) CAMIPC_MUST_CHECK;

/**
 * Makes all calls that wait or were begun fail with -ECANCELED. The IPA
 * continues. Thread word: safe, as long as the proxy exists.
 */
CAMIPC_API void camipc_proxy_cancel(struct camipc_proxy *proxy);

/**
 * camipc_stop_all() - stop several IPAs at the same time
 * @proxies: @n proxies; the ones that are not running are ignored
 *
 * Takes as long as the slowest IPA. No event of these proxies is delivered
 * after it has returned. Proxies of other threads fail with -EPERM, those whose
 * start was begun with -EBUSY, and those whose stop was begun with -EALREADY:
 * their events are delivered once or until that has completed. The others are
 * stopped all the same. Returns 0 or the first
 * error of camipc_proxy_call(). Thread word: bound.
 */
CAMIPC_API int camipc_stop_all(struct camipc_proxy *const *proxies, size_t n);

/**
 * camipc_proxy_drain() - stop the IPA, and deliver what it raised before
 * @id: of the stop method
 * @args, @outs: as for camipc_proxy_call()
 *
 * Calls the callbacks of all events that the IPA raises before it answers, and
 * of calls that end meanwhile, from inside this function; none of its events
 * is delivered after it has returned. In these callbacks, asynchronous calls
 * return -ESHUTDOWN; dispatch, stop and this function -EBUSY; and destroy ends
 * delivery, and takes effect when this function returns. Time spent in
 * callbacks does not count against the deadline.
 *
 * Returns 0 if the proxy is not running, what camipc_proxy_call() returns, or
 * -EBUSY (called in a callback of this proxy). If the IPA dies, what it had
 * sent is delivered before this returns -EPIPE; dispatch calls `closed`. Thread
 * word: bound.
 */
CAMIPC_API int camipc_proxy_drain(struct camipc_proxy *proxy, uint32_t id,
				  const void *args, void *outs);

/**
 * camipc_drain_all() - stop several IPAs, and deliver what they raised before
 * @proxies: @n proxies; the ones that are not running are ignored
 *
 * Takes as long as the slowest IPA, and the callbacks of all. Returns 0 or the
 * first error of camipc_proxy_drain(). Thread word: bound.
 */
CAMIPC_API int camipc_drain_all(struct camipc_proxy *const *proxies, size_t n);

/**
 * Returns the library's error of the latest call, or 0 if the IPA answered.
 * Returns -EPERM in a thread that does not own the proxy, -ECHILD in a forked
 * child. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_last_error(const struct camipc_proxy *proxy);

/**
 * Returns the value that the IPA returned in the latest call that it answered;
 * 0 in a thread that does not own the proxy. Thread word: bound.
 */
CAMIPC_API int32_t camipc_proxy_last_result(const struct camipc_proxy *proxy);

/**
 * camipc_proxy_strerror() - get what an error of the latest call means
 * @proxy: NULL is fine, as after create() has failed
 * @error: what the latest call of @proxy returned
 *
 * Tells the IPA's errors from the library's: an -ENOENT that the IPA returned is
 * not our "no such module". Returns "the IPA returned -ENOENT (no such file or
 * directory)" if the IPA returned @error, or if @error is -EREMOTEIO in the
 * place of what the IPA returned; else camipc_strerror(@error). Never NULL; a
 * constant, or valid until the next call in this thread. Thread word: bound.
 */
CAMIPC_API const char *camipc_proxy_strerror(const struct camipc_proxy *proxy,
					     int error);

/**
 * camipc_proxy_last_reason() - get why the latest call failed
 * @ret_field: NULL, or gets the name of the field that was wrong, a constant;
 *	NULL if the reason is neither CAMIPC_REASON_BAD_ARGUMENT nor
 *	CAMIPC_REASON_TOO_LARGE, or if no single field was wrong
 *
 * Returns CAMIPC_REASON_NONE if it did not fail; CAMIPC_REASON_WRONG_THREAD in a
 * thread that does not own the proxy. Thread word: bound.
 */
CAMIPC_API enum camipc_reason
camipc_proxy_last_reason(const struct camipc_proxy *proxy,
			 const char **ret_field);

/**
 * Returns true for every proxy that camipc_proxy_create() returned, also for a
 * dead one. Thread word: safe.
 */
CAMIPC_API bool camipc_proxy_is_valid(const struct camipc_proxy *proxy);

/** Returns the current state. Thread word: safe. */
CAMIPC_API enum camipc_state
camipc_proxy_get_state(const struct camipc_proxy *proxy);

/**
 * Returns how the IPA is isolated: "thread", "process" or "loopback". Thread
 * word: safe.
 */
CAMIPC_API const char *
camipc_proxy_get_isolation(const struct camipc_proxy *proxy);

/**
 * Returns the worker's pid; 0 if no worker runs, or in a thread that does not own
 * the proxy. While the IPA is restarted, this is 0 until another worker was
 * started, and then the pid of that one. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_get_pid(const struct camipc_proxy *proxy);

/**
 * Sets the deadline of all later calls to @timeout_ms milliseconds; 0 restores
 * those of the IDL. Has no effect in a thread that does not own the proxy.
 * Thread word: bound.
 */
CAMIPC_API void camipc_proxy_set_timeout(struct camipc_proxy *proxy,
					 uint32_t timeout_ms);

/**
 * camipc_proxy_set_watchdog() - kill the IPA if it sends no events
 * @timeout_ms: milliseconds without an event; 0, the default: never
 *
 * The time runs while the IPA has asynchronous calls to answer with events.
 * When it has passed, the proxy's descriptor polls readable and dispatch ends
 * the IPA with CAMIPC_REASON_WATCHDOG. Meant for interfaces that raise an event
 * per frame. Has no effect in a thread that does not own the proxy. Thread word:
 * bound.
 */
CAMIPC_API void camipc_proxy_set_watchdog(struct camipc_proxy *proxy,
					  uint32_t timeout_ms);

/**
 * camipc_proxy_set_context() - set the context of external types
 * @context: what their functions get on this side, see camipc/external.h;
 *	borrowed until camipc_proxy_destroy() has returned
 *
 * Call it before the first call of the IPA: init, or any other. Returns 0;
 * -EBUSY after the first call; or an error as of other functions that a thread
 * calls which does not own the proxy. Thread word: bound.
 */
CAMIPC_API int camipc_proxy_set_context(struct camipc_proxy *proxy,
					void *context) CAMIPC_MUST_CHECK;

/**
 * Returns @state in a word, as for a log: "running". Never NULL. Thread word:
 * safe.
 */
CAMIPC_API const char *camipc_state_to_string(enum camipc_state state);

/*
 * The registry of interfaces whose pipeline side is in this process: tools show
 * and decode messages of interfaces that they do not know.
 */

/**
 * Returns the interface called @name ("ipa.vimc"), or NULL. Thread word: safe.
 */
CAMIPC_API const struct camipc_interface *
camipc_interface_find(const char *name);

/**
 * Stores at most @max interfaces at @found, by ascending name. Returns how many
 * are registered. Thread word: safe.
 */
CAMIPC_API size_t camipc_interface_list(const struct camipc_interface **found,
					size_t max);

/**
 * Registers an interface; @descriptor must stay valid until it is unregistered.
 * Returns 0, -EINVAL (no name, or a wrong size), -EEXIST (the name is taken) or
 * -ENOSPC. Thread word: safe.
 */
CAMIPC_API int
camipc_interface_register(const struct camipc_interface *descriptor);

/** Removes an interface from the registry. Thread word: safe. */
CAMIPC_API void
camipc_interface_unregister(const struct camipc_interface *descriptor);

/**
 * Registers an interface before main(); an error is logged when the registry is
 * first used. Thread word: safe.
 */
CAMIPC_API void
camipc_interface_register_early(const struct camipc_interface *descriptor);

/** Registers an interface while its code is loaded; generated code has it. */
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
