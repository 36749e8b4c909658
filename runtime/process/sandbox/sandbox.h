/* SPDX-License-Identifier: MIT */
/*
 * The sandbox as the worker program enters it: by its own code, before anything
 * of the module runs.
 */
#ifndef CAMIPC_PROCESS_SANDBOX_H
#define CAMIPC_PROCESS_SANDBOX_H

#include "layer_result.h"

/** What a module can be granted beside paths and numbers: bits of the hello. */
enum camipc_sandbox_grant {
	/** The render nodes of the graphics driver, and its ioctls. */
	CAMIPC_GRANT_GPU = 1 << 16,
	/** Everything that could be granted; what it was is noted. */
	CAMIPC_GRANT_LEARN = 1 << 17,
};

/** What a worker is asked to do, and what its module was granted. */
struct camipc_sandbox_request {
	uint32_t layers; /* bits, 1 << enum camipc_sandbox_layer */
	uint32_t memory_mib; /* of private memory */
	bool locks_memory; /* all of it; locked before */
	uint32_t threads; /* that the module may start, beside those there */
	int module_fd; /* the module's file */
	const char *module; /* its path */
	const char *worker; /* path of the worker program */
	int life_line_fd; /* which the module must not close */
	const char *const *read; /* absolute paths that it may read */
	size_t n_read;
	const int *load_fds; /* files that the module loads */
	const char *const *loads; /* their paths */
	size_t n_loads;
	const char *const *devices; /* absolute paths that it may open */
	size_t n_devices;
	const uint32_t *ioctls; /* numbers that it may use */
	size_t n_ioctls;
	uint32_t grants; /* bits of enum camipc_sandbox_grant */
	/**
	 * With CAMIPC_GRANT_LEARN: called with one line for each need, in signal
	 * handlers of any thread.
	 */
	void (*note)(void *user, const char *text);
	void *note_user;
	const char *(*name_of_call)(uint32_t call); /* of a system call */
	/** Set by camipc_sandbox_enter(): Landlock bounds what can be opened. */
	bool has_files;
};

/** How all layers turned out. */
struct camipc_sandbox_report {
	struct camipc_layer_result layers[CAMIPC_N_SANDBOX_LAYERS];
};

/**
 * camipc_sandbox_enter() - enter all layers but the seal
 * @request: borrowed for the call
 *
 * The process must have one thread. Each layer is tried after it was entered:
 * one that does not refuse what it must is reported as missing. Nothing of it
 * can be undone. Thread word: bound.
 */
void camipc_sandbox_enter(const struct camipc_sandbox_request *request,
			  struct camipc_sandbox_report *ret_report);

/**
 * camipc_sandbox_seal() - enter the last layer, with all threads
 *
 * Called once the module's init has succeeded; does nothing unless
 * camipc_sandbox_enter() reported the seal as pending, or if it was entered
 * already. Returns 0 or an error of seccomp(). Thread word: bound.
 */
int camipc_sandbox_seal(void);

#endif /* CAMIPC_PROCESS_SANDBOX_H */
