/* SPDX-License-Identifier: MIT */
/*
 * Production IPA modules of libcamera's in closed loops: what a frame costs in a
 * thread and in a process, beside the time that the algorithm itself takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "bench.h"
#include "fail.h"
#include "real_camera.h"

/* Frames of a session, and how many of them settle caches and memory. */
#define FRAMES 200u
#define FIRST_FRAMES 20u
#define SHORT_FRAMES 8u

/** What a case measures. */
struct real_subject {
	int (*run)(struct real_camera *camera, const struct real_fault *fault);
	const char *file; /* of the IPA */
	const char *isolation;
	const char *function; /* of the IPA, that works on a frame */
	bool is_start; /* instead of frames */
};

struct session {
	const struct real_subject *subject;
	struct real_camera camera;
	unsigned int next; /* frame */
	double algorithm_us; /* median of the function, by the adapter's log */
};

/* ---- sessions ------------------------------------------------------------- */

/* "… signalStatReady: 200 calls took 43.1 us (median), …" */
static void read_log(void *user, enum camipc_log_level level, const char *topic,
		     const char *text)
{
	struct session *session = user;
	const char *line = strstr(text, session->subject->function);
	const char *took = line ? strstr(line, " took ") : NULL;

	(void)level;
	(void)topic;
	if (took)
		session->algorithm_us = strtod(took + 6, NULL);
}

static void run_session(struct session *session, unsigned int frames)
{
	const struct real_options options = {
		.isolation = session->subject->isolation,
		.frames = frames,
	};
	const struct real_fault none = REAL_NO_FAULT;
	int ret;

	camipc_log_set(read_log, session, CAMIPC_LOG_INFO);
	ret = real_camera_init(&session->camera, &options);
	if (ret == 0)
		ret = session->subject->run(&session->camera, &none);
	if (ret < 0)
		bench_fail("%s: %s", session->subject->file,
			   camipc_strerror(ret));
	camipc_log_set(NULL, NULL, CAMIPC_LOG_ERROR);
}

static void *open_session(const struct bench_case *bench)
{
	const struct real_subject *subject = bench->parameter;
	struct session *session;

	if (!real_has_ipa(subject->file))
		return NULL;
	session = calloc(1, sizeof(*session));
	if (!session)
		bench_fail("out of memory");
	session->subject = subject;
	session->next = FIRST_FRAMES;
	if (!subject->is_start)
		run_session(session, FRAMES);
	return session;
}

static void close_session(void *state)
{
	struct session *session = state;

	real_camera_fini(&session->camera);
	free(session);
}

/* ---- measured operations -------------------------------------------------- */

/* From the statistics to the metadata of a frame. */
static double time_frame(void *state)
{
	struct session *session = state;
	const struct real_frame *frame =
		&session->camera.frames[session->next++];

	if (session->next == FRAMES)
		session->next = FIRST_FRAMES;
	return (double)(frame->end_ns - frame->begin_ns);
}

static double time_algorithm(void *state)
{
	const struct session *session = state;

	return session->algorithm_us * 1000;
}

/* Until the IPA is created, initialised and configured. */
static double time_start(void *state)
{
	struct session *session = state;

	real_camera_fini(&session->camera);
	run_session(session, SHORT_FRAMES);
	return (double)session->camera.start_ns;
}

static void describe(void *state, char *text, size_t size)
{
	const struct real_camera *camera = &((struct session *)state)->camera;

	if (camera->threads)
		snprintf(text, size,
			 "%.1f MiB (PSS), %llu thread%s, %llu MiB of addresses",
			 (double)camera->pss_kib / 1024,
			 (unsigned long long)camera->threads,
			 camera->threads == 1 ? "" : "s",
			 (unsigned long long)camera->peak_kib / 1024);
}

/* ---- the table ------------------------------------------------------------ */

static const char missing[] = "its IPA module is not installed (Debian 12: "
			      "libcamera-ipa)";

#define REAL(case_name, floor_name, n, time_func, describe_func, run_func,    \
	     ipa_file, backend, ipa_function, start)                          \
	{                                                                     \
		.name = case_name,                                            \
		.floor = floor_name,                                          \
		.batch = 1,                                                   \
		.samples = n,                                                 \
		.parameter =                                                  \
			&(const struct real_subject){ run_func, ipa_file,     \
						      backend, ipa_function,  \
						      start },                \
		.open = open_session,                                         \
		.time = time_func,                                            \
		.describe = describe_func,                                    \
		.close = close_session,                                       \
		.skip_reason = missing,                                       \
	}

#define REAL_ALL(name, run_func, ipa_file, ipa_function)                      \
	REAL("real." name ".algorithm", NULL, 1, time_algorithm, NULL,        \
	     run_func, ipa_file, "thread", ipa_function, false),              \
	REAL("real." name ".frame.thread", "real." name ".algorithm",         \
	     FRAMES - FIRST_FRAMES, time_frame, NULL, run_func, ipa_file,     \
	     "thread", ipa_function, false),                                  \
	REAL("real." name ".frame.process", "real." name ".algorithm",        \
	     FRAMES - FIRST_FRAMES, time_frame, describe, run_func, ipa_file, \
	     "process", ipa_function, false),                                 \
	REAL("real." name ".start.thread", NULL, 4, time_start, NULL,         \
	     run_func, ipa_file, "thread", ipa_function, true),               \
	REAL("real." name ".start.process", NULL, 4, time_start, NULL,        \
	     run_func, ipa_file, "process", ipa_function, true)

static const struct bench_case cases[] = {
	REAL_ALL("rkisp1", rkisp1_camera_run, "ipa_rkisp1.so",
		 "processStatsBuffer"),
	REAL_ALL("rpi", rpi_camera_run, "ipa_rpi.so", "signalStatReady"),
};

const struct bench_table bench_real = { cases,
					sizeof(cases) / sizeof(*cases) };
