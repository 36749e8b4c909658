/* SPDX-License-Identifier: MIT */
/*
 * Calls, events and frames through generated C++. Their floors are the rows of
 * C: a ratio says what C++ adds. Skipped in a build without a C++ compiler.
 */
#include <errno.h>
#include <stdlib.h>

#include <camipc/manager.h>

#include "bench.h"
#include "bench_ipa_types.h"
#include "codec_messages.h"
#include "cpus.h"
#include "cxx_host.h"
#include "fail.h"
#include "manager.h"

/* What a case runs, and where. */
struct variant {
	const char *isolation;
	bool shm;
	bool waits;
	void (*run)(void *host, uint32_t n);
};

struct cxx {
	const struct variant *variant;
	struct camipc_manager *manager;
	struct camipc_arena arena; /* of the controls */
	struct cam_control_list controls;
	struct cxx_host *host;
};

#ifdef BENCH_CXX
static void open_host(struct cxx *cxx)
{
	const struct camipc_match match = {
		.path = BENCH_MODULE_PATH,
		.isolation = cxx->variant->isolation,
		.transport = cxx->variant->shm ? CAMIPC_TRANSPORT_SHM :
						 CAMIPC_TRANSPORT_SOCKET,
	};

	cxx->host = cxx_host_open(cxx->manager, &match, &cxx->controls,
				  cxx->variant->waits);
	bench_pin_threads(cxx_host_pid(cxx->host));
}

static void *open_cxx(const struct bench_case *bench)
{
	struct cxx *cxx = calloc(1, sizeof(*cxx));
	uint64_t random = 42;

	if (!cxx)
		bench_fail("out of memory");
	cxx->variant = bench->parameter;
	camipc_arena_init(&cxx->arena, SIZE_MAX);
	codec_control_list.fill(&random, &cxx->arena, &cxx->controls);
	cxx->manager = bench_open_manager();
	open_host(cxx);
	return cxx;
}

static void close_cxx(void *state)
{
	struct cxx *cxx = state;

	cxx_host_close(cxx->host);
	camipc_manager_destroy(cxx->manager);
	camipc_arena_fini(&cxx->arena);
	free(cxx);
}

static void run_cxx(void *state, uint32_t n)
{
	struct cxx *cxx = state;

	cxx->variant->run(cxx->host, n);
}

#define RUN(name) name
#else
static void *open_cxx(const struct bench_case *bench)
{
	(void)bench;
	errno = ENOSYS;
	return NULL;
}

static void close_cxx(void *state)
{
	(void)state;
}

static void run_cxx(void *state, uint32_t n)
{
	(void)state;
	(void)n;
}

#define RUN(name) NULL
#endif

/* ---- the table ----------------------------------------------------------- */

#define VARIANTS(kind, function)                                            \
	static const struct variant kind##_process = {                      \
		.isolation = "process", .run = RUN(function)                \
	};                                                                  \
	static const struct variant kind##_shm = {                          \
		.isolation = "process", .shm = true, .waits = true,         \
		.run = RUN(function)                                        \
	};                                                                  \
	static const struct variant kind##_thread = {                       \
		.isolation = "thread", .waits = true, .run = RUN(function)  \
	}

VARIANTS(call, cxx_host_call);
VARIANTS(event, cxx_host_event);
VARIANTS(frame, cxx_host_frame);
VARIANTS(values, cxx_host_frame_values);

#define CXX_ROW(case_name, floor_name, where, how)                    \
	{                                                             \
		.name = case_name,                                    \
		.floor = floor_name,                                  \
		.cores = where,                                       \
		.batch = 1,                                           \
		.samples = 4000,                                      \
		.parameter = &(how),                                  \
		.open = open_cxx,                                     \
		.run = run_cxx,                                       \
		.close = close_cxx,                                   \
		.skip_reason = "this build has no C++ compiler",      \
	}

#define CXX_PAIR(name, floor_name, how)                                       \
	CXX_ROW("cxx." name ".same_core", floor_name ".same_core",            \
		BENCH_SAME_CORE, how),                                        \
	CXX_ROW("cxx." name ".cross_core", floor_name ".cross_core",          \
		BENCH_CROSS_CORE, how)

static const struct bench_case cases[] = {
	CXX_PAIR("rtt.process.socket", "rtt.process.socket", call_process),
	CXX_PAIR("rtt.process.shm", "rtt.process.shm", call_shm),
	CXX_PAIR("rtt.thread", "rtt.thread", call_thread),
	CXX_PAIR("event.process.socket", "event.process.socket",
		 event_process),
	CXX_PAIR("event.process.shm.wait", "event.process.shm.wait",
		 event_shm),
	CXX_PAIR("event.thread.wait", "event.thread.wait", event_thread),
	CXX_PAIR("frame.process.socket", "frame.process.socket",
		 frame_process),
	CXX_PAIR("frame.process.shm.wait", "frame.process.shm.wait",
		 frame_shm),
	CXX_PAIR("frame.thread.wait", "frame.thread.wait", frame_thread),
	CXX_PAIR("values.process.socket", "frame.process.socket",
		 values_process),
	CXX_PAIR("values.process.shm.wait", "frame.process.shm.wait",
		 values_shm),
	CXX_PAIR("values.thread.wait", "frame.thread.wait", values_thread),
};

const struct bench_table bench_cxx = { cases, sizeof(cases) / sizeof(*cases) };
