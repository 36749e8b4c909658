/* SPDX-License-Identifier: MIT */
/* What codes, states and reasons mean, in words. */
#include <errno.h>
#include <stddef.h>

#include <camipc/proxy.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *camipc_state_to_string(enum camipc_state state)
{
	static const char *const names[] = {
		[CAMIPC_STATE_CREATED] = "created",
		[CAMIPC_STATE_READY] = "ready",
		[CAMIPC_STATE_STARTING] = "starting",
		[CAMIPC_STATE_RUNNING] = "running",
		[CAMIPC_STATE_STOPPING] = "stopping",
		[CAMIPC_STATE_STOPPED] = "stopped",
		[CAMIPC_STATE_RESTARTING] = "restarting",
		[CAMIPC_STATE_DEAD] = "dead",
	};

	return (size_t)state < N_OF(names) ? names[state] : "unknown state";
}

const char *camipc_reason_to_string(enum camipc_reason reason)
{
	static const char *const texts[] = {
		[CAMIPC_REASON_NONE] = "no reason",
		[CAMIPC_REASON_EXITED] = "its worker exited",
		[CAMIPC_REASON_SIGNALED] = "its worker died of a signal",
		[CAMIPC_REASON_DISCONNECTED] = "it closed its channel",
		[CAMIPC_REASON_BAD_FRAMING] =
			"it sent a message whose lengths do not fit",
		[CAMIPC_REASON_BAD_PROTOCOL] = "it broke the protocol",
		[CAMIPC_REASON_BAD_MESSAGE] = "it sent malformed bytes",
		[CAMIPC_REASON_BAD_FD] = "it sent wrong descriptors",
		[CAMIPC_REASON_BAD_LIMIT] = "it went beyond a limit",
		[CAMIPC_REASON_TIMEOUT] = "a deadline has passed",
		[CAMIPC_REASON_UNRESPONSIVE] =
			"it missed several deadlines in a row",
		[CAMIPC_REASON_HUNG_THREAD] = "its thread hangs",
		[CAMIPC_REASON_BAD_ARGUMENT] =
			"the interface does not allow an argument",
		[CAMIPC_REASON_BAD_STATE] = "not allowed in this state",
		[CAMIPC_REASON_NO_CREDIT] = "too much is unanswered",
		[CAMIPC_REASON_NO_MEMORY] = "out of memory",
		[CAMIPC_REASON_NO_FDS] = "out of file descriptors",
		[CAMIPC_REASON_WATCHDOG] = "it sent no event in time",
	};

	return (size_t)reason < N_OF(texts) ? texts[reason] : "unknown reason";
}

const char *camipc_strerror(int error)
{
	static const struct {
		int error;
		const char *text;
	} texts[] = {
		{ -EPIPE, "the IPA is gone" },
		{ -ETIMEDOUT, "the IPA did not answer in time" },
		{ -EPROTO, "the IPA sent what its interface does not allow" },
		{ -EMSGSIZE, "the message is too large" },
		{ -EAGAIN, "too many calls are unconsumed" },
		{ -EINVAL, "an argument is not allowed, or not in this state" },
		{ -EBUSY, "not while this is going on" },
		{ -EALREADY, "already done" },
		{ -ESHUTDOWN, "the IPA is being stopped" },
		{ -ESTALE, "the module is of another version" },
		{ -EOPNOTSUPP, "the module does not have this method" },
		{ -ECANCELED, "cancelled" },
		{ -ECHILD, "used in a forked child" },
		{ -EREMOTEIO, "the IPA returned a code of the transport's" },
		{ -ENOENT, "no such module, worker or isolation" },
		{ -EACCES, "not readable or not executable" },
		{ -ENOEXEC, "not an IPA module" },
		{ -EPROTOTYPE, "a module for another interface" },
		{ -EPERM, "not trusted" },
		{ -EEXIST, "the name is taken" },
		{ -EMFILE, "out of file descriptors" },
		{ -ENOMEM, "out of memory" },
	};

	if (error >= 0)
		return "success";
	for (size_t i = 0; i < N_OF(texts); i++) {
		if (texts[i].error == error)
			return texts[i].text;
	}
	return "the IPA failed";
}
