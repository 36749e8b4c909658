/* SPDX-License-Identifier: MIT */
/* Crashes of several kinds, each in a function that a backtrace must show. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "echo_crash.h"

typedef int (*function)(int);

/** Deep enough for any stack; the sum keeps the calls from being one loop. */
__attribute__((noinline)) static int recurse(volatile int *depth)
{
	volatile int here[1024] = { *depth };
	int below;

	if (*depth < 0)
		return 0;
	*depth += 1;
	below = recurse(depth);
	return below + here[*depth % 1024];
}

__attribute__((noinline)) static void *write_to_null(void *where)
{
	*(volatile int *)where = 1;
	return NULL;
}

/** The result is stored, so the call is not the last thing. */
__attribute__((noinline)) static void measure_nothing(volatile int *length)
{
	const char *volatile text = NULL;

	*length = (int)strlen(text);
}

static void crash_in_a_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, write_to_null, NULL) == 0)
		pthread_join(thread, NULL);
}

void echo_crash(int how)
{
	function volatile nothing = NULL;
	volatile int depth = 0;

	switch (how) {
	case ECHO_CRASH_NULL:
		write_to_null(NULL);
		break;
	case ECHO_CRASH_ABORT:
		abort();
	case ECHO_CRASH_LIBC:
		measure_nothing(&depth);
		break;
	case ECHO_CRASH_CALL:
		nothing(1);
		break;
	case ECHO_CRASH_STACK:
		recurse(&depth);
		break;
	case ECHO_CRASH_TRAP:
		__builtin_trap();
	case ECHO_CRASH_THREAD:
		crash_in_a_thread();
		break;
	default:
		break;
	}
	/* No call above is the last thing, or clang would jump instead. */
	depth = 0;
}
