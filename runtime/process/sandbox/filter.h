/* SPDX-License-Identifier: MIT */
/* Makes seccomp filters of the table of system calls. */
#ifndef CAMIPC_SANDBOX_FILTER_H
#define CAMIPC_SANDBOX_FILTER_H

#include <linux/filter.h>

#include "call_table.h"

/** Room for the instructions of a filter; the kernel takes 4096. */
#define CAMIPC_FILTER_SIZE 2048

/** A filter for one phase. */
struct camipc_filter {
	uint16_t n;
	struct sock_filter code[CAMIPC_FILTER_SIZE];
};

/** What a filter needs to know of its process. */
struct camipc_filter_values {
	uint32_t pid;
	uint32_t life_line_fd;
	bool opens_devices; /* for writing, too */
	bool learns; /* it traps what it would refuse: learn.h */
	bool has_gpu; /* it may use each ioctl of the graphics driver's type */
	const uint32_t *ioctls; /* that were granted, for any descriptor */
	size_t n_ioctls;
};

/**
 * camipc_filter_make() - make the filter of a phase
 *
 * The filter refuses the calls of other architectures of the same processor
 * (i386, x32). It finds a number by halving: the kernel runs it once for each
 * number when it is installed. Returns 0, -ENOTSUP (a processor that there is
 * no filter for) or -ENOBUFS. Thread word: reentrant.
 */
int camipc_filter_make(struct camipc_filter *filter,
		       enum camipc_call_phase phase,
		       const struct camipc_filter_values *values)
	CAMIPC_MUST_CHECK;

/**
 * Installs a filter in all threads of this process; it needs no_new_privs.
 * Returns 0, an error of seccomp(), or -ESRCH (a thread has filters that this
 * one does not have). Thread word: safe.
 */
int camipc_filter_install(const struct camipc_filter *filter) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_SANDBOX_FILTER_H */
