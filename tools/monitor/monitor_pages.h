/* SPDX-License-Identifier: MIT */
/* Finds and reads the statistics pages of running processes. */
#ifndef TOOLS_MONITOR_MONITOR_PAGES_H
#define TOOLS_MONITOR_MONITOR_PAGES_H

#include <camipc/base.h>

#include "monitor_page.h"

/** Most processes, and most proxies of all of them, in one table. */
#define MONITOR_MAX_PROCESSES 256
#define MONITOR_MAX_PROXIES 1024

/** A proxy on a page. */
struct monitored_proxy {
	int pid;
	uint64_t start; /* of the process */
	struct camipc_monitor_proxy slot;
};

/** A line of the log of a process. */
struct monitored_line {
	int pid;
	uint64_t start; /* of the process */
	uint64_t number; /* of the line in its process, from 0 */
	struct camipc_monitor_line line;
};

struct monitored {
	unsigned int n_processes;
	unsigned int n_lines;
	struct monitored_line lines[MONITOR_MAX_PROCESSES * CAMIPC_MONITOR_LINES];
	unsigned int n_proxies;
	struct monitored_proxy proxies[MONITOR_MAX_PROXIES];
};

/**
 * Reads the pages of all processes, or of @pid, in order, and removes pages of
 * processes that have ended. Returns 0; -ENOENT if $XDG_RUNTIME_DIR is not set;
 * or -EPERM if other users can write to the folder.
 */
int monitored_read(struct monitored *monitored, int pid) CAMIPC_MUST_CHECK;

/** Returns the resident memory of a process in bytes; 0 if it is not known. */
uint64_t monitored_memory(int pid);

#endif /* TOOLS_MONITOR_MONITOR_PAGES_H */
