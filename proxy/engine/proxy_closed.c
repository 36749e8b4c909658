/* SPDX-License-Identifier: MIT */
/* The end of an IPA: who is told what. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <camipc/log.h>

#include "crash_report.h"
#include "proxy_core.h"
#include "signal_name.h"

/** "exited with status 3": what is known beyond the reason. */
static void describe_end(const struct camipc_closed_info *info, char *text,
			 size_t size)
{
	const char *signal = camipc_signal_to_string(WTERMSIG(info->status));

	if (info->reason == CAMIPC_REASON_SIGNALED && info->status_known &&
	    WIFSIGNALED(info->status))
		snprintf(text, size, "died of signal %d%s%s%s",
			 WTERMSIG(info->status), signal ? " (" : "",
			 signal ? signal : "", signal ? ")" : "");
	else if (info->reason == CAMIPC_REASON_EXITED && info->status_known &&
		 WIFEXITED(info->status))
		snprintf(text, size, "exited with status %d",
			 WEXITSTATUS(info->status));
	else
		snprintf(text, size, "%s",
			 camipc_reason_to_string(info->reason));
}

/** ", at softisp.so+0x12 < ..., address 0x0". */
static void describe_crash(const struct camipc_closed_info *info, char *text,
			   size_t size)
{
	char where[192];
	char address[32] = "";

	text[0] = '\0';
	if (!info->n_frames)
		return;
	camipc_crash_describe(info->frames, info->n_frames, where,
			      sizeof(where));
	if (info->address_known)
		snprintf(address, sizeof(address), " (address 0x%llx)",
			 (unsigned long long)info->address);
	snprintf(text, size, " at %s%s", where, address);
}

/** "; used 0.12 s, 4 MiB". */
static void describe_usage(const struct camipc_closed_info *info, char *text,
			   size_t size)
{
	const uint64_t ms = (info->user_us + info->system_us) / 1000;

	text[0] = '\0';
	if (info->usage_known)
		snprintf(text, size, "; used %llu.%03llu s and %llu KiB",
			 (unsigned long long)(ms / 1000),
			 (unsigned long long)(ms % 1000),
			 (unsigned long long)info->max_rss_kib);
}

/** "; stderr: the last line", and not more than fits. */
static void describe_stderr(const struct camipc_closed_info *info, char *text,
			    size_t size)
{
	const char *tail = info->stderr_tail;
	const char *line = strrchr(tail, '\n');

	text[0] = '\0';
	if (tail[0])
		snprintf(text, size, "; stderr: %s", line ? line + 1 : tail);
}

/** One line says it all. */
static void describe(struct camipc_proxy *proxy)
{
	const struct camipc_closed_info *info = &proxy->closed;
	char pid[32] = "in a thread";
	char end[96];
	char crash[256];
	char usage[64];
	char errors[192];

	if (info->pid)
		snprintf(pid, sizeof(pid), "pid %d", info->pid);
	describe_end(info, end, sizeof(end));
	describe_crash(info, crash, sizeof(crash));
	describe_usage(info, usage, sizeof(usage));
	describe_stderr(info, errors, sizeof(errors));
	snprintf(proxy->closed_text, sizeof(proxy->closed_text),
		 "IPA %s (%s): %s%s; last call %s, last event %s%s%s",
		 proxy->module_name, pid, end, crash,
		 info->last_call ? info->last_call : "none",
		 info->last_event ? info->last_event : "none", usage, errors);
}

/** Ends every call that somebody waits for; nothing more will be answered. */
static void fail_calls(struct camipc_proxy *proxy, int error)
{
	for (uint32_t i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase == CAMIPC_CALL_FREE ||
		    call->phase == CAMIPC_CALL_DONE)
			continue;
		camipc_proxy_finish_call(proxy, call, error, error,
					 proxy->closed.reason, NULL, false);
	}
}

void camipc_proxy_die(struct camipc_proxy *proxy, enum camipc_reason reason,
		      int call_error)
{
	struct camipc_closed_info *info = &proxy->closed;

	if (camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD)
		return;
	*info = (struct camipc_closed_info){
		.size = sizeof(*info),
		.reason = reason,
		.error = -EPIPE,
		.module = proxy->module_path,
		.last_call = proxy->last_call,
		.last_event = proxy->last_event,
		.text = proxy->closed_text,
		.stderr_tail = "",
	};
	if (proxy->link->ops->get_pid)
		info->pid = proxy->link->ops->get_pid(proxy->link);
	camipc_proxy_drop_stash(proxy);
	camipc_proxy_set_state(proxy, CAMIPC_STATE_DEAD);
	proxy->link->ops->kill(proxy->link, info);
	if (info->reason == CAMIPC_REASON_NONE)
		info->reason = CAMIPC_REASON_DISCONNECTED;
	if (info->reason == CAMIPC_REASON_HUNG_THREAD)
		atomic_fetch_add_explicit(&proxy->stats.leaked_threads, 1,
					  memory_order_relaxed);
	describe(proxy);
	camipc_log(CAMIPC_LOG_ERROR, CAMIPC_PROXY_TOPIC, "%s",
		   proxy->closed_text);
	camipc_record_queue_clear(&proxy->outbox.urgent);
	camipc_record_queue_clear(&proxy->outbox.queue);
	proxy->outbox.n_ungranted = 0;
	fail_calls(proxy, call_error);
	proxy->draining = false;
	proxy->closed_due = true;
}
