/* SPDX-License-Identifier: MIT */
/* Checks that a file is a program that this process may run. */
#include "program_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refusal.h"

bool camipc_may_execute(const char *path, mode_t mode)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;

	if (!S_ISREG(mode))
		return false;
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
		return true;
	if (errno == EACCES)
		return false;
	/* To the question whether a file may be executed, EPERM is no answer:
	 * the call itself is refused. */
	if (camipc_is_refusal(errno))
		camipc_say_refused(&said, "faccessat2", errno,
				   "the mode of the worker's file is checked");
	return mode & (S_IXUSR | S_IXGRP | S_IXOTH);
}
