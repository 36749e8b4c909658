/* SPDX-License-Identifier: MIT */
/* A forked child that runs no other program, and what it found out. */
#ifndef CAMIPC_TEST_FORKED_H
#define CAMIPC_TEST_FORKED_H

/**
 * Runs @body in a forked child, and returns its result; fails the test if the
 * child ends without one.
 *
 * The result travels on a pipe and the child ends by SIGKILL, so that nothing
 * runs on its way out that could change the verdict: valgrind looks for leaks
 * at an exit, and in a child of a process with threads it takes for leaked
 * whatever only the stacks of those threads lead to. @body must not assert.
 */
int forked_call(int (*body)(void *user), void *user);

#endif /* CAMIPC_TEST_FORKED_H */
