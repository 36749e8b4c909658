/* SPDX-License-Identifier: MIT */
/* Which build of a program this is. */
#ifndef CAMIPC_PROXY_WORKER_BUILD_ID_H
#define CAMIPC_PROXY_WORKER_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

/**
 * The linker's build id of the running program, from its own headers in
 * memory; at most @size bytes of it. Returns how many, 0 if it has none.
 */
size_t camipc_build_id(uint8_t *id, size_t size);

#endif /* CAMIPC_PROXY_WORKER_BUILD_ID_H */
