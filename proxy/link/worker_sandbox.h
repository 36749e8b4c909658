/* SPDX-License-Identifier: MIT */
/*
 * The sandbox of a worker as the camera process sees it: what was asked for,
 * what the worker reported before it loaded the module, and what the kernel says
 * of that.
 */
#ifndef CAMIPC_PROXY_WORKER_SANDBOX_H
#define CAMIPC_PROXY_WORKER_SANDBOX_H

#include <camipc/sandbox.h>

#include "handshake.h"

struct camipc_link_sandbox;

/** Bytes of a description; longer ones are cut. */
#define CAMIPC_SANDBOX_TEXT_SIZE 320

/** Thread word: bound. */
struct camipc_worker_sandbox {
	enum camipc_sandbox_mode mode;
	struct camipc_layer_result layers[CAMIPC_N_SANDBOX_LAYERS];
	uint32_t filters; /* that the kernel counts since hello; 0: unknown */
};

/** Puts into @hello what the worker is to do. */
void camipc_worker_sandbox_ask(const struct camipc_link_sandbox *wanted,
			       bool wrapped, struct camipc_parent_hello *hello);

/**
 * camipc_worker_sandbox_judge() - decide which layers a worker has
 * @hello: of the worker, sent before anything of the module ran
 * @pid: of the worker, which must not have been reaped
 * @module: its name, for the log
 * @text: CAMIPC_HANDSHAKE_TEXT_SIZE bytes; why this failed, if it does
 *
 * Compares the worker's word with /proc/@pid/status, where that is there. One
 * warning names the layers that are missing. Returns 0, or the error of the
 * first layer that is required and was not reached: its errno, or -EOPNOTSUPP
 * if it was left out on purpose.
 */
int camipc_worker_sandbox_judge(struct camipc_worker_sandbox *sandbox,
				const struct camipc_link_sandbox *wanted,
				bool wrapped,
				const struct camipc_worker_hello *hello,
				int pid, const char *module,
				char *text) CAMIPC_MUST_CHECK;

/** Writes one line, such as "limits, files; not calls (…)". */
void camipc_worker_sandbox_describe(const struct camipc_worker_sandbox *sandbox,
				    char *text, size_t size);

/** Fills in mode and layers as they are now; @pid is 0 once the worker ended. */
void camipc_worker_sandbox_get(const struct camipc_worker_sandbox *sandbox,
			       int pid, struct camipc_sandbox *ret_sandbox);

#endif /* CAMIPC_PROXY_WORKER_SANDBOX_H */
