/* SPDX-License-Identifier: MIT */
/* Puts the end of an IPA into words. */
#include "ending.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "crash_report.h"
#include "signal_name.h"

/** "exited with status 3": what is known beyond the reason. */
static void describe_end(const struct camipc_ending *ending, char *text,
			 size_t size)
{
	const struct camipc_closed_info *info = &ending->info;
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
	else if (info->reason == CAMIPC_REASON_SANDBOX && info->system_call)
		snprintf(text, size, "made the system call %s, which its "
				     "sandbox does not allow",
			 info->system_call);
	else if (info->reason == CAMIPC_REASON_RESTORE_MISMATCH)
		snprintf(text, size, "after a restart %s returned another %s",
			 ending->method, ending->field);
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

void camipc_ending_reset(struct camipc_ending *ending)
{
	memset(ending, 0, sizeof(*ending));
}

void camipc_ending_begin(struct camipc_ending *ending,
			 enum camipc_reason reason, const char *module, int pid)
{
	ending->info = (struct camipc_closed_info){
		.size = sizeof(ending->info),
		.reason = reason,
		.error = -EPIPE,
		.pid = pid,
		.module = module,
		.last_call = ending->last_call,
		.last_event = ending->last_event,
		.text = ending->text,
		.stderr_tail = "",
	};
}

void camipc_ending_describe(struct camipc_ending *ending, const char *module)
{
	struct camipc_closed_info *info = &ending->info;
	char pid[32] = "in a thread";
	char end[128];
	char crash[256];
	char usage[64];
	char errors[192];

	if (info->reason == CAMIPC_REASON_NONE)
		info->reason = CAMIPC_REASON_DISCONNECTED;
	if (info->pid)
		snprintf(pid, sizeof(pid), "pid %d", info->pid);
	describe_end(ending, end, sizeof(end));
	describe_crash(info, crash, sizeof(crash));
	describe_usage(info, usage, sizeof(usage));
	describe_stderr(info, errors, sizeof(errors));
	snprintf(ending->text, sizeof(ending->text),
		 "IPA %s (%s): %s%s; last call %s, last event %s%s%s", module,
		 pid, end, crash, info->last_call ? info->last_call : "none",
		 info->last_event ? info->last_event : "none", usage, errors);
}

bool camipc_ending_take_due(struct camipc_ending *ending)
{
	const bool due = ending->due;

	ending->due = false;
	return due;
}
