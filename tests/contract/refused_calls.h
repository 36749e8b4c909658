/* SPDX-License-Identifier: MIT */
/* The system calls that birth, life and death of an IPA make, and a tracer. */
#ifndef CAMIPC_TEST_REFUSED_CALLS_H
#define CAMIPC_TEST_REFUSED_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Calls that one row refuses together. */
#define REFUSED_MAX_RULES 5

/** Above the numbers of all system calls. */
#define REFUSED_MAX_CALLS 600

/** A call; only those with @value in the bits @mask of an argument. */
struct refused_rule {
	long number;
	int argument;
	uint32_t mask; /* 0, with value 0: all of them */
	uint32_t value;
};

/** A refusal, and what becomes of a session. */
struct refused_call {
	const char *name;
	const char *backend;
	struct refused_rule rules[REFUSED_MAX_RULES];
	size_t n_rules;
	bool makes_fds; /* EMFILE is possible, too */
	int create; /* what it returns: 0, or -ENOSYS (or -EMFILE) */
	int large; /* what a call with a large argument returns */
	int start;
	bool unreaped; /* nothing can reap: the status is unknown */
	const char *says; /* part of a log line, or NULL */
};

extern const struct refused_call refused_calls[];
extern const size_t refused_n_calls;

/** Whether the row's calls kill or reap a worker, or prepare that. */
bool refused_concerns_death(const struct refused_call *call);

/** Whether a row refuses this call, or a comment says why none does. */
bool refused_is_known(int number);

/** Called in the process that is traced. Returns 0 or -1. */
int refused_trace_me(void);

/**
 * Runs @body in a traced child and sets @made for each system call that it, its
 * threads and its children make. Returns 0, or -1 if nothing can be traced.
 */
int refused_trace(int (*body)(void *user), void *user, bool *made);

#endif /* CAMIPC_TEST_REFUSED_CALLS_H */
