/* SPDX-License-Identifier: MIT */
/* The names of reasons, and their meaning in words. */
#include <camipc/reason.h>

#include <stdio.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	const char *text;
} reasons[] = {
	[CAMIPC_REASON_NONE] = { "none", "no reason" },
	[CAMIPC_REASON_EXITED] = { "exited", "the worker exited" },
	[CAMIPC_REASON_SIGNALED] = { "signaled",
				     "the worker died of a signal" },
	[CAMIPC_REASON_DISCONNECTED] = { "disconnected",
					 "the worker closed its channel" },
	[CAMIPC_REASON_BAD_FRAMING] = {
		"bad-framing", "the IPA sent a message of the wrong size" },
	[CAMIPC_REASON_BAD_PROTOCOL] = { "bad-protocol",
					 "the IPA broke the protocol" },
	[CAMIPC_REASON_BAD_MESSAGE] = { "bad-message",
					"the IPA sent malformed bytes" },
	[CAMIPC_REASON_BAD_FD] = { "bad-fd",
				   "the IPA sent wrong file descriptors" },
	[CAMIPC_REASON_BAD_LIMIT] = { "bad-limit", "the IPA exceeded a limit" },
	[CAMIPC_REASON_TIMEOUT] = { "timeout", "a deadline has passed" },
	[CAMIPC_REASON_UNRESPONSIVE] = {
		"unresponsive", "the IPA missed several deadlines in a row" },
	[CAMIPC_REASON_HUNG_THREAD] = { "hung-thread",
					"the IPA's thread hangs" },
	[CAMIPC_REASON_BAD_ARGUMENT] = {
		"bad-argument", "the interface does not allow an argument" },
	[CAMIPC_REASON_BAD_STATE] = {
		"bad-state", "the state does not allow the call" },
	[CAMIPC_REASON_NO_CREDIT] = { "no-credit",
				      "too many calls are outstanding" },
	[CAMIPC_REASON_NO_MEMORY] = { "no-memory", "out of memory" },
	[CAMIPC_REASON_NO_FDS] = { "no-fds", "out of file descriptors" },
	[CAMIPC_REASON_WATCHDOG] = { "watchdog",
				     "the IPA sent no event in time" },
	[CAMIPC_REASON_WRONG_THREAD] = {
		"wrong-thread", "the thread does not own the proxy" },
	[CAMIPC_REASON_UNWOUND] = {
		"unwound", "an exception or pthread_exit() left a callback "
			   "or an op" },
	[CAMIPC_REASON_BAD_RANGE] = {
		"bad-range", "the IPA sent a value out of its range" },
	[CAMIPC_REASON_BAD_DEPTH] = { "bad-depth",
				      "the IPA nested messages too deeply" },
	[CAMIPC_REASON_BYE] = { "bye", "the worker reported that it must end" },
	[CAMIPC_REASON_REFUSED] = { "refused",
				    "this system refuses a system call" },
	[CAMIPC_REASON_TOO_LARGE] = { "too-large",
				      "the arguments are too large" },
	[CAMIPC_REASON_SANDBOX] = {
		"sandbox", "the worker made a system call that its sandbox "
			   "does not allow" },
	[CAMIPC_REASON_BAD_RING] = {
		"bad-ring", "the worker wrote what is impossible to the shared "
			    "memory" },
	[CAMIPC_REASON_EXCEPTION] = { "exception",
				      "an exception ended the IPA's function" },
	[CAMIPC_REASON_WORKER_RESTARTED] = {
		"worker-restarted", "the worker ended; another one takes over" },
	[CAMIPC_REASON_RESTORE_MISMATCH] = {
		"restore-mismatch", "a restarted IPA returned something else "
				    "than before" },
	[CAMIPC_REASON_JOURNAL_FULL] = {
		"journal-full", "a restart would need more calls, memory or "
				"descriptors than are kept" },
	[CAMIPC_REASON_RESTART_FAILED] = {
		"restart-failed", "no other worker could be started" },
	[CAMIPC_REASON_RELOADED] = {
		"reloaded", "a planned restart has replaced the worker" },
};
CAMIPC_STATIC_ASSERT(N_OF(reasons) == CAMIPC_N_REASONS,
		     "every reason has a name and a text");

const char *camipc_reason_to_string(enum camipc_reason reason)
{
	/* "reason ", a number of 32 bits, NUL. */
	static _Thread_local char fallback[18];

	if ((size_t)reason < N_OF(reasons) && reasons[reason].text)
		return reasons[reason].text;
	snprintf(fallback, sizeof(fallback), "reason %u", (unsigned int)reason);
	return fallback;
}

const char *camipc_reason_to_name(enum camipc_reason reason)
{
	return (size_t)reason < N_OF(reasons) ? reasons[reason].name : NULL;
}
