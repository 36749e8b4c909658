/* SPDX-License-Identifier: MIT */
/*
 * The module ABI: the objects that an IPA module exports, and the functions
 * of its host that it may call.
 * camipc/base.h defines the thread words (bound, safe, reentrant).
 */
#ifndef CAMIPC_MODULE_H
#define CAMIPC_MODULE_H

#include <errno.h>

#include <camipc/base.h>
#include <camipc/interface.h>
#include <camipc/limits.h>
#include <camipc/log_level.h>
#include <camipc/module_info.h>

CAMIPC_BEGIN_DECLS

/**
 * The program that runs the module: a worker, or the camera process itself.
 * A module calls it through these pointers only, and thus needs no symbol of
 * the library.
 *
 * The struct grows at its end. A module must check CAMIPC_TABLE_HAS(host,
 * member) before it uses a member behind @argument: an older host does not
 * have it, and any host may leave an optional function NULL.
 */
struct camipc_host {
	uint32_t size; /* sizeof this struct in the host's build */
	uint32_t abi; /* CAMIPC_MODULE_ABI of the host */

	/**
	 * Raises an event. @args are copied or encoded before it returns. It
	 * never blocks, and may be called until the module's destroy()
	 * returns. Returns 0; -EINVAL (the interface does not allow @args, or
	 * has no such event); -EMSGSIZE (too large); -EAGAIN (no credit);
	 * -EOPNOTSUPP (the pipeline does not know the event); -EPIPE (the
	 * pipeline is gone); or -ENOMEM. Thread word: safe.
	 */
	int (*raise_event)(struct camipc_host *host, uint32_t event,
			   const void *args);

	/**
	 * Returns zeroed memory for the outputs of the op that is running, or
	 * NULL without memory. The host frees it once the op was answered.
	 * Thread word: bound to the thread that runs the op.
	 */
	void *(*alloc)(struct camipc_host *host, size_t n, size_t size);

	/**
	 * Writes one line to the log of the camera process. Lines that find no
	 * room are dropped and counted. Thread word: safe.
	 */
	void (*log)(struct camipc_host *host, enum camipc_log_level level,
		    const char *text);

	/**
	 * The argument that the pipeline gave in camipc_match.argument, which
	 * only modules get whose manifest says that they take one (argument:
	 * true): at most CAMIPC_MAX_ARGUMENT_SIZE bytes and a NUL; "" if it
	 * gave none, never NULL. Valid from create() until destroy() has
	 * returned. It is the pipeline's word: a module checks it as it checks
	 * call arguments.
	 */
	const char *argument;

	/*
	 * Optional functions, whose place and meaning are fixed here so that
	 * modules built today can use them under later hosts. The hosts of
	 * this version leave trace NULL.
	 *
	 * Sources belong to the op thread, the thread that runs the module's
	 * ops. They fire between two ops, from the return of the start op
	 * until the stop op begins, on every backend. Sources that were added
	 * earlier wait; timers count from the start of the run then. Without a
	 * start method, no source fires. At most CAMIPC_MAX_SOURCES.
	 */

	/**
	 * Adds a descriptor as a source: calls @ready when poll() would report
	 * one of @events (POLLIN, …). @fd stays the module's. Returns the
	 * number of the source, from 1; -EINVAL; -EBADF; or -ENOMEM. Thread
	 * word: bound to the op thread.
	 */
	int (*add_descriptor)(struct camipc_host *host, int fd, uint32_t events,
			      void (*ready)(void *user, int fd,
					    uint32_t revents),
			      void *user);

	/**
	 * Adds a timer as a source: calls @expired after @delay_ns, then every
	 * @period_ns; once if @period_ns is 0. Both are in nanoseconds of
	 * CLOCK_MONOTONIC. Returns the number of the source, from 1; -EINVAL;
	 * or -ENOMEM. Thread word: bound to the op thread.
	 */
	int (*add_timer)(struct camipc_host *host, uint64_t delay_ns,
			 uint64_t period_ns, void (*expired)(void *user),
			 void *user);

	/**
	 * Removes a source; its function is not called again. Returns 0 or
	 * -ENOENT. Thread word: bound to the op thread.
	 */
	int (*remove_source)(struct camipc_host *host, int source);

	/**
	 * Posts a task: calls @run in the op thread before the next op. Tasks
	 * that have not run when the module is destroyed are dropped. Returns
	 * 0; -EINVAL; -EPIPE (the module is being destroyed); or -ENOMEM.
	 * Thread word: safe.
	 */
	int (*post)(struct camipc_host *host, void (*run)(void *user),
		    void *user);

	/**
	 * Sets functions that an op thread calls when it starts, before its
	 * first op, and when it ends, after its last one. Either may be NULL.
	 * In a worker the op thread is the same for the module's whole life; in
	 * a camera process each run has its own, and ops outside of a run use
	 * the pipeline handler's thread, without hooks.
	 * Returns 0, or -EBUSY while an op thread runs. Thread word: bound to
	 * the thread that runs create().
	 */
	int (*set_thread_hooks)(struct camipc_host *host,
				void (*started)(void *user),
				void (*ending)(void *user), void *user);

	/**
	 * Reports that a part of the module's work took from @begin_ns until
	 * @end_ns, in nanoseconds of CLOCK_MONOTONIC. @part is a number that
	 * the module chooses. Reports that find no room are dropped. Thread
	 * word: safe.
	 */
	void (*trace)(struct camipc_host *host, uint32_t part,
		      uint64_t begin_ns, uint64_t end_ns);

	/**
	 * Gets a path under which to load a file of the manifest's loads:
	 * camipc_host_load_path() calls it.
	 */
	int (*load_path)(struct camipc_host *host, uint32_t index, char *path);

	/**
	 * Fails the call whose op is running, whatever the op returns: the
	 * caller gets -EREMOTEIO and CAMIPC_REASON_EXCEPTION. For an op that
	 * an exception has left; C++ wrappers call it. Thread word: bound to
	 * the thread that runs the op.
	 */
	void (*fail_op)(struct camipc_host *host);

	/**
	 * Sets a function that the op thread calls after each synchronous op,
	 * with the method's id, once its outputs were copied or encoded: from
	 * then on the module may change what they point to. NULL: none. Thread
	 * word: bound to the thread that runs create(), or the op thread.
	 */
	void (*set_answered)(struct camipc_host *host,
			     void (*answered)(void *user, uint32_t method),
			     void *user);

	/**
	 * Sets what the functions of external types get as their context; see
	 * camipc/external.h. Returns 0, or -EBUSY after create() has returned.
	 * Thread word: bound to the thread that runs create().
	 */
	int (*set_context)(struct camipc_host *host, void *context);
};

/*
 * Modules are compiled against these places: a member stays where it is, and a
 * new one comes last.
 */
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_host) ==
			     2 * sizeof(uint32_t) + 14 * sizeof(void *),
		     "a new member of the host comes last");

/**
 * Returns @n zeroed elements of @size bytes, see camipc_host.alloc; NULL
 * without memory, or if @n × @size overflows. Thread word: bound to the thread
 * that runs the op.
 */
static inline void *camipc_host_alloc(struct camipc_host *host, size_t n,
				      size_t size)
{
	return host->alloc(host, n, size);
}

/**
 * Logs through the host, in the style of printf(); cuts the line at 512 bytes.
 * Thread word: safe.
 */
void camipc_host_log(struct camipc_host *host, enum camipc_log_level level,
		     const char *format, ...) CAMIPC_PRINTF(3, 4);

/**
 * Sets what the functions of external types get as their context on this side,
 * see camipc/external.h; borrowed until destroy() has returned. For create().
 * Returns 0; -EBUSY after create() has returned; or -EOPNOTSUPP (an older
 * host). Thread word: bound to the thread that runs create().
 */
static inline int camipc_host_set_context(struct camipc_host *host,
					  void *context)
{
	if (host->size <= offsetof(struct camipc_host, set_context) ||
	    !host->set_context)
		return -EOPNOTSUPP;
	return host->set_context(host, context);
}

/** Room for a path from camipc_host_path(), in bytes. */
#define CAMIPC_HOST_PATH_SIZE 32

/**
 * camipc_host_path() - name a descriptor that the pipeline handler gave
 * @fd: of a file, such as settings->configuration; the path ends with it
 * @path: CAMIPC_HOST_PATH_SIZE bytes
 *
 * For libraries that open files by name: the path leads to this very file, in
 * a thread and in a worker, and opening it starts at its beginning. What such a
 * library looks for beside the file is not found.
 *
 * Returns 0, -EBADF (@fd is not open), or -ENOENT (/proc is not mounted).
 * Thread word: reentrant.
 */
int camipc_host_path(int fd, char path[CAMIPC_HOST_PATH_SIZE])
	CAMIPC_MUST_CHECK;

/** As long as any path. */
#define CAMIPC_HOST_LOAD_PATH_SIZE 4096

/**
 * camipc_host_load_path() - get the path of a file that the module loads
 * @index: of the file in the list loads of the module's manifest, from 0
 * @path: CAMIPC_HOST_LOAD_PATH_SIZE bytes
 *
 * For dlopen() in create(). The library has opened the file and judged it like
 * the module; the path leads to this very file. It is the real path if only
 * root or the user of the process can change that, so that libraries beside the
 * file are found.
 *
 * Returns 0; -ENOENT (no such entry; or /proc is not mounted, which a path that
 * others can change needs); -ESTALE (the file was replaced); or -EOPNOTSUPP (an
 * older host). Thread word: safe.
 */
int camipc_host_load_path(struct camipc_host *host, uint32_t index,
			  char path[CAMIPC_HOST_LOAD_PATH_SIZE])
	CAMIPC_MUST_CHECK;

#define CAMIPC_NOTE_SECTION ".note.camipc"
#define CAMIPC_NOTE_NAME "camipc"

/** For the notes that the macros below make. clang's ASan would put gaps between
 *  them, at which a reader of notes stops. */
#ifdef __clang__
#define CAMIPC_NOTE_ATTRIBUTES                                                \
	__attribute__((section(CAMIPC_NOTE_SECTION), used, aligned(4),        \
		       no_sanitize("address")))
#else
#define CAMIPC_NOTE_ATTRIBUTES                                                \
	__attribute__((section(CAMIPC_NOTE_SECTION), used, aligned(4)))
#endif

/** Types of ELF notes: struct camipc_module_info, and the manifest. */
#define CAMIPC_NOTE_TYPE 1
#define CAMIPC_NOTE_TYPE_MANIFEST 2

/** The ELF note as it lies in the module; survives strip. */
struct camipc_module_note {
	uint32_t name_size; /* 7, with the NUL */
	uint32_t info_size; /* a reader accepts more, and ignores the rest */
	uint32_t type;
	char name[8]; /* padded to four */
	struct camipc_module_info info;
};
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_module_note) == 20 + 192,
		     "the note has no padding");

/**
 * Embeds the module's manifest: a string literal of YAML, at most
 * CAMIPC_MAX_MANIFEST_SIZE bytes of UTF-8 without control characters other
 * than tab and newline. Use it at most once in a module, at file scope, beside
 * CAMIPC_MODULE or IPA_X_MODULE:
 *
 *	CAMIPC_MODULE_MANIFEST("read: [/usr/share/vendor]\n"
 *			       "threads: 4\n");
 *
 * The library reads a manifest from the file, as it reads the note, and
 * refuses a module whose manifest breaks these rules, has a key that the
 * library does not know, or a wrong value. Keys stand at the beginning of their
 * line:
 *
 * - argument: true means that the module uses host->argument. Without it, the
 *   library refuses an argument that a pipeline gives.
 * - loads: [/usr/lib/x.so, argument] names files that the module loads by
 *   itself, at most CAMIPC_MAX_LOADS: absolute paths, or the word argument,
 *   which stands for the path in host->argument; "argument or /usr/lib/y.so"
 *   has a path for no argument. The library opens them before
 *   anything of the module runs and judges them like the module, which is
 *   trusted only if all of them are. camipc_host_load_path() gets their paths.
 *   If one was replaced when create() returns, the creation of the proxy fails
 *   with -ESTALE.
 *
 * The following are needs of a module in the sandbox. The host grants them (struct
 * camipc_manager_options), or trusts the module; else the creation of the proxy
 * fails with -EACCES before anything of the module runs, and one line of the log
 * names the need.
 *
 * - read: files and folders that the module reads, absolute paths, at most
 *   CAMIPC_MAX_READ. Granted by sandbox_paths.
 * - devices: character devices that the module opens, at most
 *   CAMIPC_MAX_DEVICES, with the numbers of the ioctls that it uses, at most
 *   CAMIPC_MAX_IOCTLS for all of them. The kernel's filter sees numbers, not
 *   devices: a number holds for each descriptor that the module has. A device
 *   that does not exist is no error. Granted by sandbox_devices.
 *
 *	devices:
 *	  - path: /dev/video10
 *	    ioctls: [0xc0585611, 0x40045612]
 *	  - /dev/null
 *
 * - gpu: true means that the module computes on the GPU: it may open the render
 *   nodes /dev/dri/renderD* with all ioctls of graphics drivers (type 'd'), and
 *   read what their libraries read (the description of the GPU below
 *   /sys/devices, and the folders drirc, glvnd, vulkan, OpenCL and libdrm of
 *   /etc and /usr/share). Drivers with devices of their own need devices.
 *   Granted by /dev/dri in sandbox_devices.
 * - environment: names of variables that the module uses, at most
 *   CAMIPC_MAX_ENVIRONMENT. Granted by worker_environment; LANG, LC_ALL and TZ
 *   always. Variables that change which code is loaded are granted to nobody.
 * - sandbox: required means that the module must not run without any layer of
 *   the sandbox, unless the host turns the sandbox off; off means that it cannot
 *   run in the sandbox, which the host must then turn off.
 *
 * These have limits, and need no grant:
 *
 * - memory_mib: private memory, from 1 to CAMIPC_SANDBOX_MAX_MEMORY_MIB, instead
 *   of CAMIPC_SANDBOX_MEMORY_MIB.
 * - threads: from 1 to CAMIPC_SANDBOX_MAX_THREADS, instead of
 *   CAMIPC_SANDBOX_THREADS.
 *
 * A file beside the module, with ".yaml" after the module's whole name
 * ("softisp.so.yaml"), takes the place of this manifest if only root can change
 * it: who installs a module without its source describes it there.
 */
#define CAMIPC_MODULE_MANIFEST(text)                                          \
	CAMIPC_STATIC_ASSERT(sizeof(text) - 1 <= CAMIPC_MAX_MANIFEST_SIZE,    \
			     "the manifest is longer than 4096 bytes");       \
	CAMIPC_NOTE_ATTRIBUTES                                                \
	static const struct {                                                 \
		uint32_t name_size;                                           \
		uint32_t manifest_size;                                       \
		uint32_t type;                                                \
		char name[8];                                                 \
		char manifest[sizeof(text)];                                  \
	} camipc_module_manifest = {                                          \
		sizeof(CAMIPC_NOTE_NAME), sizeof(text),                       \
		CAMIPC_NOTE_TYPE_MANIFEST, CAMIPC_NOTE_NAME, text,            \
	}

/**
 * The module's functions. The library looks for the symbol
 * "camipc_module_entry" once it was decided that the module may be loaded.
 */
struct camipc_module_entry {
	uint32_t size; /* sizeof this struct; it grows at the end */
	uint32_t abi; /* CAMIPC_MODULE_ABI */
	const struct camipc_interface *descriptor; /* the module's own */
	const camipc_invoke_fn *invoke; /* one for each method, in order */
	const void *ops;

	/**
	 * Returns NULL if @ops has a function for every method, or else the name
	 * of the first one that is missing, which must stay valid. The library
	 * refuses such a module, with this name. Thread word: reentrant.
	 */
	const char *(*missing_op)(const void *ops);

	/**
	 * Makes an instance. @host is valid until destroy() has returned.
	 * Returns 0 or a negative errno. The creation of the proxy then fails
	 * with -EREMOTEIO, and one line of the log has the number. Like
	 * destroy() and all ops it must return: an exception or pthread_exit()
	 * ends the IPA, or the process if nobody catches the exception, and
	 * longjmp() is undefined. Thread word: bound to the thread that makes
	 * the proxy, or the worker's.
	 */
	int (*create)(struct camipc_host *host, void **ret_ipa);

	/**
	 * Destroys the instance; it must join the module's own threads. No
	 * function of the host may be called once it has returned. Thread
	 * word: bound to the thread that ends the proxy, or the worker's.
	 */
	void (*destroy)(void *ipa);
};

/**
 * Defines the note and the entry. Generated code wraps it: IPA_X_MODULE(name,
 * version, licence, create, destroy, ops).
 */
#define CAMIPC_MODULE(module_name, module_version, license_text,              \
		      interface_name, interface_version, since, fingerprint,  \
		      interface_object, invoke_rows, missing_func,           \
		      create_func, destroy_func, ops_object)                  \
	CAMIPC_NOTE_ATTRIBUTES                                                \
	static const struct camipc_module_note camipc_module_note = {         \
		sizeof(CAMIPC_NOTE_NAME),                                     \
		sizeof(struct camipc_module_info),                            \
		CAMIPC_NOTE_TYPE,                                             \
		CAMIPC_NOTE_NAME,                                             \
		{ CAMIPC_MODULE_ABI, CAMIPC_CODEGEN_REVISION,                 \
		  (module_version), (interface_version), (since),             \
		  CAMIPC_CAST(uint32_t, (fingerprint) & UINT32_MAX),          \
		  CAMIPC_CAST(uint32_t, (fingerprint) >> 32), 0, module_name, \
		  interface_name, license_text },                             \
	};                                                                    \
	CAMIPC_EXPORT extern const struct camipc_module_entry                 \
		camipc_module_entry;                                          \
	const struct camipc_module_entry camipc_module_entry = {              \
		sizeof(struct camipc_module_entry), CAMIPC_MODULE_ABI,        \
		(interface_object), (invoke_rows), (ops_object),              \
		(missing_func), (create_func), (destroy_func),               \
	}

CAMIPC_END_DECLS

#endif /* CAMIPC_MODULE_H */
