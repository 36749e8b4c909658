/* SPDX-License-Identifier: MIT */
/* Starts a worker and gets it to load its module. */
#ifndef CAMIPC_PROXY_PROCESS_BIRTH_H
#define CAMIPC_PROXY_PROCESS_BIRTH_H

#include "process_link.h"

/**
 * Finds the worker program, starts it, and waits for hello and loaded. On
 * failure one log line says why, and whoever frees @process ends what was
 * begun. Errors are those of camipc_proxy_create().
 */
int camipc_process_be_born(struct camipc_process_link *process,
			   const struct camipc_link_params *params);

#endif /* CAMIPC_PROXY_PROCESS_BIRTH_H */
