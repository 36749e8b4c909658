/* SPDX-License-Identifier: MIT */
/* A child process from its start to its end. */
#include "child_process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "child.h"
#include "reaper.h"

/* SIGKILL takes about a millisecond. Who takes longer is left to the reaper. */
#define DEATH_MS 10

int camipc_child_spawn(const struct camipc_child_options *options,
		       struct camipc_child **ret_child)
{
	struct camipc_child *child;
	int ret;

	if (options->n_fds > CAMIPC_CHILD_MAX_OWN_FDS ||
	    options->path[0] != '/')
		return -EINVAL;
	camipc_reaper_collect();
	child = calloc(1, sizeof(*child));
	if (!child)
		return -ENOMEM;
	child->pidfd = -1;
	child->stderr_fd = -1;
	child->life_line.fd = -1;
	ret = camipc_child_start_program(child, options);
	if (ret < 0) {
		camipc_child_destroy(child);
		return ret;
	}
	*ret_child = child;
	return 0;
}

int camipc_child_get_pid(const struct camipc_child *child)
{
	return child->pid;
}

int camipc_child_get_pidfd(const struct camipc_child *child)
{
	return child->pidfd;
}

int camipc_child_get_stderr(const struct camipc_child *child)
{
	return child->stderr_fd;
}

bool camipc_child_get_status(const struct camipc_child *child, int *ret_status)
{
	/* It had not ended before, and cannot end otherwise for long. */
	if (!child->ended && child->killed) {
		*ret_status = SIGKILL;
		return true;
	}
	if (!child->ended || !child->status_known)
		return false;
	*ret_status = child->status;
	return true;
}

bool camipc_child_get_usage(const struct camipc_child *child,
			    struct camipc_child_usage *ret_usage)
{
	if (!child->usage_known)
		return false;
	*ret_usage = child->usage;
	return true;
}

void camipc_child_destroy(struct camipc_child *child)
{
	int ms;

	if (!child)
		return;
	/* Who killed it before has waited as well, or does not want to. */
	ms = child->killed ? 0 : DEATH_MS;
	(void)camipc_child_kill(child);
	if (camipc_child_wait(child, ms) == 0)
		camipc_child_free(child);
	else
		camipc_reaper_take(child);
}
