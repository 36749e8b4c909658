/* SPDX-License-Identifier: MIT */
/*
 * What each layer of the sandbox adds to the start of a worker: the time in which a
 * process enters it, without the other layers, and tries it.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/limits.h>

#include "fail.h"
#include "sandbox.h"

/** A layer that is measured, or all of them. */
struct layers {
	uint32_t bits;
	bool with_seal; /* installed, too */
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void *open_layers(const struct bench_case *bench)
{
	return (void *)(uintptr_t)bench->parameter;
}

static void close_layers(void *state)
{
	(void)state;
}

/* In a process of its own, because nothing of it can be undone. */
static void enter(const struct layers *layers, int result_fd)
{
	const struct camipc_sandbox_request request = {
		.layers = layers->bits,
		.memory_mib = CAMIPC_SANDBOX_MEMORY_MIB,
		.threads = CAMIPC_SANDBOX_THREADS,
		.module_fd = open(BENCH_MODULE_PATH, O_RDONLY | O_CLOEXEC),
		.module = BENCH_MODULE_PATH,
		.worker = BENCH_WORKER_PATH,
		.life_line_fd = -1,
	};
	struct camipc_sandbox_report report;
	const uint64_t begin = now();
	uint64_t time;

	camipc_sandbox_enter(&request, &report);
	if (layers->with_seal && camipc_sandbox_seal() < 0)
		_exit(1);
	time = now() - begin;
	_exit(write(result_fd, &time, sizeof(time)) == sizeof(time) ? 0 : 1);
}

static double time_layers(void *state)
{
	uint64_t time = 0;
	int status = -1;
	int fds[2];
	pid_t pid;

	if (pipe(fds) < 0)
		bench_fail("pipe: %s", camipc_errno_to_string(-errno));
	pid = fork();
	if (pid == 0)
		enter(state, fds[1]);
	close(fds[1]);
	if (read(fds[0], &time, sizeof(time)) != sizeof(time))
		time = 0;
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 || !time)
		bench_fail("a process could not enter the sandbox");
	return (double)time;
}

#define BIT(layer) (1u << CAMIPC_SANDBOX_##layer)

#define LAYERS(case_name, layer_bits, seals)                          \
	{                                                             \
		.name = case_name,                                    \
		.floor = "floor.spawn",                               \
		.cores = BENCH_SAME_CORE,                             \
		.batch = 1,                                           \
		.samples = 40,                                        \
		.parameter = &(const struct layers){ layer_bits, seals }, \
		.open = open_layers,                                  \
		.time = time_layers,                                  \
		.close = close_layers,                                \
	}

static const struct bench_case cases[] = {
	LAYERS("spawn.layer.surroundings", BIT(SURROUNDINGS), false),
	LAYERS("spawn.layer.limits", BIT(LIMITS), false),
	LAYERS("spawn.layer.identity", BIT(IDENTITY), false),
	LAYERS("spawn.layer.namespaces", BIT(NAMESPACES), false),
	LAYERS("spawn.layer.privileges", BIT(PRIVILEGES), false),
	LAYERS("spawn.layer.files", BIT(PRIVILEGES) | BIT(FILES), false),
	LAYERS("spawn.layer.calls", BIT(PRIVILEGES) | BIT(CALLS), false),
	LAYERS("spawn.layer.seal", BIT(PRIVILEGES) | BIT(SEAL), true),
	LAYERS("spawn.layers",
	       ((1u << CAMIPC_N_SANDBOX_LAYERS) - 1) & ~BIT(NAMESPACES), true),
};

const struct bench_table bench_layers = { cases,
					  sizeof(cases) / sizeof(*cases) };
