/* SPDX-License-Identifier: MIT */
/*
 * Calls and events through the public API of a generated interface, on each
 * backend, with a module that does as little as possible.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/log.h>

#include "bench.h"
#include "bench_ipa_proxy.h"
#include "cam_buffers.h"
#include "clock.h"
#include "codec_messages.h"
#include "cpus.h"
#include "fail.h"
#include "manager.h"

#define N_BUFFERS 4

/* How the IPA of a case runs, and how its host waits for events. */
struct backend {
	const char *isolation;
	bool shm; /* messages travel in shared memory */
	bool open; /* without the sandbox, for comparison in one run */
	bool waits; /* in dispatch_wait() instead of poll() */
	uint32_t spin_us; /* both sides look before they sleep */
};

struct calls {
	const struct backend *backend;
	struct camipc_manager *manager;
	struct ipa_bench *ipa;
	struct camipc_arena arena; /* of the controls */
	struct cam_control_list controls;
	struct cam_control_info_map infos; /* for configure */
	uint32_t sent;
	uint32_t received;
	struct cam_shared_buffer *buffers[N_BUFFERS]; /* for map */
	struct cam_frame_buffer_plane planes[N_BUFFERS];
	bool may_die;
	bool closed;
};

static void on_pushed(void *user, uint32_t number)
{
	struct calls *calls = user;

	(void)number;
	calls->received++;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct calls *calls = user;

	if (!calls->may_die)
		bench_fail("the IPA has died: %s", info->text);
	calls->closed = true;
}

static const struct ipa_bench_events events = {
	.size = sizeof(events),
	.pushed = on_pushed,
	.closed = on_closed,
};

static void expect(int ret, const char *what)
{
	if (ret < 0)
		bench_fail("%s: %s", what, camipc_strerror(ret));
}

/* ---- setting up ---------------------------------------------------------- */

static void create_ipa(struct calls *calls)
{
	const struct camipc_match match = {
		.path = BENCH_MODULE_PATH,
		.isolation = calls->backend->isolation,
		.sandbox = calls->backend->open ? CAMIPC_SANDBOX_OFF :
						  CAMIPC_SANDBOX_DEFAULT,
		.transport = calls->backend->shm ? CAMIPC_TRANSPORT_SHM :
						   CAMIPC_TRANSPORT_SOCKET,
		.spin_us = calls->backend->spin_us,
		.scheduling = bench_scheduling,
	};

	expect(ipa_bench_create(calls->manager, &match, &events, calls,
				&calls->ipa),
	       "create");
}

static void *open_manager(const struct bench_case *bench)
{
	struct calls *calls = calloc(1, sizeof(*calls));
	uint64_t random = 42;

	if (!calls)
		bench_fail("out of memory");
	calls->backend = bench->parameter;
	for (uint32_t i = 0; i < N_BUFFERS; i++)
		expect(cam_shared_buffer_create(i + 1, "bench", 4096,
						CAM_ACCESS_READ,
						&calls->planes[i],
						&calls->buffers[i]),
		       "buffer");
	camipc_arena_init(&calls->arena, SIZE_MAX);
	codec_control_list.fill(&random, &calls->arena, &calls->controls);
	codec_info_map.fill(&random, &calls->arena, &calls->infos);
	calls->manager = bench_open_manager();
	return calls;
}

static void close_manager(void *state)
{
	struct calls *calls = state;

	ipa_bench_destroy(calls->ipa);
	camipc_manager_destroy(calls->manager);
	camipc_arena_fini(&calls->arena);
	for (uint32_t i = 0; i < N_BUFFERS; i++) {
		cam_shared_buffer_destroy(calls->buffers[i]);
		close(calls->planes[i].fd);
	}
	free(calls);
}

/* Starts the IPA, and pins its threads to their CPU. */
static void *open_running(const struct bench_case *bench)
{
	struct calls *calls = open_manager(bench);
	int pid;

	create_ipa(calls);
	expect(ipa_bench_init(calls->ipa), "init");
	expect(ipa_bench_start(calls->ipa), "start");
	pid = camipc_proxy_get_pid(ipa_bench_get_proxy(calls->ipa));
	bench_pin_threads(pid);
	return calls;
}

/* ---- measured operations ------------------------------------------------- */

static void run_call(void *state, uint32_t n)
{
	struct calls *calls = state;

	for (uint32_t i = 0; i < n; i++) {
		if (ipa_bench_call(calls->ipa, i) != (int)i)
			bench_fail("a call returned a wrong number");
	}
}

/* Dispatches until every requested event has arrived. */
static void wait_for_events(struct calls *calls)
{
	struct camipc_proxy *proxy = ipa_bench_get_proxy(calls->ipa);
	struct pollfd polled = { .events = POLLIN };

	while (calls->backend->waits &&
	       calls->received != calls->sent)
		expect(camipc_proxy_dispatch_wait(proxy, 5000), "dispatch_wait");
	/* A host that waits never asks for the descriptor. */
	if (calls->received != calls->sent)
		polled.fd = ipa_bench_get_fd(calls->ipa);
	while (calls->received != calls->sent) {
		if (poll(&polled, 1, 5000) <= 0)
			bench_fail("no event arrived within 5 s");
		expect(ipa_bench_dispatch(calls->ipa), "dispatch");
	}
}

static void run_event(void *state, uint32_t n)
{
	struct calls *calls = state;

	for (uint32_t i = 0; i < n; i++) {
		expect(ipa_bench_push(calls->ipa, i), "push");
		calls->sent++;
		wait_for_events(calls);
	}
}

static void run_frame(void *state, uint32_t n)
{
	struct calls *calls = state;
	struct camipc_proxy *proxy = ipa_bench_get_proxy(calls->ipa);

	for (uint32_t i = 0; i < n; i++) {
		expect(camipc_proxy_cork(proxy), "cork");
		expect(ipa_bench_queue_request(calls->ipa, i,
					       &calls->controls),
		       "queueRequest");
		expect(ipa_bench_compute_params(calls->ipa, i, 1),
		       "computeParams");
		expect(camipc_proxy_uncork(proxy), "uncork");
		calls->sent++;
		wait_for_events(calls);
	}
}

/* Sends as fast as the credit allows; the last call waits for all of them. */
static void run_oneway(void *state, uint32_t n)
{
	struct calls *calls = state;
	struct pollfd polled = { .fd = ipa_bench_get_fd(calls->ipa),
				 .events = POLLIN };

	for (uint32_t i = 0; i < n; i++) {
		int ret;

		while ((ret = ipa_bench_queue_request(calls->ipa, i,
						      &calls->controls)) ==
		       -EAGAIN) {
			if (poll(&polled, 1, 5000) <= 0)
				bench_fail("no credit arrived within 5 s");
			expect(ipa_bench_dispatch(calls->ipa), "dispatch");
		}
		expect(ret, "queueRequest");
	}
	expect(ipa_bench_call(calls->ipa, 0), "call");
}

static void run_configure(void *state, uint32_t n)
{
	struct calls *calls = state;

	for (uint32_t i = 0; i < n; i++) {
		if (ipa_bench_configure(calls->ipa, &calls->infos) !=
		    (int)calls->infos.n_infos)
			bench_fail("configure returned a wrong number");
	}
}

static void run_map(void *state, uint32_t n)
{
	static const uint32_t ids[N_BUFFERS] = { 1, 2, 3, 4 };
	struct calls *calls = state;
	struct cam_buffer buffers[N_BUFFERS];

	for (uint32_t i = 0; i < N_BUFFERS; i++) {
		buffers[i].id = ids[i];
		buffers[i].planes = &calls->planes[i];
		buffers[i].n_planes = 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		expect(ipa_bench_map_buffers(calls->ipa, buffers, N_BUFFERS),
		       "mapBuffers");
		expect(ipa_bench_unmap_buffers(calls->ipa, ids, N_BUFFERS),
		       "unmapBuffers");
	}
}

static double time_spawn(void *state)
{
	struct calls *calls = state;
	uint64_t begin = camipc_now_ns();
	uint64_t end;

	create_ipa(calls);
	expect(ipa_bench_init(calls->ipa), "init");
	end = camipc_now_ns();
	ipa_bench_destroy(calls->ipa);
	calls->ipa = NULL;
	return (double)(end - begin);
}

static double time_destroy(void *state)
{
	struct calls *calls = state;
	uint64_t begin;

	create_ipa(calls);
	expect(ipa_bench_init(calls->ipa), "init");
	begin = camipc_now_ns();
	ipa_bench_destroy(calls->ipa);
	calls->ipa = NULL;
	return (double)(camipc_now_ns() - begin);
}

static void no_log(void *user, enum camipc_log_level level, const char *topic,
		   const char *text)
{
	(void)user;
	(void)level;
	(void)topic;
	(void)text;
}

/* Returns the time from kill -9 until closed() is called. */
static double time_death(void *state)
{
	struct calls *calls = state;
	struct pollfd polled = { .events = POLLIN };
	uint64_t begin;
	uint64_t end;

	/* The log of each death would be between the lines of the table. */
	camipc_log_set(no_log, NULL, CAMIPC_LOG_ERROR);
	create_ipa(calls);
	expect(ipa_bench_init(calls->ipa), "init");
	calls->may_die = true;
	calls->closed = false;
	polled.fd = ipa_bench_get_fd(calls->ipa);
	begin = camipc_now_ns();
	kill(camipc_proxy_get_pid(ipa_bench_get_proxy(calls->ipa)), SIGKILL);
	while (!calls->closed) {
		if (poll(&polled, 1, 5000) <= 0)
			bench_fail("closed() was not called within 5 s");
		expect(ipa_bench_dispatch(calls->ipa), "dispatch");
	}
	end = camipc_now_ns();
	ipa_bench_destroy(calls->ipa);
	calls->ipa = NULL;
	camipc_log_set(NULL, NULL, CAMIPC_LOG_ERROR);
	return (double)(end - begin);
}

/* ---- the table ----------------------------------------------------------- */

static const struct backend process = { .isolation = "process" };
static const struct backend process_wait = { .isolation = "process",
					     .waits = true };
static const struct backend process_open = { .isolation = "process",
					     .open = true };
static const struct backend process_shm = { .isolation = "process",
					    .shm = true };
static const struct backend process_shm_wait = { .isolation = "process",
						 .shm = true,
						 .waits = true };
static const struct backend process_shm_spin = { .isolation = "process",
						 .shm = true,
						 .waits = true,
						 .spin_us = 100 };
static const struct backend thread = { .isolation = "thread" };
static const struct backend thread_wait = { .isolation = "thread",
					    .waits = true };
static const struct backend thread_spin = { .isolation = "thread",
					    .waits = true,
					    .spin_us = 100 };
static const struct backend loopback = { .isolation = "loopback" };

#define CALLS(case_name, where, run_func, how, floor_name, n) \
	{                                                         \
		.name = case_name,                                \
		.floor = floor_name,                              \
		.cores = where,                                   \
		.batch = n,                                       \
		.samples = 4000 / n,                              \
		.parameter = &(how),                              \
		.open = open_running,                             \
		.run = run_func,                                  \
		.close = close_manager,                           \
	}

#define CALLS_PAIR(name, run_func, how, floor_name, n)           \
	CALLS(name ".same_core", BENCH_SAME_CORE, run_func, how, \
	      floor_name ".same_core", n),                       \
	CALLS(name ".cross_core", BENCH_CROSS_CORE, run_func, how, \
	      floor_name ".cross_core", n)

/* In memory, a message cannot cost less than its codec. */
#define ONE_WAY(name, how)                                            \
	CALLS(name ".same_core", BENCH_SAME_CORE, run_oneway, how,    \
	      "floor.codec.control_list_20", 200),                    \
	CALLS(name ".cross_core", BENCH_CROSS_CORE, run_oneway, how,  \
	      "floor.codec.control_list_20", 200)

#define SPAWN(case_name, time_func, how, floor_name) \
	{                                                \
		.name = case_name,                       \
		.floor = floor_name,                     \
		.cores = BENCH_SAME_CORE,                \
		.batch = 1,                              \
		.samples = 40,                           \
		.parameter = &(how),                     \
		.open = open_manager,                    \
		.time = time_func,                       \
		.close = close_manager,                  \
	}

static const struct bench_case cases[] = {
	CALLS_PAIR("rtt.process.socket", run_call, process, "floor.seqpacket",
		   1),
	CALLS_PAIR("rtt.process.shm", run_call, process_shm, "floor.shm_futex",
		   1),
	CALLS_PAIR("rtt.process.shm.spin", run_call, process_shm_spin,
		   "floor.shm_spin", 1),
	CALLS_PAIR("rtt.process.open", run_call, process_open,
		   "floor.seqpacket", 1),
	CALLS_PAIR("rtt.thread", run_call, thread, "floor.thread_futex", 1),
	CALLS_PAIR("rtt.thread.spin", run_call, thread_spin,
		   "floor.thread_spin", 1),
	CALLS_PAIR("rtt.loopback", run_call, loopback, "floor.thread_futex",
		   1),
	CALLS_PAIR("event.process.socket.poll", run_event, process,
		   "floor.seqpacket_poll", 1),
	CALLS_PAIR("event.process.socket.wait", run_event, process_wait,
		   "floor.seqpacket_poll", 1),
	CALLS_PAIR("event.process.shm.poll", run_event, process_shm,
		   "floor.shm_futex_epoll", 1),
	CALLS_PAIR("event.process.shm.wait", run_event, process_shm_wait,
		   "floor.shm_futex", 1),
	CALLS_PAIR("event.thread.poll", run_event, thread,
		   "floor.thread_futex_epoll", 1),
	CALLS_PAIR("event.thread.wait", run_event, thread_wait,
		   "floor.thread_futex", 1),
	CALLS_PAIR("frame.process.socket.poll", run_frame, process,
		   "floor.seqpacket_poll", 1),
	CALLS_PAIR("frame.process.socket.wait", run_frame, process_wait,
		   "floor.seqpacket_poll", 1),
	CALLS_PAIR("frame.process.shm.poll", run_frame, process_shm,
		   "floor.shm_futex_epoll", 1),
	CALLS_PAIR("frame.process.shm.wait", run_frame, process_shm_wait,
		   "floor.shm_futex", 1),
	CALLS_PAIR("frame.thread.poll", run_frame, thread,
		   "floor.thread_futex_epoll", 1),
	CALLS_PAIR("frame.thread.wait", run_frame, thread_wait,
		   "floor.thread_futex", 1),
	CALLS_PAIR("configure.process.shm", run_configure, process_shm,
		   "floor.shm_futex", 1),
	CALLS_PAIR("configure.process.socket", run_configure, process,
		   "floor.seqpacket", 1),
	CALLS_PAIR("configure.thread", run_configure, thread,
		   "floor.thread_futex", 1),
	CALLS_PAIR("map.process.socket", run_map, process,
		   "floor.seqpacket_fd", 1),
	CALLS_PAIR("map.process.shm", run_map, process_shm,
		   "floor.seqpacket_fd", 1),
	CALLS_PAIR("oneway.process.socket", run_oneway, process,
		   "floor.oneway_seqpacket", 200),
	ONE_WAY("oneway.process.shm", process_shm),
	ONE_WAY("oneway.thread", thread),
	SPAWN("spawn.process.init", time_spawn, process, "floor.spawn"),
	SPAWN("spawn.process.open.init", time_spawn, process_open,
	      "floor.spawn"),
	SPAWN("spawn.process.destroy", time_destroy, process, "floor.spawn"),
	SPAWN("death.process.kill", time_death, process, "floor.kill"),
	SPAWN("spawn.thread.init", time_spawn, thread, "floor.spawn"),
};

const struct bench_table bench_calls = { cases,
					 sizeof(cases) / sizeof(*cases) };
