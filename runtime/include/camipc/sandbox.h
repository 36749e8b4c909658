/* SPDX-License-Identifier: MIT */
/* The sandbox of a worker: its layers, and which of them a worker reached. */
#ifndef CAMIPC_SANDBOX_H
#define CAMIPC_SANDBOX_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

struct camipc_proxy;

/**
 * Whether workers run in the sandbox. CAMIPC_SANDBOX_LEARN is for the vendor of a
 * module: the worker opens the files and devices that the module asks for as if
 * each had been granted, and one warning in the log for each says which, with
 * "sandbox learn: " at its beginning; what no manifest can ask for is refused.
 * "camipc sandbox learn" makes a manifest of these lines. This mode is no
 * protection against the module.
 */
enum camipc_sandbox_mode {
	CAMIPC_SANDBOX_DEFAULT = 0, /* of a match: as the manager says; of a
				     * manager: CAMIPC_SANDBOX_BEST_EFFORT */
	CAMIPC_SANDBOX_REQUIRED, /* without a layer there is no proxy */
	CAMIPC_SANDBOX_BEST_EFFORT, /* the log says which layers are missing */
	CAMIPC_SANDBOX_OFF,
	CAMIPC_SANDBOX_LEARN, /* the log says what the module needs */
};

/** How many modes there are; a later version may have more. */
#define CAMIPC_N_SANDBOX_MODES (CAMIPC_SANDBOX_LEARN + 1)

/** The layers of the sandbox, in the order in which a worker enters them. */
enum camipc_sandbox_layer {
	/** Folder "/", no terminal, a process group of its own, and only the
	 *  descriptors that were meant for it. */
	CAMIPC_SANDBOX_SURROUNDINGS = 0,
	/** Bounds of memory, descriptors, threads, file sizes; no core. */
	CAMIPC_SANDBOX_LIMITS,
	/** Where the host is root: another user and group. */
	CAMIPC_SANDBOX_IDENTITY,
	/** Optional (sandbox_namespaces): a network without interfaces, mounts
	 *  and System V objects of its own. */
	CAMIPC_SANDBOX_NAMESPACES,
	/** No capabilities, and none to gain (no_new_privs). */
	CAMIPC_SANDBOX_PRIVILEGES,
	/** Landlock: files to read are libraries and those that were granted;
	 *  none to write; no TCP, no abstract sockets, no signals. */
	CAMIPC_SANDBOX_FILES,
	/** seccomp, before the module is loaded: no sockets, no processes, no
	 *  other process, no file names to change. */
	CAMIPC_SANDBOX_CALLS,
	/** seccomp, once init has succeeded: no files, no new code. */
	CAMIPC_SANDBOX_SEAL,
};

/** How many layers there are; a later version may have more. */
#define CAMIPC_N_SANDBOX_LAYERS (CAMIPC_SANDBOX_SEAL + 1)

/** Whether a worker reached a layer. */
enum camipc_layer_state {
	CAMIPC_LAYER_OFF = 0, /* it was not wanted */
	CAMIPC_LAYER_REACHED, /* it was tried, and refused what it must */
	CAMIPC_LAYER_NOT_NEEDED, /* there is nothing that it would take away */
	CAMIPC_LAYER_MISSING, /* it was wanted, and is not there */
	CAMIPC_LAYER_PENDING, /* it comes once init has succeeded */
};

/** One layer of a worker. */
struct camipc_layer_report {
	enum camipc_layer_state state;
	int error; /* negative errno of a missing layer; else 0 */
	/** A constant: why the layer is off, missing or not needed. Of a layer
	 *  that was reached: "", or that this kernel has only a part of it (a
	 *  Landlock before Linux 6.12). */
	const char *why;
};

/** The sandbox of a worker. Set @size before use. */
struct camipc_sandbox {
	uint32_t size; /* sizeof this struct; it grows at the end */
	enum camipc_sandbox_mode mode;
	uint32_t n_layers; /* that this version knows */
	struct camipc_layer_report layers[CAMIPC_N_SANDBOX_LAYERS];
};

/**
 * Returns the name of a layer for logs: "files"; or NULL, if this version does
 * not know it. Thread word: safe.
 */
CAMIPC_API const char *
camipc_sandbox_layer_to_name(enum camipc_sandbox_layer layer);

/**
 * Returns the name of a mode: "required", "best-effort", "off", "learn"; NULL if
 * this version does not know it, and for CAMIPC_SANDBOX_DEFAULT. Thread word:
 * safe.
 */
CAMIPC_API const char *
camipc_sandbox_mode_to_name(enum camipc_sandbox_mode mode);

/**
 * camipc_proxy_get_sandbox() - get the layers that the proxy's worker reached
 * @ret_sandbox: zeroed, with @size set by the caller
 *
 * A layer counts as reached only if the worker tried it before it loaded the
 * module, and if the kernel's account of the worker (/proc/PID/status) does not
 * contradict. The seal comes after init, when the module could lie: reached
 * means that the kernel counts one more filter than before. With a module in a
 * thread, every layer is off.
 *
 * Returns 0, -EINVAL (no size), -ECHILD or -EPERM. Thread word: bound.
 */
CAMIPC_API int
camipc_proxy_get_sandbox(const struct camipc_proxy *proxy,
			 struct camipc_sandbox *ret_sandbox) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAMIPC_SANDBOX_H */
