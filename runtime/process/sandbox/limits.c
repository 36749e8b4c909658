/* SPDX-License-Identifier: MIT */
/* The layer "limits": bounds of memory, descriptors, tasks, timers and files. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <camipc/limits.h>

#include "layer.h"

#define MIB (UINT64_C(1) << 20)

/*
 * Descriptors: two messages with the most that a message may carry, and half as
 * many again of the module's own.
 */
#define MAX_OPEN_FILES 768

/*
 * Address space beside private memory: libraries, stacks' guard pages, the
 * 64 MiB that malloc reserves for each thread, and camera buffers, which are
 * shared. It bounds only what RLIMIT_DATA does not count.
 */
#define SHARED_SPACE_MIB UINT64_C(8192)

/*
 * Timers and queued signals are counted for all programs of a user, too, and the
 * program with the highest limit gets the last. This is far more than a module
 * needs, and far less than a camera process may have.
 */
#define MAX_PENDING_SIGNALS 1024

/* Memory that cannot be swapped: what kernels allow by default. */
#define MAX_LOCKED_MIB 8

/* Tasks that other programs of the same user may start later on. */
#define SPARE_TASKS 512

struct limit {
	unsigned int resource;
	rlim_t value;
};

/*
 * RLIMIT_NPROC counts all tasks of a user, whichever programs they belong to.
 * The tasks of the system are a number that is at hand, and never below those
 * of the user: with it, threads that were granted can be started.
 */
static rlim_t max_tasks(uint32_t threads)
{
	struct sysinfo info;

	if (sysinfo(&info) < 0)
		return RLIM_INFINITY;
	return (rlim_t)info.procs + threads + SPARE_TASKS;
}

/* Lowers a limit for good; one that is lower already stays. */
static int lower(const struct limit *limit)
{
	struct rlimit now;

	if (getrlimit(limit->resource, &now) < 0)
		return -errno;
	if (now.rlim_max > limit->value)
		now.rlim_max = limit->value;
	if (now.rlim_cur > now.rlim_max)
		now.rlim_cur = now.rlim_max;
	return setrlimit(limit->resource, &now) < 0 ? -errno : 0;
}

static struct camipc_layer_result
enter_limits(const struct camipc_sandbox_request *request)
{
	const struct limit limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NOFILE, MAX_OPEN_FILES },
		/* The largest body that the worker puts into a memfd. */
		{ RLIMIT_FSIZE, CAMIPC_MAX_MESSAGE_SIZE_CEILING },
		{ RLIMIT_DATA, request->memory_mib * MIB },
		{ RLIMIT_AS, (request->memory_mib + SHARED_SPACE_MIB) * MIB },
		{ RLIMIT_NPROC, max_tasks(request->threads) },
		{ RLIMIT_MSGQUEUE, 0 },
		{ RLIMIT_SIGPENDING, MAX_PENDING_SIGNALS },
		/* All memory that it may have, if that is locked. */
		{ RLIMIT_MEMLOCK, request->locks_memory ?
					  RLIM_INFINITY :
					  MAX_LOCKED_MIB * MIB },
		{ RLIMIT_RTPRIO, 0 },
		{ RLIMIT_NICE, 0 },
	};

	/* A file that is too large is an error, not the end. */
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		int ret = lower(&limits[i]);

		if (ret < 0)
			return camipc_layer_failed(-ret);
	}
	return camipc_layer_reached();
}

/* Private memory beyond the bound must not be had. */
static bool probe_limits(const struct camipc_sandbox_request *request)
{
	const size_t size = (size_t)(request->memory_mib * MIB);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return errno == ENOMEM;
	munmap(memory, size);
	return false;
}

const struct camipc_layer camipc_layer_limits = {
	.layer = CAMIPC_SANDBOX_LIMITS,
	.enter = enter_limits,
	.probe = probe_limits,
};
