/* SPDX-License-Identifier: MIT */
/* A pipeline handler that uses every kind of call, and notes what failed. */
#include "hostile_camera.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/fd.h>
#include <camipc/manager.h>
#include <camipc/proxy.h>
#include <camipc/record.h>

#include "hostile_clock.h"
#include "hostile_ipa_proxy.h"

/* How long an event may take. */
#define EVENT_MS 3000

/* How long descriptors may take to be closed, by a thread of the library. */
#define CLOSE_MS 3000

/* One camera. */
struct camera {
	struct test_hostile *ipa;
	const char *failed; /* the first call that did */
	int error; /* of it */
	bool has_sandbox; /* nobody has turned it off */
	unsigned int n_events;
	unsigned int n_closed;
	enum camipc_reason reason;
};

static void on_camera_done(void *user, uint32_t number)
{
	(void)number;
	((struct camera *)user)->n_events++;
}

static void on_camera_closed(void *user, const struct camipc_closed_info *info)
{
	struct camera *camera = user;

	camera->n_closed++;
	camera->reason = info->reason;
}

static const struct test_hostile_events camera_events = {
	.size = sizeof(camera_events),
	.done = on_camera_done,
	.closed = on_camera_closed,
};

static void note_failure(struct camera *camera, const char *call, int ret)
{
	if (ret >= 0 || camera->failed)
		return;
	camera->failed = call;
	camera->error = ret;
}

static bool is_dead(const struct camera *camera)
{
	return camipc_proxy_get_state(test_hostile_get_proxy(camera->ipa)) ==
	       CAMIPC_STATE_DEAD;
}

/* Sanitizers turn it off, too. */
static bool has_sandbox(const struct camera *camera)
{
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };

	return camipc_proxy_get_sandbox(test_hostile_get_proxy(camera->ipa),
					&sandbox) < 0 ||
	       sandbox.n_layers <= CAMIPC_SANDBOX_CALLS ||
	       sandbox.layers[CAMIPC_SANDBOX_CALLS].state != CAMIPC_LAYER_OFF;
}

/* Dispatches until @count changes, or until nothing more can come. */
static void dispatch_until(struct camera *camera, const unsigned int *count)
{
	const unsigned int before = *count;
	const int64_t end = hostile_now_ms() + EVENT_MS;
	struct pollfd pfd = { .fd = test_hostile_get_fd(camera->ipa),
			      .events = POLLIN };

	while (*count == before && camera->n_closed == 0 && hostile_now_ms() < end) {
		if (poll(&pfd, 1, 10) > 0)
			(void)!test_hostile_dispatch(camera->ipa);
	}
}

static void locate(struct camera *camera, const char *name)
{
	uint64_t address;
	int32_t pid;

	note_failure(camera, name, test_hostile_locate(camera->ipa, &pid, &address));
}

static void fetch(struct camera *camera)
{
	int fd = -1;
	int ret = test_hostile_fetch(camera->ipa, &fd);

	note_failure(camera, "fetch", ret);
	if (ret == 0)
		camipc_fd_close(fd);
}

/* The order in which lie_rows.h counts replies. */
static void stream(struct camera *camera)
{
	int32_t outcome;
	int ret;

	note_failure(camera, "init", test_hostile_init(camera->ipa, &outcome));
	note_failure(camera, "start", test_hostile_start(camera->ipa));
	locate(camera, "locate");
	fetch(camera);
	ret = test_hostile_queue(camera->ipa, 1);
	note_failure(camera, "queue", ret);
	if (ret == 0)
		dispatch_until(camera, &camera->n_events);
	locate(camera, "second locate");
	locate(camera, "third locate");
	ret = test_hostile_stop(camera->ipa);
	note_failure(camera, "stop", ret);
	/* What came behind the answer to stop. */
	locate(camera, "last locate");
	if (is_dead(camera))
		dispatch_until(camera, &camera->n_closed);
	else
		(void)!test_hostile_dispatch(camera->ipa);
}

/* Writes what happened, and returns it as a LIE_MUST_… of lies.h. */
static unsigned int describe(const struct camera *camera, bool ended,
			     char text[HOSTILE_TEXT_SIZE])
{
	if (ended && camera->n_closed)
		snprintf(text, HOSTILE_TEXT_SIZE, "ended: %s",
			 camipc_reason_to_string(camera->reason));
	else if (ended)
		snprintf(text, HOSTILE_TEXT_SIZE, "%s fails: %s",
			 camera->failed, camipc_strerror(camera->error));
	else if (camera->failed)
		snprintf(text, HOSTILE_TEXT_SIZE, "%s fails: %s",
			 camera->failed, camipc_strerror(camera->error));
	else
		snprintf(text, HOSTILE_TEXT_SIZE, "no effect");
	if (ended)
		return camera->n_closed &&
				       camera->reason == CAMIPC_REASON_BAD_RING ?
			       LIE_MUST_END | LIE_BAD_RING :
			       LIE_MUST_END;
	return camera->failed ? LIE_MUST_FAIL : LIE_MUST_PASS;
}

static int create_camera(const struct hostile_run *run,
		  const struct hostile_stage *stage, struct camera *camera,
		  struct camipc_manager **ret_manager)
{
	const char *workers[] = { stage->worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
		.sandbox = run->sandbox,
		.transport = run->transport,
	};
	const struct camipc_match match = {
		.path = run->kit->module,
		.isolation = "process",
		.argument = "nothing 0 0 0 0 /",
	};
	int ret = camipc_manager_create(&options, ret_manager);

	return ret < 0 ? ret :
			 test_hostile_create(*ret_manager, &match, &camera_events,
					     camera, &camera->ipa);
}

/* Records to a file that has no name any more: then IPAs are asked for TRACE
 * messages. Returns 0 or a negative errno. */
static int begin_recorder(const struct hostile_stage *stage,
			  struct camipc_recorder **ret_recorder)
{
	char path[sizeof(stage->folder) + 16];
	const struct camipc_record_options options = {
		.size = sizeof(options),
		.path = path,
	};
	int ret;

	snprintf(path, sizeof(path), "%s/recording", stage->folder);
	ret = camipc_recorder_create(&options, ret_recorder);
	if (ret < 0)
		return ret;
	unlink(path);
	camipc_recorder_set_default(*ret_recorder);
	return 0;
}

static void end_recorder(struct camipc_recorder *recorder)
{
	camipc_recorder_set_default(NULL);
	(void)!camipc_recorder_destroy(recorder);
}

static unsigned int count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n;
}

/* A thread closes what came from a worker. */
static bool has_leaked(unsigned int before)
{
	const int64_t end = hostile_now_ms() + CLOSE_MS;

	while (count_fds() > before) {
		if (hostile_now_ms() > end)
			return true;
		poll(NULL, 0, 5);
	}
	return false;
}

static void judge_camera(const struct hostile_case *one, const struct camera *camera,
		  bool created, bool ended, const struct hostile_stage *stage,
		  struct hostile_verdict *verdict)
{
	const unsigned int what = describe(camera, ended, verdict->observed);

	verdict->is_applicable = true;
	verdict->is_ok = hostile_judge_lie(one, what);
	if (one->attack)
		hostile_judge_attack(one, atomic_load(&stage->report->outcome),
				     camera->has_sandbox, verdict);
	if (stage->report->n_honest) {
		hostile_not_applicable(verdict, "this is the honest value");
		verdict->is_ok = what == LIE_MUST_PASS;
	}
	if (!stage->report->n_acts) {
		verdict->is_ok = false;
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the worker did not come so far");
	}
	if (created && camera->n_closed != ended) {
		verdict->is_ok = false;
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "closed was called %u times", camera->n_closed);
	}
}

void hostile_camera_run(const struct hostile_run *run,
			const struct hostile_case *one,
			const struct hostile_stage *stage,
			struct hostile_verdict *ret_verdict)
{
	const unsigned int fds = count_fds();
	struct camera camera = { .ipa = NULL };
	struct camipc_recorder *recorder = NULL;
	struct camipc_manager *manager = NULL;
	const int recording = one->lie.needs_recorder ?
				      begin_recorder(stage, &recorder) :
				      0;
	int ret = create_camera(run, stage, &camera, &manager);
	bool ended = ret < 0;

	note_failure(&camera, "creation", ret);
	camera.has_sandbox = ret < 0 || has_sandbox(&camera);
	if (ret == 0) {
		stream(&camera);
		ended = is_dead(&camera);
		test_hostile_destroy(camera.ipa);
	}
	camipc_manager_destroy(manager);
	if (recorder)
		end_recorder(recorder);
	judge_camera(one, &camera, ret == 0, ended, stage, ret_verdict);
	if (recording < 0) {
		ret_verdict->is_ok = false;
		snprintf(ret_verdict->observed, sizeof(ret_verdict->observed),
			 "no recorder: %s", camipc_errno_to_string(recording));
	}
	if (has_leaked(fds)) {
		ret_verdict->is_ok = false;
		snprintf(ret_verdict->observed, sizeof(ret_verdict->observed),
			 "descriptors are left open");
	}
}
