/* SPDX-License-Identifier: MIT */
/* The end of a worker: its last messages, its status, where it crashed. */
#include "worker_end.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include <camipc/log.h>

#include "child_process.h"
#include "deadline.h"
#include "handshake.h"
#include "signal_name.h"

#define TOPIC "proxy.process"

/* Messages that are still read once a worker has ended. */
#define LAST_MESSAGES 256

/* "exit code 3", "SIGSEGV", … of a status as waitpid() has it. */
static void describe_status(int status, char *text, size_t size)
{
	const char *name = camipc_signal_to_name(WTERMSIG(status));

	if (WIFEXITED(status))
		snprintf(text, size, "exit code %d", WEXITSTATUS(status));
	else if (name)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "signal %d", WTERMSIG(status));
}

/* ---- by force ---------------------------------------------------------- */

static void fill_status(const struct camipc_child *child, bool said_bye,
			struct camipc_closed_info *end)
{
	end->pid = camipc_child_get_pid(child);
	end->status_known = camipc_child_get_status(child, &end->status);
	if (end->reason != CAMIPC_REASON_NONE)
		return;
	if (end->status_known && WIFSIGNALED(end->status))
		end->reason = WTERMSIG(end->status) == SIGSYS ?
				      CAMIPC_REASON_SANDBOX :
				      CAMIPC_REASON_SIGNALED;
	else
		end->reason = said_bye ? CAMIPC_REASON_BYE :
					 CAMIPC_REASON_EXITED;
}

/* A worker that lived on after its crash report has not crashed. */
static void fill_crash(const struct camipc_crash_report *crash,
		       struct camipc_closed_info *end)
{
	if (!crash->signal || (end->status_known && !WIFSIGNALED(end->status)))
		return;
	end->frames = crash->frames;
	end->n_frames = crash->n_frames;
	end->address_known = crash->has_address;
	end->address = crash->address;
	end->system_call = crash->call;
}

static void fill_usage(const struct camipc_child *child,
		       struct camipc_closed_info *end)
{
	struct camipc_child_usage usage;

	end->usage_known = camipc_child_get_usage(child, &usage);
	if (!end->usage_known)
		return;
	end->user_us = usage.user_us;
	end->system_us = usage.system_us;
	end->max_rss_kib = usage.max_rss_kib;
}

void camipc_worker_end(struct camipc_worker_peer *peer,
		       struct camipc_closed_info *end)
{
	struct camipc_child *child = peer->process.child;

	if (end->reason == CAMIPC_REASON_NONE &&
	    camipc_child_wait(child, 0) < 0)
		end->reason = peer->notes.said_bye ? CAMIPC_REASON_BYE :
						     CAMIPC_REASON_DISCONNECTED;
	camipc_worker_process_kill(&peer->process, &peer->notes.log);
	camipc_channel_destroy(peer->channel);
	peer->channel = NULL;
	peer->phase = CAMIPC_WORKER_ENDED;
	fill_status(child, peer->notes.said_bye, end);
	fill_crash(&peer->notes.crash, end);
	fill_usage(child, end);
	/* If it takes its time to end, a thread waits for that. */
	camipc_worker_process_fini(&peer->process);
	end->stderr_tail = peer->notes.log.tail;
}

void camipc_worker_describe_end(const struct camipc_closed_info *end,
				char *text, size_t size)
{
	char status[64] = "unknown: the host reaped it";
	char where[160];

	if (end->status_known)
		describe_status(end->status, status, sizeof(status));
	camipc_crash_describe(end->frames, end->n_frames, where, sizeof(where));
	if (end->reason == CAMIPC_REASON_SIGNALED)
		snprintf(text, size, "the worker died of %s%s%s", status,
			 where[0] ? " at " : "", where);
	else if (end->reason == CAMIPC_REASON_EXITED)
		snprintf(text, size, "the worker ended (%s)", status);
	else if (end->reason == CAMIPC_REASON_BYE)
		snprintf(text, size, "%s",
			 camipc_reason_to_string(end->reason));
	else
		snprintf(text, size, "the worker was killed: %s",
			 camipc_reason_to_string(end->reason));
}

/* ---- by asking ---------------------------------------------------------- */

/* What is left of the time, which CAMIPC_DEADLINE_SCALE stretches. */
static int grace_ms(void)
{
	int64_t now = camipc_now();
	int ms = camipc_deadline_to_poll(
		camipc_deadline_after(now, CAMIPC_GRACE_MS), now);

	return ms < 0 ? INT_MAX : ms;
}

/* Of the channel's last messages only the notes still matter. */
static void read_last_notes(struct camipc_worker_peer *peer)
{
	struct camipc_message message;
	enum camipc_reason reason;

	camipc_message_init(&message);
	for (int i = 0; i < LAST_MESSAGES && !peer->notes.said_bye; i++) {
		if (camipc_channel_receive(peer->channel, &message, false,
					   &reason) < 0)
			break;
		(void)!camipc_worker_notes_take(&peer->notes, &message);
		camipc_message_reset(&message);
	}
	camipc_message_fini(&message);
}

static void log_failed_end(const struct camipc_worker_peer *peer)
{
	const struct camipc_crash_report *crash = &peer->notes.crash;
	char text[64];
	char where[160];
	int status;

	if (!camipc_child_get_status(peer->process.child, &status) || !status)
		return;
	describe_status(status, text, sizeof(text));
	camipc_crash_describe(crash->frames, crash->n_frames, where,
			      sizeof(where));
	camipc_log(CAMIPC_LOG_WARNING, TOPIC,
		   "%s: the worker failed when it was asked to end (%s%s%s)",
		   peer->notes.module, text, where[0] ? " at " : "", where);
}

void camipc_worker_ask_to_end(struct camipc_worker_peer *peer)
{
	const struct camipc_bye bye = { .error = 0 };

	if (peer->phase != CAMIPC_WORKER_OPEN)
		return;
	/* Calls on their way may leave no room for bye: the end of the file
	 * follows them, and means the same. */
	if (camipc_bye_write(peer->channel, &bye) < 0)
		camipc_channel_close_write(peer->channel);
	if (camipc_child_wait(peer->process.child, grace_ms()) < 0) {
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: the worker did not end in time and is killed",
			   peer->notes.module);
		return;
	}
	read_last_notes(peer);
	log_failed_end(peer);
}
