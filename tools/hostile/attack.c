/* SPDX-License-Identifier: MIT */
/* What attacks have in common: how a system call turned out, and paths. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "attacks.h"

int outcome_of(long result)
{
	return result < 0 ? errno : 0;
}

int outcome_beyond(long result, int beyond)
{
	return result < 0 && errno != beyond ? errno : 0;
}

int outcome_of_open(long fd)
{
	if (fd < 0)
		return errno;
	close((int)fd);
	return 0;
}

const char *in_folder(const struct target *target, const char *name)
{
	static char path[192];

	snprintf(path, sizeof(path), "%s/%s", target->folder, name);
	return path;
}
