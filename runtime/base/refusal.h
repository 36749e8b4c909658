/* SPDX-License-Identifier: MIT */
/*
 * System calls that the kernel refuses to this process: container profiles,
 * seccomp filters and security modules answer EPERM, EACCES or ENOSYS to calls
 * that nobody else would refuse. Such an answer is the host's affair: it is
 * never blamed on a worker, and never reported as a lack of memory.
 */
#ifndef CAMIPC_BASE_REFUSAL_H
#define CAMIPC_BASE_REFUSAL_H

#include <stdatomic.h>

#include <camipc/base.h>

/** Returns true for the errnos by which a kernel refuses a whole call. */
bool camipc_is_refusal(int error);

/**
 * Returns the library's code for @error, the errno of a system call of this
 * process that needs no permission: -ENOSYS if the call is refused, -EMFILE for
 * both limits of descriptors, -ENOMEM for both kinds of memory, else -@error.
 * Not for open() and exec(), to which EACCES is an honest answer. Thread word:
 * reentrant.
 */
int camipc_system_error(int error);

/**
 * camipc_say_refused() - log that a call is refused, and what replaces it
 * @said: of the call site; a second call with it does nothing
 * @call: name of the system call
 * @error: the errno
 * @instead: what happens now, as in "kill() is used"
 *
 * A level lower for ENOSYS, which is also the answer of an old kernel. Keeps
 * errno. Thread word: safe.
 */
void camipc_say_refused(atomic_flag *said, const char *call, int error,
			const char *instead);

#endif /* CAMIPC_BASE_REFUSAL_H */
