/* SPDX-License-Identifier: MIT */
/* The worker process: loads one module and serves its calls. */
#ifndef CAMIPC_PROXY_WORKER_H
#define CAMIPC_PROXY_WORKER_H

#include <camipc/base.h>

/** The descriptor of the channel; CAMIPC_CHILD_LIFE_LINE_FD is before it. */
#define CAMIPC_WORKER_CHANNEL_FD 4

/** Exit codes of the worker program. */
enum camipc_worker_exit {
	CAMIPC_WORKER_EXIT_OK = 0, /* asked to end, or host is gone */
	CAMIPC_WORKER_EXIT_USAGE = 64, /* not started by a camera process */
	CAMIPC_WORKER_EXIT_SETUP = 65, /* before the module was touched */
	CAMIPC_WORKER_EXIT_PROTOCOL = 66, /* the camera process broke it */
	CAMIPC_WORKER_EXIT_MODULE = 67, /* the module could not be loaded */
};

/**
 * camipc_worker_run() - load a module and serve it until the end
 * @module: path
 *
 * Takes the descriptors CAMIPC_CHILD_LIFE_LINE_FD and CAMIPC_WORKER_CHANNEL_FD,
 * and closes all above them. Returns an enum camipc_worker_exit; the module's
 * code may still be mapped then. Must be called once, in the main thread.
 */
int camipc_worker_run(const char *module);

/** Returns true if a camera process started this one: the channel exists. */
bool camipc_worker_is_child(void);

#endif /* CAMIPC_PROXY_WORKER_H */
