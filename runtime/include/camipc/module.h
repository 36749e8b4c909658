/* SPDX-License-Identifier: MIT */
/* The module ABI: what an IPA module exports, and what it may call. */
#ifndef CAMIPC_MODULE_H
#define CAMIPC_MODULE_H

#include <camipc/base.h>
#include <camipc/interface.h>

CAMIPC_BEGIN_DECLS

#define CAMIPC_MODULE_ABI 1

/** How bad a log message is. */
enum camipc_log_level {
	CAMIPC_LOG_ERROR = 0,
	CAMIPC_LOG_WARNING,
	CAMIPC_LOG_INFO,
	CAMIPC_LOG_DEBUG,
};

/**
 * What runs the module. A module reaches it through these pointers only, so
 * that it needs no symbol of the library. The struct only grows at its end;
 * look at @size before using what came later than the module's own header.
 */
struct camipc_host {
	uint32_t size;
	uint32_t abi; /* CAMIPC_MODULE_ABI of the host */

	/**
	 * Raises an event. @args are copied or encoded before it returns. Any
	 * thread of the module may call it, until the module's destroy()
	 * returns; it never blocks. Returns 0, -EINVAL (the interface does not
	 * allow @args), -EMSGSIZE, -EAGAIN (no credit), -EOPNOTSUPP (the other
	 * side does not know the event) or -EPIPE. Thread word: safe.
	 */
	int (*raise_event)(struct camipc_host *host, uint32_t event,
			   const void *args);

	/**
	 * Zeroed memory for the outputs of the op that is running, gone once
	 * it was answered; NULL when there is none left. Thread word: bound to
	 * the thread that runs the op.
	 */
	void *(*alloc)(struct camipc_host *host, size_t n, size_t size);

	/** Writes one line to the log of the camera process. Thread: safe. */
	void (*log)(struct camipc_host *host, enum camipc_log_level level,
		    const char *text);
};

/** See camipc_host.alloc; checks n × size. */
static inline void *camipc_host_alloc(struct camipc_host *host, size_t n,
				      size_t size)
{
	return host->alloc(host, n, size);
}

/** Logs through the host, printf style; 512 bytes at most. Thread: safe. */
void camipc_host_log(struct camipc_host *host, enum camipc_log_level level,
		     const char *format, ...) CAMIPC_PRINTF(3, 4);

/**
 * What a module says about itself, read from the file before anything of it
 * is loaded. Fixed-size fields aligned to four bytes: a 64-bit member would
 * make the compiler align the note to more than its header says.
 */
struct camipc_module_info {
	uint32_t abi; /* CAMIPC_MODULE_ABI */
	uint32_t codegen_revision;
	uint32_t module_version; /* the vendor's; camipc_match goes by it */
	uint32_t interface_version;
	uint32_t compatible_since;
	uint32_t wire_fingerprint_low;
	uint32_t wire_fingerprint_high;
	uint32_t reserved;
	char name[64]; /* NUL-terminated, UTF-8 */
	char interface_name[64];
	char license[32]; /* information only, never evidence */
};

#define CAMIPC_NOTE_SECTION ".note.camipc"
#define CAMIPC_NOTE_NAME "camipc"
#define CAMIPC_NOTE_TYPE 1

/** The ELF note as it lies in the module; survives strip. */
struct camipc_module_note {
	uint32_t name_size; /* 7, with the NUL */
	uint32_t info_size;
	uint32_t type;
	char name[8]; /* padded to four */
	struct camipc_module_info info;
};
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_module_note) == 20 + 192,
		     "the note has no padding");

/** Found with dlsym("camipc_module_entry") once trust was decided. */
struct camipc_module_entry {
	uint32_t size;
	uint32_t abi;
	const struct camipc_interface *descriptor; /* the module's own */
	const camipc_invoke_fn *invoke; /* a row for each method */
	const void *ops;

	/**
	 * True if @ops has a function for every method; the engine refuses a
	 * module for which it is not.
	 */
	bool (*ops_complete)(const void *ops);

	/** Returns 0 and an instance, or a negative errno. */
	int (*create)(struct camipc_host *host, void **ret_ipa);

	/** Joins the module's own threads; no emit after it returned. */
	void (*destroy)(void *ipa);
};

/**
 * Defines both exported objects. Generated code wraps it: IPA_X_MODULE(name,
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
