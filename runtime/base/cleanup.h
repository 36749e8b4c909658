/* SPDX-License-Identifier: MIT */
/*
 * Locals that release themselves at the end of their scope. Declare them where
 * they get their value; hand over with the take functions.
 */
#ifndef CAMIPC_BASE_CLEANUP_H
#define CAMIPC_BASE_CLEANUP_H

#include <stdlib.h>

#include <camipc/arena.h>

static inline void camipc_cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void camipc_cleanup_fd(const int *fd)
{
	camipc_clear_fd(*fd);
}

/** A pointer from malloc() that the scope frees. */
#define CAMIPC_AUTO_FREE __attribute__((cleanup(camipc_cleanup_free)))

/** A descriptor, or -1, that the scope closes; errno is kept. */
#define CAMIPC_AUTO_FD __attribute__((cleanup(camipc_cleanup_fd)))

/** The descriptor, which the scope does not close any more. */
static inline int camipc_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/** As camipc_take_fd(), for a pointer of any type. */
#define CAMIPC_TAKE(pointer)                                 \
	__extension__({                                      \
		__typeof__(pointer) taken_ = (pointer);      \
		(pointer) = NULL;                            \
		taken_;                                      \
	})

#endif /* CAMIPC_BASE_CLEANUP_H */
