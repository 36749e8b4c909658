/* SPDX-License-Identifier: MIT */
/*
 * The module ABI: the objects that an IPA module exports, and the functions
 * of its host that it may call.
 * camipc/base.h defines the thread words (bound, safe, reentrant).
 */
#ifndef CAMIPC_MODULE_H
#define CAMIPC_MODULE_H

#include <camipc/base.h>
#include <camipc/interface.h>
#include <camipc/limits.h>

CAMIPC_BEGIN_DECLS

#define CAMIPC_MODULE_ABI 1

/** Severity of a log message. */
enum camipc_log_level {
	CAMIPC_LOG_ERROR = 0,
	CAMIPC_LOG_WARNING,
	CAMIPC_LOG_INFO,
	CAMIPC_LOG_DEBUG,
};

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
	 * The argument that the pipeline gave in camipc_match.argument: at
	 * most CAMIPC_MAX_ARGUMENT_SIZE bytes and a NUL; "" if it gave none,
	 * never NULL. Valid from create() until destroy() has returned. It is
	 * the pipeline's word: a module checks it as it checks call arguments.
	 */
	const char *argument;

	/*
	 * Optional functions, whose place and meaning are fixed here so that
	 * modules built today can use them under later hosts. The hosts of
	 * this version leave all of them NULL.
	 *
	 * Sources belong to the op thread, the thread that runs the module's
	 * ops. They fire between two ops, from the return of the start op
	 * until the stop op begins. Sources that were added earlier wait.
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
	 * Posts a task: calls @run in the op thread before the next op.
	 * Returns 0; -EPIPE (the module is being destroyed); or -ENOMEM.
	 * Thread word: safe.
	 */
	int (*post)(struct camipc_host *host, void (*run)(void *user),
		    void *user);

	/**
	 * Sets functions that an op thread calls when it starts, before its
	 * first op, and when it ends, after its last one. Either may be NULL.
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
};

/*
 * Modules are compiled against these places: a member stays where it is, and a
 * new one comes last.
 */
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_host) ==
			     2 * sizeof(uint32_t) + 10 * sizeof(void *),
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
 * The module's description of itself. The library reads it from the file
 * before it loads anything of the module. All members are fixed-size and
 * aligned to four bytes: a 64-bit member would make the compiler align the
 * note to more than its header says.
 */
struct camipc_module_info {
	uint32_t abi; /* CAMIPC_MODULE_ABI */
	uint32_t codegen_revision;
	uint32_t module_version; /* the vendor's; camipc_match checks it */
	uint32_t interface_version;
	uint32_t compatible_since;
	uint32_t wire_fingerprint_low;
	uint32_t wire_fingerprint_high;
	uint32_t reserved; /* 0 */
	char name[64]; /* NUL-terminated, UTF-8 */
	char interface_name[64];
	char license[32]; /* information only, never evidence */
};

#define CAMIPC_NOTE_SECTION ".note.camipc"
#define CAMIPC_NOTE_NAME "camipc"

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
 * refuses a module whose manifest breaks these rules. No key of a manifest has
 * an effect in this version.
 */
#define CAMIPC_MODULE_MANIFEST(text)                                          \
	CAMIPC_STATIC_ASSERT(sizeof(text) - 1 <= CAMIPC_MAX_MANIFEST_SIZE,    \
			     "the manifest is longer than 4096 bytes");       \
	__attribute__((section(CAMIPC_NOTE_SECTION), used, aligned(4)))       \
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
	 * Returns true if @ops has a function for every method. The library
	 * refuses a module for which it returns false. Thread word: reentrant.
	 */
	bool (*ops_complete)(const void *ops);

	/**
	 * Makes an instance. @host is valid until destroy() has returned.
	 * Returns 0 or a negative errno, with which the creation of the proxy
	 * fails. Thread word: bound to the thread that makes the proxy, or the
	 * worker's.
	 */
	int (*create)(struct camipc_host *host, void **ret_ipa);

	/**
	 * Destroys the instance; it must join the module's own threads. No
	 * function of the host may be called once it has returned. Thread
	 * word: bound, as create().
	 */
	void (*destroy)(void *ipa);
};

/**
 * Defines the note and the entry. Generated code wraps it: IPA_X_MODULE(name,
 * version, licence, create, destroy, ops).
 */
#define CAMIPC_MODULE(module_name, module_version, license_text,              \
		      interface_name, interface_version, since, fingerprint,  \
		      interface_object, invoke_rows, complete_func,           \
		      create_func, destroy_func, ops_object)                  \
	__attribute__((section(CAMIPC_NOTE_SECTION), used, aligned(4)))       \
	static const struct camipc_module_note camipc_module_note = {         \
		sizeof(CAMIPC_NOTE_NAME),                                     \
		sizeof(struct camipc_module_info),                            \
		CAMIPC_NOTE_TYPE,                                             \
		CAMIPC_NOTE_NAME,                                             \
		{ CAMIPC_MODULE_ABI, CAMIPC_CODEGEN_REVISION,                 \
		  (module_version), (interface_version), (since),             \
		  (uint32_t)((fingerprint) & UINT32_MAX),                     \
		  (uint32_t)((fingerprint) >> 32), 0, module_name,            \
		  interface_name, license_text },                             \
	};                                                                    \
	CAMIPC_EXPORT extern const struct camipc_module_entry                 \
		camipc_module_entry;                                          \
	const struct camipc_module_entry camipc_module_entry = {              \
		sizeof(struct camipc_module_entry), CAMIPC_MODULE_ABI,        \
		(interface_object), (invoke_rows), (ops_object),              \
		(complete_func), (create_func), (destroy_func),               \
	}

CAMIPC_END_DECLS

#endif /* CAMIPC_MODULE_H */
