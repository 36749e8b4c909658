/* SPDX-License-Identifier: MIT */
/* For tests of what valgrind does not do as the kernel does. */
#ifndef CAMIPC_TEST_UNDER_VALGRIND_H
#define CAMIPC_TEST_UNDER_VALGRIND_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/** It runs programs with a library of its own in front. */
static inline bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

/** Skips a test of limits on descriptors, or of system calls it lacks. */
#define SKIP_UNDER_VALGRIND()                                   \
	do {                                                    \
		if (under_valgrind()) {                         \
			print_message("not under valgrind\n");  \
			skip();                                 \
		}                                               \
	} while (0)

#endif /* CAMIPC_TEST_UNDER_VALGRIND_H */
