/* SPDX-License-Identifier: MIT */
/* The worker process: loads one module and serves its calls. */
#ifndef CAMIPC_PROXY_WORKER_H
#define CAMIPC_PROXY_WORKER_H

#include <camipc/base.h>

/** The descriptor of the channel; CAMIPC_CHILD_LIFE_LINE_FD is before it. */
#define CAMIPC_WORKER_CHANNEL_FD 4

/** The module's file, opened by the camera process: the worker loads this. */
#define CAMIPC_WORKER_MODULE_FD 5

/** The worker program's own file: it was run by this descriptor. */
#define CAMIPC_WORKER_PROGRAM_FD 6

/**
 * Reserves static TLS for libraries of modules (allocators, tracers), which a
 * process gets only at its start: by default 512 bytes are left for them. The
 * worker takes it out of its environment before it loads the module.
 */
#define CAMIPC_WORKER_TUNABLES \
	"GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384"

/** Exit codes of the worker program. */
enum camipc_worker_exit {
	CAMIPC_WORKER_EXIT_OK = 0, /* asked to end, or host is gone */
	CAMIPC_WORKER_EXIT_USAGE = 64, /* not started by a camera process */
	CAMIPC_WORKER_EXIT_SETUP = 65, /* before the module was touched */
	CAMIPC_WORKER_EXIT_PROTOCOL = 66, /* the camera process broke it */
	CAMIPC_WORKER_EXIT_MODULE = 67, /* the module could not be loaded */
	CAMIPC_WORKER_EXIT_UNWOUND = 68, /* the module ended the main thread */
	/* As SETUP, because this system refuses a system call. */
	CAMIPC_WORKER_EXIT_REFUSED = 69,
};

/**
 * camipc_worker_run() - load a module and serve it until the end
 * @program: path of the worker program; libraries around it may be read
 * @module: path of CAMIPC_WORKER_MODULE_FD, for messages
 *
 * Takes the descriptors CAMIPC_CHILD_LIFE_LINE_FD, CAMIPC_WORKER_CHANNEL_FD and
 * CAMIPC_WORKER_MODULE_FD, and closes all above them. Returns an enum
 * camipc_worker_exit; the module's code may still be mapped then. Must be called
 * once, in the main thread.
 */
int camipc_worker_run(const char *program, const char *module);

/** Returns true if a camera process started this one: the channel exists. */
bool camipc_worker_is_child(void);

#endif /* CAMIPC_PROXY_WORKER_H */
