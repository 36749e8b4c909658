/* SPDX-License-Identifier: MIT */
/*
 * Tells a process from its forked children, which must not use its proxies:
 * they share sockets with the parent, and their threads are gone.
 */
#ifndef CAMIPC_ENGINE_PROCESS_GENERATION_H
#define CAMIPC_ENGINE_PROCESS_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Returns a number that differs between this process and every process that
 * was forked since; 0 if there is no memory for it. Thread word: safe.
 */
uint64_t camipc_process_generation(void);

/** Returns true in the process that got @generation. Thread word: safe. */
bool camipc_process_is_same(uint64_t generation);

#endif /* CAMIPC_ENGINE_PROCESS_GENERATION_H */
