/* SPDX-License-Identifier: MIT */
/*
 * What a recorder costs: the time of a call beside one that is not recorded, and
 * the processor time of a frame with 16 KiB of statistics.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/record.h>

#include "access_watch.h"
#include "bench.h"
#include "bench_ipa_proxy.h"
#include "clock.h"
#include "cpus.h"
#include "fail.h"
#include "manager.h"

#define STATISTICS_SIZE (16u * 1024u)

/* Frames of one sample; their statistics fit into the recorder's memory. */
#define N_FRAMES 60u

#define PATIENCE_MS 5000

/* What a case runs, and whether it is recorded. */
struct variant {
	const char *isolation;
	bool is_recorded;
	bool has_statistics;
	uint32_t ring_seconds;
};

struct recorded {
	const struct variant *variant;
	struct camipc_manager *manager;
	struct ipa_bench *ipa;
	struct camipc_recorder *recorder;
	uint32_t sent;
	uint32_t received;
	int fd; /* of the statistics */
	uint8_t *statistics;
	char path[64];
};

static void expect_done(int ret, const char *what)
{
	if (ret < 0)
		bench_fail("%s: %s", what, camipc_strerror(ret));
}

static void on_pushed(void *user, uint32_t number)
{
	struct recorded *recorded = user;

	(void)number;
	recorded->received++;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	(void)user;
	bench_fail("the IPA has died: %s", info->text);
}

static const struct ipa_bench_events events = {
	.size = sizeof(events),
	.pushed = on_pushed,
	.closed = on_closed,
};

static void begin_recording(struct recorded *recorded)
{
	const struct camipc_record_options options = {
		.size = sizeof(options),
		.path = recorded->path,
		.ring_seconds = recorded->variant->ring_seconds,
	};

	if (!recorded->variant->is_recorded)
		return;
	/* A new file: some file systems write one that was cut to the disk when
	 * it is closed. */
	unlink(recorded->path);
	expect_done(camipc_recorder_create(&options, &recorded->recorder),
		    "recorder");
	camipc_recorder_set_default(recorded->recorder);
}

/* Completes the file, which is the writer's last work. */
static void end_recording(struct recorded *recorded)
{
	camipc_recorder_set_default(NULL);
	expect_done(camipc_recorder_destroy(recorded->recorder),
		    "end of the recording");
	recorded->recorder = NULL;
}

static void start_ipa(struct recorded *recorded)
{
	const struct camipc_match match = {
		.path = BENCH_MODULE_PATH,
		.isolation = recorded->variant->isolation,
	};
	struct cam_frame_buffer_plane plane = { recorded->fd, 0,
						STATISTICS_SIZE };
	struct cam_buffer buffer = { .id = 1, .planes = &plane, .n_planes = 1 };

	expect_done(ipa_bench_create(recorded->manager, &match, &events,
				     recorded, &recorded->ipa),
		    "create");
	expect_done(ipa_bench_init(recorded->ipa), "init");
	/* A recorder watches buffers that a message carried. */
	expect_done(ipa_bench_map_buffers(recorded->ipa, &buffer, 1),
		    "mapBuffers");
	expect_done(ipa_bench_start(recorded->ipa), "start");
}

static void *open_recorded(const struct bench_case *bench)
{
	struct recorded *recorded = calloc(1, sizeof(*recorded));
	const char *folder = getenv("TMPDIR");

	if (!recorded)
		bench_fail("out of memory");
	recorded->variant = bench->parameter;
	snprintf(recorded->path, sizeof(recorded->path), "%s/camipc-bench-%d",
		 folder && strlen(folder) < 32 ? folder : "/tmp",
		 (int)getpid());
	recorded->fd = memfd_create("statistics",
				    MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (recorded->fd < 0 ||
	    ftruncate(recorded->fd, STATISTICS_SIZE) < 0 ||
	    fcntl(recorded->fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		bench_fail("cannot create a memfd");
	recorded->statistics = mmap(NULL, STATISTICS_SIZE,
				    PROT_READ | PROT_WRITE, MAP_SHARED,
				    recorded->fd, 0);
	if (recorded->statistics == MAP_FAILED)
		bench_fail("cannot map a memfd");
	recorded->manager = bench_open_manager();
	if (recorded->variant->has_statistics)
		return recorded;
	begin_recording(recorded);
	start_ipa(recorded);
	bench_pin_threads(
		camipc_proxy_get_pid(ipa_bench_get_proxy(recorded->ipa)));
	return recorded;
}

static void close_recorded(void *state)
{
	struct recorded *recorded = state;

	ipa_bench_destroy(recorded->ipa);
	end_recording(recorded);
	camipc_manager_destroy(recorded->manager);
	munmap(recorded->statistics, STATISTICS_SIZE);
	close(recorded->fd);
	unlink(recorded->path);
	free(recorded);
}

static void run_recorded_call(void *state, uint32_t n)
{
	struct recorded *recorded = state;

	for (uint32_t i = 0; i < n; i++)
		if (ipa_bench_call(recorded->ipa, i) != (int)i)
			bench_fail("a call returned a wrong number");
}

/* Writes new statistics, as cam_shared_buffer_end() shows them to recorders. */
static void write_statistics(struct recorded *recorded, uint32_t frame)
{
	const camipc_access_fn watcher = atomic_load(&camipc_access_watcher);
	struct camipc_access access;
	struct stat st;

	memset(recorded->statistics, (int)(frame & 0xff), STATISTICS_SIZE);
	memcpy(recorded->statistics, &frame, sizeof(frame));
	if (!watcher)
		return;
	if (fstat(recorded->fd, &st) < 0)
		bench_fail("cannot look at a memfd");
	access = (struct camipc_access){ st.st_dev, st.st_ino, 0,
					 recorded->statistics, STATISTICS_SIZE,
					 true };
	watcher(&access);
}

static void run_one_frame(struct recorded *recorded, uint32_t frame)
{
	struct pollfd polled = { .fd = ipa_bench_get_fd(recorded->ipa),
				 .events = POLLIN };

	write_statistics(recorded, frame);
	expect_done(ipa_bench_push(recorded->ipa, frame), "push");
	expect_done(ipa_bench_compute_params(recorded->ipa, frame, 1),
		    "computeParams");
	recorded->sent += 2;
	while (recorded->received != recorded->sent) {
		if (poll(&polled, 1, PATIENCE_MS) <= 0)
			bench_fail("no event arrived within 5 s");
		expect_done(ipa_bench_dispatch(recorded->ipa), "dispatch");
	}
}

static uint64_t processor_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * CAMIPC_NS_PER_S + (uint64_t)now.tv_nsec;
}

/*
 * Returns the processor time of a frame in all threads of this process: those of
 * the camera, the recorder's, and the kernel's share. Setting up is not counted,
 * completing the file is.
 */
static double time_frames(void *state)
{
	struct recorded *recorded = state;
	uint64_t begin;
	uint64_t end;

	begin_recording(recorded);
	start_ipa(recorded);
	begin = processor_time();
	for (uint32_t i = 0; i < N_FRAMES; i++)
		run_one_frame(recorded, i);
	if (recorded->recorder)
		end_recording(recorded);
	end = processor_time();
	ipa_bench_destroy(recorded->ipa);
	recorded->ipa = NULL;
	return (double)(end - begin) / N_FRAMES;
}

/* The share of one core at 60 frames per second. */
static void describe_frames(void *state, char *text, size_t size)
{
	const double ns = time_frames(state);

	snprintf(text, size, "%.2f %% of a core at 60 frames per second",
		 ns * 60 / 1e9 * 100);
}

static const struct variant call_process = { "process", true, false, 0 };
static const struct variant call_thread = { "thread", true, false, 0 };
static const struct variant call_ring = { "process", true, false, 10 };
static const struct variant frame_off = { "process", false, true, 0 };
static const struct variant frame_on = { "process", true, true, 0 };
static const struct variant frame_ring = { "process", true, true, 10 };

#define RECORDED_CALL(case_name, floor_name, variant) \
	{                                             \
		.name = case_name,                    \
		.floor = floor_name,                  \
		.cores = BENCH_SAME_CORE,             \
		.batch = 1,                           \
		.samples = 4000,                      \
		.parameter = &(variant),              \
		.open = open_recorded,                \
		.run = run_recorded_call,             \
		.close = close_recorded,              \
	}

#define RECORDED_FRAME(case_name, floor_name, variant) \
	{                                              \
		.name = case_name,                     \
		.floor = floor_name,                   \
		.cores = BENCH_CROSS_CORE,             \
		.batch = 1,                            \
		.samples = 20,                         \
		.parameter = &(variant),               \
		.open = open_recorded,                 \
		.time = time_frames,                   \
		.describe = describe_frames,           \
		.close = close_recorded,               \
	}

static const struct bench_case cases[] = {
	RECORDED_CALL("record.call.process", "rtt.process.shm.same_core",
		      call_process),
	RECORDED_CALL("record.call.process.ring",
		      "rtt.process.shm.same_core", call_ring),
	RECORDED_CALL("record.call.thread", "rtt.thread.same_core",
		      call_thread),
	RECORDED_FRAME("record.frame_cpu.off", NULL, frame_off),
	RECORDED_FRAME("record.frame_cpu", "record.frame_cpu.off", frame_on),
	RECORDED_FRAME("record.frame_cpu.ring", "record.frame_cpu.off",
		       frame_ring),
};

const struct bench_table bench_record = { cases,
					  sizeof(cases) / sizeof(*cases) };
