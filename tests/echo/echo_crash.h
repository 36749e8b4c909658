/* SPDX-License-Identifier: MIT */
/* Ways in which the test module can crash: values of the act Crash. */
#ifndef CAMIPC_TEST_ECHO_CRASH_H
#define CAMIPC_TEST_ECHO_CRASH_H

enum echo_crash {
	ECHO_CRASH_NULL, /* in write_to_null() */
	ECHO_CRASH_ABORT,
	ECHO_CRASH_LIBC, /* in strlen(), called by measure_nothing() */
	ECHO_CRASH_CALL, /* of a function that is NULL */
	ECHO_CRASH_STACK, /* in recurse() */
	ECHO_CRASH_TRAP,
	ECHO_CRASH_THREAD, /* of the module's own */
};

/** Crashes in the way @how; returns only if there is no such way. */
void echo_crash(int how);

#endif /* CAMIPC_TEST_ECHO_CRASH_H */
