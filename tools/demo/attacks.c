/* SPDX-License-Identifier: MIT */
/*
 * The other acts: a camera whose IPA is killed, hangs, crashes, floods or lies,
 * and what its process sees of it, while a second camera goes on.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "attack_log.h"
#include "backtrace.h"
#include "demo.h"
#include "facts.h"
#include "interrupt.h"
#include "report.h"

#define FRAME_MS (1000 / VIRTUAL_SENSOR_FRAME_RATE)

/* An IPA that has sent nothing for so long is ended; the usual limit, and that
 * of a camera whose pipeline handler is in a hurry. */
#define WATCHDOG_MS 10000
#define SHORT_WATCHDOG_MS 1000

/* Frames of the second camera before and after the beginning of an attack. */
#define WITNESS_BEFORE 4
#define WITNESS_AFTER 8

/* A killed worker may have answered another frame or two before it dies. */
#define MAX_FRAMES_TO_END 100

/*
 * The second camera is disturbed if two of its frames are further apart, and
 * more than four times as far as before: busy machines have gaps, too. It is less
 * than the time for which the hanging IPA hangs.
 */
#define MAX_GAP_US 800000

/* A sanitizer's handler catches the signal, and exits. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* An act, and what must come of it. */
struct act {
	const char *name;
	const char *title; /* what the IPA does */
	const char *fault; /* of the module faulty; NULL: it is killed */
	bool on_socket; /* it writes to the channel itself, which is a socket */
	bool ends; /* the IPA; else it goes on */
	enum camipc_reason reason; /* why it ended */
	int error; /* that the pipeline handler gets */
	bool in_call; /* it happens while the pipeline handler waits in a call */
	bool in_sandbox; /* without a sandbox it is not done */
	bool restarts; /* the camera has the IPA restarted when it ends */
};

static const struct act acts[] = {
	{
		.name = "killed",
		.title = "is killed (SIGKILL)",
		.ends = true,
		.reason = CAMIPC_REASON_SIGNALED,
		.error = -EPIPE,
	},
	{
		.name = "restart",
		.title = "is killed (SIGKILL), and is restarted",
		.restarts = true,
	},
	{
		.name = "crash",
		.title = "crashes (reads through a null pointer)",
		.fault = "crash",
		.ends = true,
		.reason = CAMIPC_REASON_SIGNALED,
		.error = -EPIPE,
	},
	{
		.name = "hang",
		.title = "hangs (an endless loop)",
		.fault = "hang",
		.ends = true,
		.reason = CAMIPC_REASON_WATCHDOG,
		.error = -EPIPE,
	},
	{
		.name = "flood-log",
		.title = "floods the log (60,000 lines in one frame)",
		.fault = "flood-log",
	},
	{
		.name = "flood-events",
		.title = "floods its channel (events without end)",
		.fault = "flood-events",
		.on_socket = true,
		.ends = true,
		.reason = CAMIPC_REASON_BAD_LIMIT,
		.error = -EPIPE,
		.in_call = true,
	},
	{
		.name = "garbage",
		.title = "lies: writes garbage to its channel",
		.fault = "garbage",
		.on_socket = true,
		.ends = true,
		.reason = CAMIPC_REASON_BAD_PROTOCOL,
		.error = -EPIPE,
	},
	{
		.name = "bad-body",
		.title = "lies: an event that does not decode",
		.fault = "bad-body",
		.on_socket = true,
		.ends = true,
		.reason = CAMIPC_REASON_BAD_MESSAGE,
		.error = -EPIPE,
	},
	{
		.name = "escape",
		.title = "reaches for files, the network, the camera process",
		.fault = "escape",
		.in_sandbox = true,
	},
	{
		.name = "fork",
		.title = "starts a process",
		.fault = "fork",
		.ends = true,
		.reason = CAMIPC_REASON_SANDBOX,
		.error = -EPIPE,
		.in_sandbox = true,
	},
	{
		.name = "wild-values",
		.title = "lies: wild exposure, parameters of another frame",
		.fault = "wild-values",
		.error = -EBADMSG,
	},
};

/* One attack as it happens. */
struct attack {
	struct demo *demo;
	const struct act *act;
	struct virtual_camera *camera;
	struct camipc_closed_info closed; /* its pointers are not kept */
	bool is_closed;
	bool is_restarted;
	char *backtrace; /* of a crash */
	size_t backtrace_size;
	struct camipc_sandbox sandbox; /* of the IPA */
	char text[512]; /* what the pipeline handler received */
	int error; /* it got */
	int pid; /* of the IPA that attacks */
	uint32_t frames; /* before the attack */
	int64_t begin_us;
	int64_t fault_us;
	int64_t seen_us; /* when the pipeline handler knew */
	int64_t ready_us; /* when it had also looked at a crash */
	int64_t next_us; /* when the camera had its next good frame */
	uint64_t clamped; /* sensor controls */
	uint64_t lost; /* frames that were made without an IPA */
	struct witness_view before;
	struct witness_view meanwhile;
};

/* ---- frames of the attacked camera --------------------------------------- */

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	/* A crash is in the module, which is known. */
	static const char *const files[] = { NULL };
	struct attack *attack = user;
	FILE *stream;

	attack->seen_us = demo_now_us();
	attack->is_closed = true;
	attack->closed = *info;
	snprintf(attack->text, sizeof(attack->text), "%s", info->text);
	stream = open_memstream(&attack->backtrace, &attack->backtrace_size);
	if (stream) {
		backtrace_print(stream, info, files);
		if (fclose(stream) != 0)
			attack->backtrace_size = 0;
	}
	attack->ready_us = demo_now_us();
}

static void on_restarted(void *user, const struct camipc_restart_info *info)
{
	struct attack *attack = user;

	attack->seen_us = attack->ready_us = demo_now_us();
	attack->is_restarted = true;
	snprintf(attack->text, sizeof(attack->text),
		 "%s; another worker took over in %.1f ms", info->cause->text,
		 (double)info->took_us / 1000);
}

/* Waits for the next frame's time, or for Ctrl-C. */
static void pace(const struct attack *attack, int64_t *next_us)
{
	struct pollfd pfd = { .fd = attack->demo->interrupt_fd,
			      .events = POLLIN };
	int64_t left = *next_us - demo_now_us();

	if (left > 0)
		(void)poll(&pfd, 1, (int)((left + 999) / 1000));
	*next_us += FRAME_MS * 1000;
}

static int exit_code(const struct attack *attack, int ret)
{
	if (interrupt_signal())
		return EXIT_SIGNAL + interrupt_signal();
	if (ret >= 0)
		return EXIT_OK;
	demo_error("act '%s': %s", attack->act->name,
		   virtual_camera_error(attack->camera));
	return EXIT_FAILED;
}

/* Takes @n good frames at the sensor's pace. */
static int take_paced(struct attack *attack, uint32_t n)
{
	int64_t next_us = demo_now_us();
	uint32_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < n && !interrupt_signal(); i++) {
		struct virtual_frame frame;

		pace(attack, &next_us);
		ret = virtual_camera_capture(attack->camera, &frame);
	}
	return exit_code(attack, ret);
}

/* A camera with the IPA that will attack, or with an honest one. */
static int open_camera(struct attack *attack, bool honest)
{
	char argument[64];
	const struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.module = honest ? NULL : "faulty",
		.argument = honest ? NULL : argument,
		.isolation = "process",
		.transport = attack->act->on_socket ? CAMIPC_TRANSPORT_SOCKET :
						      CAMIPC_TRANSPORT_DEFAULT,
		.max_restarts = attack->act->restarts ? 1 : -1,
		.closed = honest ? NULL : on_closed,
		.restarted = honest ? NULL : on_restarted,
		.user = attack,
	};
	int ret;

	snprintf(argument, sizeof(argument), "%s@%u",
		 attack->act->fault ? attack->act->fault : "hang",
		 attack->act->fault ? attack->demo->fault_frame : UINT32_MAX);
	ret = demo_open(attack->demo, options, &attack->camera);
	if (ret < 0)
		return EXIT_FAILED;
	if (!honest)
		camipc_proxy_set_watchdog(
			virtual_camera_get_proxy(attack->camera),
			attack->act->reason == CAMIPC_REASON_WATCHDOG
				? SHORT_WATCHDOG_MS
				: WATCHDOG_MS);
	return EXIT_OK;
}

/* ---- the sandbox --------------------------------------------------------- */

static const char *state_name(enum camipc_layer_state state)
{
	switch (state) {
	case CAMIPC_LAYER_OFF:
		return "off";
	case CAMIPC_LAYER_REACHED:
		return "reached";
	case CAMIPC_LAYER_NOT_NEEDED:
		return "not needed";
	case CAMIPC_LAYER_MISSING:
		return "missing";
	case CAMIPC_LAYER_PENDING:
		return "pending";
	}
	return "unknown";
}

/* Whether the layers that hold the ways out are there. */
static bool is_sandboxed(const struct attack *attack)
{
	static const enum camipc_sandbox_layer needed[] = {
		CAMIPC_SANDBOX_PRIVILEGES, CAMIPC_SANDBOX_FILES,
		CAMIPC_SANDBOX_CALLS, CAMIPC_SANDBOX_SEAL
	};
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (attack->sandbox.layers[needed[i]].state !=
		    CAMIPC_LAYER_REACHED)
			return false;
	return true;
}

/* The layers of the sandbox, which are the same in each act. */
static int write_sandbox(const struct attack *attack)
{
	int layer;

	for (layer = 0; layer < CAMIPC_N_SANDBOX_LAYERS; layer++) {
		const struct camipc_layer_report *report =
			&attack->sandbox.layers[layer];

		facts_begin("layer");
		facts_text("name", camipc_sandbox_layer_to_name(
					   (enum camipc_sandbox_layer)layer));
		facts_text("state", state_name(report->state));
		facts_text("why", report->why);
		if (facts_end() < 0)
			return EXIT_FAILED;
	}
	return EXIT_OK;
}

/* The module has said how many of its ways out were refused. */
static bool was_held(const char *said)
{
	const char *refused = strstr(said, "refused ");
	int n;
	int of;

	return refused && sscanf(refused, "refused %d of %d", &n, &of) == 2 &&
	       n == of;
}

/* ---- the attack ---------------------------------------------------------- */

/* Frames until all is quiet, for the second camera's gaps without an attack. */
static int prepare(struct attack *attack)
{
	struct demo *demo = attack->demo;
	size_t n = witness_count(&demo->witness);
	int code;

	attack->begin_us = demo_now_us();
	code = open_camera(attack, false);
	if (code != EXIT_OK)
		return code;
	attack->pid = camipc_proxy_get_pid(
		virtual_camera_get_proxy(attack->camera));
	attack->sandbox.size = sizeof(attack->sandbox);
	if (camipc_proxy_get_sandbox(virtual_camera_get_proxy(attack->camera),
				     &attack->sandbox) < 0)
		attack->sandbox = (struct camipc_sandbox){ 0 };
	attack->frames = demo->fault_frame;
	code = take_paced(attack, demo->fault_frame);
	if (code == EXIT_OK)
		(void)witness_wait(&demo->witness, n + WITNESS_BEFORE);
	return code;
}

/* Lets the IPA do its worst, until the pipeline handler knows. */
static int strike(struct attack *attack)
{
	const struct act *act = attack->act;
	const int most = act->ends || act->restarts ? MAX_FRAMES_TO_END : 1;
	struct virtual_frame frame;
	int n;
	int ret = 0;

	attack_log_reset();
	attack->fault_us = demo_now_us();
	if (!act->fault && attack->pid > 0)
		kill(attack->pid, SIGKILL);
	if (act->in_call)
		(void)!demo_call(attack->camera); /* closed() says more */
	for (n = 0; ret == 0 && n < most && !attack->is_restarted; n++)
		ret = virtual_camera_capture(attack->camera, &frame);
	if (interrupt_signal())
		return exit_code(attack, ret);
	attack->clamped =
		virtual_camera_get_clamp_counts(attack->camera)->clamped;
	attack->error = attack->is_closed ? attack->closed.error : ret;
	attack->lost = virtual_camera_get_restart_counts(attack->camera)->frames;
	if (!attack->is_closed && !attack->is_restarted) {
		attack->seen_us = attack->ready_us = demo_now_us();
		snprintf(attack->text, sizeof(attack->text), "%s",
			 virtual_camera_error(attack->camera));
	}
	return EXIT_OK;
}

/*
 * The camera goes on: with the same IPA, with one that was restarted, or, if
 * that is gone for good, with a new one that the pipeline handler makes.
 */
static int go_on(struct attack *attack)
{
	int code = EXIT_OK;

	if (attack->is_closed) {
		demo_close(attack->camera);
		attack->camera = NULL;
		code = open_camera(attack, true);
	}
	if (code == EXIT_OK)
		code = take_paced(attack, 1);
	attack->next_us = demo_now_us();
	return code;
}

/* How the second camera fared. */
static void look_at_witness(struct attack *attack, size_t n)
{
	struct witness *witness = &attack->demo->witness;

	(void)witness_wait(witness, n + WITNESS_AFTER);
	witness_look(witness, attack->begin_us, attack->fault_us,
		     &attack->before);
	witness_look(witness, attack->fault_us, demo_now_us(),
		     &attack->meanwhile);
}

static bool is_undisturbed(const struct attack *attack)
{
	return !attack->meanwhile.has_failed && attack->meanwhile.frames > 0 &&
	       (attack->meanwhile.gap_us <= MAX_GAP_US ||
		attack->meanwhile.gap_us <= 4 * attack->before.gap_us);
}

static bool is_as_expected(const struct attack *attack)
{
	const struct act *act = attack->act;
	enum camipc_reason reason = attack->closed.reason;
	struct attack_log_lines log;

	attack_log_get(&log);
	if (act->in_sandbox && !act->ends && !was_held(log.said))
		return false;
	if (SANITIZED && act->reason == CAMIPC_REASON_SIGNALED &&
	    reason == CAMIPC_REASON_EXITED)
		reason = CAMIPC_REASON_SIGNALED;
	return attack->is_closed == act->ends &&
	       attack->is_restarted == act->restarts && reason == act->reason &&
	       attack->error == act->error;
}

/* ---- facts --------------------------------------------------------------- */

static const char *error_name(int error)
{
	switch (-error) {
	case 0:
		return "0";
	case EPIPE:
		return "-EPIPE";
	case EPROTO:
		return "-EPROTO";
	case ETIMEDOUT:
		return "-ETIMEDOUT";
	case EBADMSG:
		return "-EBADMSG";
	case EREMOTEIO:
		return "-EREMOTEIO";
	default:
		return camipc_errno_to_string(error);
	}
}

static int write_attack(const struct attack *attack, bool expected)
{
	const struct act *act = attack->act;
	struct attack_log_lines log;

	attack_log_get(&log);
	facts_begin("attack");
	facts_text("name", act->name);
	facts_text("title", act->title);
	facts_int("frames_before", attack->frames);
	facts_bool("ended", attack->is_closed);
	facts_text("reason", camipc_reason_to_name(attack->closed.reason));
	facts_text("reason_text",
		   camipc_reason_to_string(attack->closed.reason));
	facts_text("error", error_name(attack->error));
	facts_text("text", attack->text);
	facts_number("seen_ms",
		     (double)(attack->seen_us - attack->fault_us) / 1000);
	facts_number("next_ms",
		     (double)(attack->next_us - attack->ready_us) / 1000);
	facts_bool("restarted", attack->is_restarted);
	facts_int("frames_without_ipa", (int64_t)attack->lost);
	facts_int("clamped", (int64_t)attack->clamped);
	facts_text("said", act->in_sandbox && !act->ends ? log.said : "");
	facts_int("log_lines", (int64_t)log.from_modules);
	facts_text("backtrace",
		   attack->backtrace_size ? attack->backtrace : "");
	facts_int("witness_frames", (int64_t)attack->meanwhile.frames);
	facts_number("gap_before_ms", (double)attack->before.gap_us / 1000);
	facts_number("gap_ms", (double)attack->meanwhile.gap_us / 1000);
	facts_bool("expected", expected);
	facts_bool("undisturbed", is_undisturbed(attack));
	facts_bool("held", expected && is_undisturbed(attack));
	return facts_end() < 0 ? EXIT_FAILED : EXIT_OK;
}

static int run_act(struct demo *demo, const struct act *act)
{
	struct attack attack = { .demo = demo, .act = act };
	size_t n = 0;
	int code = prepare(&attack);

	if (code == EXIT_OK && act == acts)
		code = write_sandbox(&attack);
	if (code == EXIT_OK && act->in_sandbox && !is_sandboxed(&attack)) {
		demo_close(attack.camera);
		return code;
	}
	if (code == EXIT_OK) {
		n = witness_count(&demo->witness);
		code = strike(&attack);
	}
	if (code == EXIT_OK)
		code = go_on(&attack);
	if (code == EXIT_OK) {
		bool expected = is_as_expected(&attack);

		look_at_witness(&attack, n);
		demo->failed |= !expected || !is_undisturbed(&attack);
		code = write_attack(&attack, expected);
	}
	demo_close(attack.camera);
	free(attack.backtrace);
	return code;
}

int demo_attack(struct demo *demo)
{
	size_t i;
	int code = EXIT_OK;

	for (i = 0; code == EXIT_OK && i < sizeof(acts) / sizeof(acts[0]); i++)
		code = run_act(demo, &acts[i]);
	return code;
}
