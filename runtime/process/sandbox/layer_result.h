/* SPDX-License-Identifier: MIT */
/* How a layer of the sandbox turned out: in the worker, on the wire, and here. */
#ifndef CAMIPC_SANDBOX_LAYER_RESULT_H
#define CAMIPC_SANDBOX_LAYER_RESULT_H

#include <camipc/sandbox.h>

/**
 * The beginning of each line of the log about what a module needs, and what
 * follows it if the module came with that after init. Then: "read PATH",
 * "device PATH", "ioctl NUMBER PATH", "denied PATH" or "refused CALL [TEXT]".
 */
#define CAMIPC_LEARN_PREFIX "sandbox learn: "
#define CAMIPC_LEARN_AFTER_INIT "after init: "

/** Why a layer is off or missing. The texts are in layer_text.c. */
enum camipc_layer_why {
	CAMIPC_LAYER_NO_WHY = 0,
	CAMIPC_LAYER_BY_REQUEST,
	CAMIPC_LAYER_WRAPPED,
	CAMIPC_LAYER_SANITIZED,
	CAMIPC_LAYER_VALGRIND,
	CAMIPC_LAYER_NOT_BUILT,
	CAMIPC_LAYER_NO_KERNEL,
	CAMIPC_LAYER_OLD_KERNEL,
	CAMIPC_LAYER_SYSTEM,
	CAMIPC_LAYER_NOT_ROOT,
	CAMIPC_LAYER_NO_OTHER_USER,
	CAMIPC_LAYER_NO_CAPABILITY,
	CAMIPC_LAYER_CLOSED_FILE,
	CAMIPC_LAYER_PROBE_PASSED,
	CAMIPC_LAYER_CONTRADICTED,
	CAMIPC_LAYER_OLD_WORKER,
	CAMIPC_LAYER_NO_INIT,
	CAMIPC_LAYER_LEARNING,
	CAMIPC_LAYER_OPTIONAL,
	CAMIPC_LAYER_NO_PROC,
	CAMIPC_N_LAYER_WHYS,
};

/** How one layer turned out. */
struct camipc_layer_result {
	enum camipc_layer_state state;
	int error; /* negative errno */
	enum camipc_layer_why why;
};

/** Returns a result as one number, for the worker's hello. Reentrant. */
uint32_t camipc_layer_result_pack(const struct camipc_layer_result *result);

/** Unpacks a number; one that makes no sense counts as a missing layer. */
struct camipc_layer_result camipc_layer_result_unpack(uint32_t number);

/** Returns @why in words, as the end of a line; "" for none. Never NULL. */
const char *camipc_layer_why_to_string(enum camipc_layer_why why);

#endif /* CAMIPC_SANDBOX_LAYER_RESULT_H */
