/* SPDX-License-Identifier: MIT */
#include "process_death.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include <camipc/log.h>

#include "child_process.h"
#include "handshake.h"
#include "signal_name.h"

#define TOPIC "proxy.process"

/*
 * A worker that dies closes its channel a moment before it can be reaped. One
 * that has only closed its channel is killed after this.
 */
#define LAST_BREATH_MS 100

/* SIGKILL works at once, but for those that are stuck in the kernel. */
#define REAP_MS 500

/* Messages and batches of stderr that are still read at the end. */
#define LAST_MESSAGES 256
#define LAST_BATCHES 4

void camipc_describe_status(int status, char *text, size_t size)
{
	const char *signal = camipc_signal_to_name(WTERMSIG(status));

	if (WIFEXITED(status))
		snprintf(text, size, "exit code %d", WEXITSTATUS(status));
	else if (signal)
		snprintf(text, size, "%s", signal);
	else
		snprintf(text, size, "signal %d", WTERMSIG(status));
}

void camipc_process_note_bye(struct camipc_process_link *process,
			     struct camipc_message *message)
{
	struct camipc_bye bye;

	memset(&bye, 0, sizeof(bye));
	process->said_bye = true;
	if (camipc_bye_read(message, &bye) < 0)
		return;
	if (bye.error < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s",
			   process->module_name, bye.text);
	camipc_log(CAMIPC_LOG_DEBUG, TOPIC,
		   "%s: the worker counted %llu calls, %llu events, "
		   "%llu lines lost",
		   process->module_name, (unsigned long long)bye.calls,
		   (unsigned long long)bye.events,
		   (unsigned long long)bye.log_lines_lost);
}

/* The channel's last messages, of which only the log still matters. */
static void read_last_messages(struct camipc_process_link *process)
{
	struct camipc_message message;
	enum camipc_reason reason;

	camipc_message_init(&message);
	for (int i = 0; i < LAST_MESSAGES && !process->said_bye; i++) {
		if (camipc_channel_receive(process->channel, &message, false,
					   &reason) < 0)
			break;
		if (message.header.kind == CAMIPC_MESSAGE_LOG)
			camipc_worker_log_message(
				&process->log, message.header.id,
				camipc_message_body(&message),
				message.header.body_size);
		else if (message.header.kind == CAMIPC_MESSAGE_BYE)
			camipc_process_note_bye(process, &message);
		else if (message.header.kind == CAMIPC_MESSAGE_CRASH)
			(void)camipc_crash_report_read(
				&process->crash, camipc_message_body(&message),
				message.header.body_size);
		camipc_message_reset(&message);
	}
	camipc_message_fini(&message);
}

static void read_last_lines(struct camipc_process_link *process)
{
	int fd = camipc_child_get_stderr(process->child);

	for (int i = 0; i < LAST_BATCHES && process->log_open; i++)
		process->log_open =
			camipc_worker_log_read(&process->log, fd) == 0;
	camipc_worker_log_finish(&process->log);
}

static void stop_watching(struct camipc_process_link *process)
{
	if (!process->watched)
		return;
	process->watched = false;
	if (process->channel)
		camipc_channel_unwatch(process->channel);
	epoll_ctl(process->epoll_fd, EPOLL_CTL_DEL,
		  camipc_child_get_pidfd(process->child), NULL);
	if (process->log_open)
		epoll_ctl(process->epoll_fd, EPOLL_CTL_DEL,
			  camipc_child_get_stderr(process->child), NULL);
}

static void fill_status(struct camipc_process_link *process)
{
	struct camipc_closed_info *end = &process->end;

	end->pid = camipc_child_get_pid(process->child);
	end->status_known =
		camipc_child_get_status(process->child, &end->status);
	if (end->reason != CAMIPC_REASON_NONE)
		return;
	end->reason = end->status_known && WIFSIGNALED(end->status) ?
			      CAMIPC_REASON_SIGNALED :
			      CAMIPC_REASON_EXITED;
}

/* Where it crashed: unless it lived on after it had said so. */
static void fill_crash(struct camipc_process_link *process)
{
	const struct camipc_crash_report *crash = &process->crash;
	struct camipc_closed_info *end = &process->end;

	if (!crash->signal || (end->status_known && !WIFSIGNALED(end->status)))
		return;
	end->frames = crash->frames;
	end->n_frames = crash->n_frames;
	end->address_known = crash->has_address;
	end->address = crash->address;
}

static void fill_usage(struct camipc_process_link *process)
{
	struct camipc_child_usage usage;
	struct camipc_closed_info *end = &process->end;

	end->usage_known = camipc_child_get_usage(process->child, &usage);
	if (!end->usage_known)
		return;
	end->user_us = usage.user_us;
	end->system_us = usage.system_us;
	end->max_rss_kib = usage.max_rss_kib;
}

static void end_once(struct camipc_process_link *process,
		     const struct camipc_closed_info *info)
{
	struct camipc_closed_info *end = &process->end;

	process->over = true;
	process->closed = true;
	*end = *info;
	if (end->reason == CAMIPC_REASON_NONE &&
	    camipc_child_wait(process->child, LAST_BREATH_MS) < 0)
		end->reason = CAMIPC_REASON_DISCONNECTED;
	camipc_child_kill(process->child);
	if (camipc_child_wait(process->child, REAP_MS) < 0)
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: worker %d does not die, even of SIGKILL",
			   process->module_name,
			   camipc_child_get_pid(process->child));
	stop_watching(process);
	read_last_lines(process);
	camipc_channel_destroy(process->channel);
	process->channel = NULL;
	fill_status(process);
	fill_crash(process);
	fill_usage(process);
	end->stderr_tail = process->log.tail;
}

void camipc_process_describe_end(const struct camipc_process_link *process,
				 char *text, size_t size)
{
	const struct camipc_closed_info *end = &process->end;
	char status[48] = "the host reaped it: nobody knows how";
	char where[160];

	if (end->status_known)
		camipc_describe_status(end->status, status, sizeof(status));
	camipc_crash_describe(end->frames, end->n_frames, where, sizeof(where));
	if (end->reason == CAMIPC_REASON_SIGNALED)
		snprintf(text, size, "the worker died of %s%s%s", status,
			 where[0] ? " at " : "", where);
	else if (end->reason == CAMIPC_REASON_EXITED)
		snprintf(text, size, "the worker ended (%s)", status);
	else
		snprintf(text, size, "the worker was killed: %s",
			 camipc_reason_to_string(end->reason));
}

void camipc_process_end(struct camipc_process_link *process,
			struct camipc_closed_info *info)
{
	const struct camipc_closed_info *end = &process->end;

	if (!process->over)
		end_once(process, info);
	/* All but what the proxy knows better. */
	*info = (struct camipc_closed_info){
		.size = info->size,
		.error = info->error,
		.module = info->module,
		.last_call = info->last_call,
		.last_event = info->last_event,
		.text = info->text,
		.reason = end->reason,
		.status_known = end->status_known,
		.status = end->status,
		.pid = end->pid,
		.stderr_tail = end->stderr_tail,
		.frames = end->frames,
		.n_frames = end->n_frames,
		.address_known = end->address_known,
		.address = end->address,
		.usage_known = end->usage_known,
		.user_us = end->user_us,
		.system_us = end->system_us,
		.max_rss_kib = end->max_rss_kib,
	};
}

/* What is left of the time that answers to CAMIPC_DEADLINE_SCALE. */
static int grace_ms(void)
{
	int64_t now = camipc_now();
	int ms = camipc_deadline_to_poll(
		camipc_deadline_after(now, CAMIPC_GRACE_MS), now);

	return ms < 0 ? INT_MAX : ms;
}

void camipc_process_say_bye(struct camipc_process_link *process)
{
	const struct camipc_bye bye = { .error = 0 };
	int status = 0;

	if (process->over || process->closed)
		return;
	/* With calls still on their way there may be no room: the end of the
	 * file comes behind them, and says the same. */
	if (camipc_bye_write(process->channel, &bye) < 0)
		camipc_channel_close_write(process->channel);
	if (camipc_child_wait(process->child, grace_ms()) < 0) {
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: the worker did not end in time, and was killed",
			   process->module_name);
		return;
	}
	read_last_messages(process);
	if (camipc_child_get_status(process->child, &status) && status) {
		char text[32];
		char where[160];

		camipc_describe_status(status, text, sizeof(text));
		camipc_crash_describe(process->crash.frames,
				      process->crash.n_frames, where,
				      sizeof(where));
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: the worker ended badly (%s%s%s)",
			   process->module_name, text,
			   where[0] ? " at " : "", where);
	}
}

void camipc_process_free(struct camipc_process_link *process)
{
	if (process->child) {
		stop_watching(process);
		camipc_child_kill(process->child);
		/* If it is stuck, destroy sets it aside: nothing to say here. */
		if (!process->over &&
		    camipc_child_wait(process->child, REAP_MS) == 0)
			read_last_lines(process);
		camipc_child_destroy(process->child);
	}
	camipc_channel_destroy(process->channel);
	camipc_record_release(process->spare);
	camipc_record_pool_unref(process->pool);
	free(process->methods);
	free(process);
}
