/* SPDX-License-Identifier: MIT */
/*
 * Attacks with what a host left open or set. A worker starts clean, with and
 * without the sandbox; they succeed in a process that was merely forked.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attacks.h"

static int inherited_environment(const struct target *target)
{
	(void)target;
	return getenv(HOSTILE_SECRET_NAME) ? 0 : ENOENT;
}

static int inherited_descriptor(const struct target *target)
{
	(void)target;
	return outcome_of(fcntl(HOSTILE_SECRET_FD, F_GETFD));
}

static int inherited_folder(const struct target *target)
{
	struct stat here;
	struct stat root;

	(void)target;
	if (stat(".", &here) < 0 || stat("/", &root) < 0)
		return errno;
	return here.st_ino == root.st_ino && here.st_dev == root.st_dev ?
		       ENOENT :
		       0;
}

static int inherited_handlers(const struct target *target)
{
	struct sigaction action;

	(void)target;
	if (sigaction(SIGUSR1, NULL, &action) < 0)
		return errno;
	return action.sa_handler == SIG_IGN ? 0 : ENOENT;
}

static int inherited_mask(const struct target *target)
{
	sigset_t mask;

	(void)target;
	if (sigprocmask(SIG_BLOCK, NULL, &mask) < 0)
		return errno;
	return sigismember(&mask, SIGUSR2) ? 0 : ENOENT;
}

static int inherited_input(const struct target *target)
{
	struct stat status;
	struct stat none;

	(void)target;
	if (fstat(0, &status) < 0 || stat("/dev/null", &none) < 0)
		return errno;
	return status.st_rdev == none.st_rdev ? ENOENT : 0;
}

const struct attack attacks_on_start[] = {
	ATTACK(49, inherited_environment, ATTACK_ON_START, ENOENT),
	ATTACK(49, inherited_descriptor, ATTACK_ON_START, EBADF),
	ATTACK(49, inherited_folder, ATTACK_ON_START, ENOENT),
	ATTACK(49, inherited_handlers, ATTACK_ON_START, ENOENT),
	ATTACK(49, inherited_mask, ATTACK_ON_START, ENOENT),
	ATTACK(49, inherited_input, ATTACK_ON_START, ENOENT),
	ATTACKS_END,
};
