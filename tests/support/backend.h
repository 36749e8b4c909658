/* SPDX-License-Identifier: MIT */
/*
 * Backends of tests, by the name in a test's first argument: "thread",
 * "loopback", "process" (over a socket) or "shm" (a process, through shared
 * memory).
 */
#ifndef CAMIPC_TEST_BACKEND_H
#define CAMIPC_TEST_BACKEND_H

#include <string.h>

#include <camipc/manager.h>

/** Returns how the module runs: the name of a proxy factory. */
static inline const char *test_backend_isolation(const char *backend)
{
	return strcmp(backend, "shm") == 0 ? "process" : backend;
}

/** Returns the transport: an enum camipc_transport. */
static inline uint32_t test_backend_transport(const char *backend)
{
	return strcmp(backend, "shm") == 0 ? CAMIPC_TRANSPORT_SHM :
					     CAMIPC_TRANSPORT_SOCKET;
}

#endif /* CAMIPC_TEST_BACKEND_H */
