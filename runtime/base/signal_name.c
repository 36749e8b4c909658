/* SPDX-License-Identifier: MIT */
/* The table of signals: their names, and their meaning in words. */
#include "signal_name.h"

#include <signal.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	const char *text;
} signals[] = {
	[SIGHUP] = { "SIGHUP", "terminal closed" },
	[SIGINT] = { "SIGINT", "interrupted" },
	[SIGQUIT] = { "SIGQUIT", "quit" },
	[SIGILL] = { "SIGILL", "illegal instruction" },
	[SIGTRAP] = { "SIGTRAP", "trap" },
	[SIGABRT] = { "SIGABRT", "aborted" },
	[SIGBUS] = { "SIGBUS", "bus error" },
	[SIGFPE] = { "SIGFPE", "arithmetic error" },
	[SIGKILL] = { "SIGKILL", "killed" },
	[SIGUSR1] = { "SIGUSR1", "user-defined signal 1" },
	[SIGSEGV] = { "SIGSEGV", "segmentation fault" },
	[SIGUSR2] = { "SIGUSR2", "user-defined signal 2" },
	[SIGPIPE] = { "SIGPIPE", "broken pipe" },
	[SIGALRM] = { "SIGALRM", "alarm clock" },
	[SIGTERM] = { "SIGTERM", "terminated" },
	[SIGCHLD] = { "SIGCHLD", "child changed its state" },
	[SIGCONT] = { "SIGCONT", "continued" },
	[SIGSTOP] = { "SIGSTOP", "stopped" },
	[SIGTSTP] = { "SIGTSTP", "stopped by the terminal" },
	[SIGTTIN] = { "SIGTTIN", "stopped while reading the terminal" },
	[SIGTTOU] = { "SIGTTOU", "stopped while writing to the terminal" },
	[SIGURG] = { "SIGURG", "urgent data" },
	[SIGXCPU] = { "SIGXCPU", "processor time limit exceeded" },
	[SIGXFSZ] = { "SIGXFSZ", "file size limit exceeded" },
	[SIGVTALRM] = { "SIGVTALRM", "virtual alarm clock" },
	[SIGPROF] = { "SIGPROF", "profiling timer expired" },
	[SIGWINCH] = { "SIGWINCH", "window changed its size" },
	[SIGIO] = { "SIGIO", "input or output possible" },
	[SIGPWR] = { "SIGPWR", "power failure" },
	[SIGSYS] = { "SIGSYS", "forbidden system call" },
#ifdef SIGSTKFLT
	[SIGSTKFLT] = { "SIGSTKFLT", "stack fault" },
#endif
#ifdef SIGEMT
	[SIGEMT] = { "SIGEMT", "emulation trap" },
#endif
};
CAMIPC_STATIC_ASSERT(N_OF(signals) <= NSIG, "no signal's number is larger");

const char *camipc_signal_to_name(int number)
{
	return number >= 0 && (size_t)number < N_OF(signals) ?
		       signals[number].name :
		       NULL;
}

const char *camipc_signal_to_string(int number)
{
	return number >= 0 && (size_t)number < N_OF(signals) ?
		       signals[number].text :
		       NULL;
}
