/* SPDX-License-Identifier: MIT */
/* The manager of benchmarks that name their module by its path. */
#ifndef CAMIPC_BENCH_MANAGER_H
#define CAMIPC_BENCH_MANAGER_H

struct camipc_manager;

/**
 * Makes a manager that searches nowhere and starts the worker of this build; ends
 * the program if that fails. The caller destroys it.
 */
struct camipc_manager *bench_open_manager(void);

#endif /* CAMIPC_BENCH_MANAGER_H */
