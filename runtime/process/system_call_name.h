/* SPDX-License-Identifier: MIT */
/* The names of system calls, for messages. */
#ifndef CAMIPC_BASE_SYSTEM_CALL_NAME_H
#define CAMIPC_BASE_SYSTEM_CALL_NAME_H

#include <stdint.h>

/**
 * Returns the name of a system call of this processor's, "mprotect"; or "an unknown
 * system call", if the headers that this was built with do not have it. Thread
 * word: safe.
 */
const char *camipc_system_call_name(uint32_t number);

#endif /* CAMIPC_BASE_SYSTEM_CALL_NAME_H */
