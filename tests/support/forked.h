/* SPDX-License-Identifier: MIT */
/*
 * Runs functions in forked children: returns a child's result, or kills a host
 * and waits for its children's end.
 */
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

/**
 * forked_kill() - see that a process ends with the one that made it
 * @host: runs in a forked child; it writes a process id and a newline to @fd,
 *        and stays. A second id there is killed when all is over.
 * @ms: how long the process may go on once its host was killed
 *
 * Fails the test if it ends before, or not then. Skips it under valgrind, which
 * lacks pidfd_open().
 */
void forked_kill(void (*host)(int fd, void *user), void *user, int ms);

#endif /* CAMIPC_TEST_FORKED_H */
