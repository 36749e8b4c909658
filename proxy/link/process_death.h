/* SPDX-License-Identifier: MIT */
/* How a worker ends, and what is told of it. */
#ifndef CAMIPC_PROXY_PROCESS_DEATH_H
#define CAMIPC_PROXY_PROCESS_DEATH_H

#include "process_link.h"

/** The worker's last message: why it ends, if it was not asked to. */
void camipc_process_note_bye(struct camipc_process_link *process,
			     struct camipc_message *message);

/**
 * Kills the worker unless it has ended, reaps it within a bound, and says how
 * it ended; see camipc_link_ops.kill. The second time only says it again.
 */
void camipc_process_end(struct camipc_process_link *process,
			struct camipc_closed_info *info);

/** Asks a living worker to end, and gives it CAMIPC_GRACE_MS for it. */
void camipc_process_say_bye(struct camipc_process_link *process);

/** Ends everything that is left, without grace, and frees. */
void camipc_process_free(struct camipc_process_link *process);

/** "the worker died of SIGSEGV"; after camipc_process_end(). */
void camipc_process_describe_end(const struct camipc_process_link *process,
				 char *text, size_t size);

/** "exit code 3", "SIGSEGV", … of a status as waitpid() has it. */
void camipc_describe_status(int status, char *text, size_t size);

#endif /* CAMIPC_PROXY_PROCESS_DEATH_H */
