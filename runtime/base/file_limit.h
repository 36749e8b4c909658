/* SPDX-License-Identifier: MIT */
/*
 * The limit on sizes of files counts files in memory, too. Growing one beyond it
 * ends a process that does not ignore SIGXFSZ: ask before.
 */
#ifndef CAMIPC_BASE_FILE_LIMIT_H
#define CAMIPC_BASE_FILE_LIMIT_H

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>

/**
 * Returns 0 if this process may grow a file to @size bytes, or -EFBIG, also in
 * errno. Async-signal-safe. Thread word: reentrant.
 */
static inline int camipc_check_file_size(size_t size)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 ||
	    limit.rlim_cur == RLIM_INFINITY || size <= limit.rlim_cur)
		return 0;
	errno = EFBIG;
	return -EFBIG;
}

#endif /* CAMIPC_BASE_FILE_LIMIT_H */
