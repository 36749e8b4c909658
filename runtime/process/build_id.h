/* SPDX-License-Identifier: MIT */
/* Which build of a file this is. */
#ifndef CAMIPC_PROCESS_BUILD_ID_H
#define CAMIPC_PROCESS_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

/**
 * The linker's build id of the running program, from its own headers in
 * memory; at most @size bytes of it. Returns how many, 0 if it has none.
 */
size_t camipc_build_id(uint8_t *id, size_t size);

/** The same of any file that is loaded: its @n headers, how far it moved. */
size_t camipc_build_id_of(const void *program_headers, size_t n, uintptr_t bias,
			  uint8_t *id, size_t size);

#endif /* CAMIPC_PROCESS_BUILD_ID_H */
