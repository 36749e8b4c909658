/* SPDX-License-Identifier: MIT */
/* Asks the kernel how long a worker has run. */
#include "worker_time.h"

#include <inttypes.h>
#include <stdio.h>

uint64_t worker_time_ns(const struct camipc_proxy *proxy)
{
	const int pid = (int)camipc_proxy_get_pid(proxy);
	uint64_t ns = 0;
	char path[64];
	FILE *file;

	if (pid <= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &ns) != 1)
		ns = 0;
	fclose(file);
	return ns;
}
