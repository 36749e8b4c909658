/* SPDX-License-Identifier: MIT */
/* One layer of the sandbox, as its file implements it. */
#ifndef CAMIPC_SANDBOX_LAYER_H
#define CAMIPC_SANDBOX_LAYER_H

#include <errno.h>

#include "sandbox.h"

/**
 * A layer: a constant object in a file of its own. Its functions run in the
 * worker, before the module is loaded, while there is one thread.
 */
struct camipc_layer {
	enum camipc_sandbox_layer layer;

	/** Works under sanitizers and valgrind, whose runtime shares the
	 *  process with the module and needs memory, files and calls. */
	bool fits_tools;

	/** Enters the layer. A result other than REACHED ends it here. */
	struct camipc_layer_result (*enter)(
		const struct camipc_sandbox_request *request);

	/**
	 * Tries by use what the layer must refuse, once all layers were
	 * entered that come before it. Returns true if it was refused. NULL
	 * if entering is all there is to it.
	 */
	bool (*probe)(const struct camipc_sandbox_request *request);
};

extern const struct camipc_layer camipc_layer_surroundings;
extern const struct camipc_layer camipc_layer_limits;
extern const struct camipc_layer camipc_layer_identity;
extern const struct camipc_layer camipc_layer_namespaces;
extern const struct camipc_layer camipc_layer_privileges;
extern const struct camipc_layer camipc_layer_files;
extern const struct camipc_layer camipc_layer_calls;
extern const struct camipc_layer camipc_layer_seal;

/** The three results that every layer has. */
static inline struct camipc_layer_result camipc_layer_reached(void)
{
	return (struct camipc_layer_result){ .state = CAMIPC_LAYER_REACHED };
}

static inline struct camipc_layer_result
camipc_layer_not_needed(enum camipc_layer_why why)
{
	return (struct camipc_layer_result){
		.state = CAMIPC_LAYER_NOT_NEEDED,
		.why = why,
	};
}

/** @error: a positive number of errno. */
static inline struct camipc_layer_result
camipc_layer_missing(enum camipc_layer_why why, int error)
{
	return (struct camipc_layer_result){
		.state = CAMIPC_LAYER_MISSING,
		.why = why,
		.error = -error,
	};
}

/** Missing because a system call failed with @error. */
static inline struct camipc_layer_result camipc_layer_failed(int error)
{
	return camipc_layer_missing(error == ENOSYS || error == EOPNOTSUPP ?
					    CAMIPC_LAYER_NO_KERNEL :
					    CAMIPC_LAYER_SYSTEM,
				    error);
}

#endif /* CAMIPC_SANDBOX_LAYER_H */
