/* SPDX-License-Identifier: MIT */
/* The worker process: loads one module, serves it, ends. */
#ifndef CAMIPC_PROXY_WORKER_H
#define CAMIPC_PROXY_WORKER_H

#include <camipc/base.h>

/** The one descriptor of a worker's own, besides its life-line. */
#define CAMIPC_WORKER_CHANNEL_FD 4

/** Exit codes; what died of a signal has none. */
enum camipc_worker_exit {
	CAMIPC_WORKER_EXIT_OK = 0, /* told to end, or nobody is left */
	CAMIPC_WORKER_EXIT_USAGE = 64, /* not started by a camera process */
	CAMIPC_WORKER_EXIT_SETUP = 65, /* before the module was touched */
	CAMIPC_WORKER_EXIT_PROTOCOL = 66, /* the camera process broke it */
	CAMIPC_WORKER_EXIT_MODULE = 67, /* the module was not loaded */
};

/**
 * camipc_worker_run() - be a worker
 * @module: path
 *
 * Takes over the descriptors CAMIPC_CHILD_LIFE_LINE_FD and
 * CAMIPC_WORKER_CHANNEL_FD, closes all above. Returns an enum
 * camipc_worker_exit once the work is over; the module's code may still be
 * mapped. Call it once, in the main thread.
 */
int camipc_worker_run(const char *module);

/** True if the descriptors are there: a camera process started this one. */
bool camipc_worker_is_child(void);

#endif /* CAMIPC_PROXY_WORKER_H */
