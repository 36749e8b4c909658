/* SPDX-License-Identifier: MIT */
/* Build ids: which build of a file is loaded. */
#ifndef CAMIPC_PROCESS_BUILD_ID_H
#define CAMIPC_PROCESS_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

/**
 * Copies at most @size bytes of the running program's build id, which the
 * linker wrote, to @id. Returns how many, 0 if there is none.
 * Async-signal-safe. Thread word: safe.
 */
size_t camipc_build_id(uint8_t *id, size_t size);

/**
 * Copies the build id of any loaded file, likewise; @program_headers are its @n
 * headers, @bias the distance between its addresses in memory and in the file.
 * Async-signal-safe. Thread word: safe.
 */
size_t camipc_build_id_of(const void *program_headers, size_t n, uintptr_t bias,
			  uint8_t *id, size_t size);

#endif /* CAMIPC_PROCESS_BUILD_ID_H */
