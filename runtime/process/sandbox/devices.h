/* SPDX-License-Identifier: MIT */
/* The devices that a module was granted, the graphics driver's included. */
#ifndef CAMIPC_SANDBOX_DEVICES_H
#define CAMIPC_SANDBOX_DEVICES_H

#include "sandbox.h"

/**
 * camipc_devices_visit() - call a function for each device that was granted
 * @visit: @path of a character device that exists, and @fd of it (O_PATH), valid
 *         for the call
 *
 * What does not exist, or is no character device, is left out. Thread word:
 * reentrant.
 */
void camipc_devices_visit(const struct camipc_sandbox_request *request,
			  void (*visit)(void *user, const char *path, int fd),
			  void *user);

/**
 * camipc_gpu_files_visit() - call a function for each file and folder that the
 * user-space part of a graphics driver reads, if the GPU was granted
 *
 * They may not exist. Thread word: reentrant.
 */
void camipc_gpu_files_visit(const struct camipc_sandbox_request *request,
			    void (*visit)(void *user, const char *path),
			    void *user);

#endif /* CAMIPC_SANDBOX_DEVICES_H */
