/* SPDX-License-Identifier: MIT */
/* Plays a child process: camipc_child_…() of runtime/process. */
#include "fake_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "child_process.h"
#include "fuzz.h"
#include "stage.h"

#define PID 424242

/* The same name as that of child_process.c, whose functions never see it. */
struct camipc_child {
	int pidfd;
	int stderr_fd;
	int stderr_write; /* -1: the child has ended */
	bool alive;
	bool ended; /* reaped */
	int status;
};

static struct fake_child_plan plan;
static struct camipc_child *the_child;

void fake_child_plan(const struct fake_child_plan *next)
{
	plan = *next;
}

bool fake_child_is_alive(void)
{
	return the_child && the_child->alive;
}

void fake_child_die(int status)
{
	const uint64_t one = 1;

	if (!fake_child_is_alive())
		return;
	the_child->alive = false;
	the_child->status = status;
	FUZZ_REQUIRE(write(the_child->pidfd, &one, sizeof(one)) ==
		     (ssize_t)sizeof(one));
	close(the_child->stderr_write);
	the_child->stderr_write = -1;
}

void fake_child_write_stderr(const void *text, size_t size)
{
	/* A full pipe loses what does not fit. */
	if (fake_child_is_alive())
		(void)!write(the_child->stderr_write, text, size);
}

void fake_child_expect_gone(void)
{
	FUZZ_REQUIRE(!the_child);
}

/* ---- in the place of child_process.c ----------------------------------------- */

int __wrap_camipc_child_spawn(const struct camipc_child_options *options,
			      struct camipc_child **ret_child);
int __wrap_camipc_child_get_pid(const struct camipc_child *child);
int __wrap_camipc_child_get_pidfd(const struct camipc_child *child);
int __wrap_camipc_child_get_stderr(const struct camipc_child *child);
int __wrap_camipc_child_kill(struct camipc_child *child);
int __wrap_camipc_child_wait(struct camipc_child *child, int timeout_ms);
bool __wrap_camipc_child_get_status(const struct camipc_child *child,
				    int *ret_status);
bool __wrap_camipc_child_get_usage(const struct camipc_child *child,
				   struct camipc_child_usage *ret_usage);
void __wrap_camipc_child_destroy(struct camipc_child *child);

int __wrap_camipc_child_spawn(const struct camipc_child_options *options,
			      struct camipc_child **ret_child)
{
	struct camipc_child *child;
	int fds[2];

	FUZZ_REQUIRE(!the_child && options->path[0] == '/');
	if (plan.spawn_error < 0)
		return plan.spawn_error;
	child = calloc(1, sizeof(*child));
	FUZZ_REQUIRE(child && options->n_fds >= 1);
	FUZZ_REQUIRE(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
	child->stderr_fd = fds[0];
	child->stderr_write = fds[1];
	child->pidfd = eventfd(0, EFD_CLOEXEC);
	FUZZ_REQUIRE(child->pidfd >= 0);
	child->alive = true;
	the_child = child;
	plan.born(fcntl(options->fds[0], F_DUPFD_CLOEXEC, 0));
	*ret_child = child;
	return 0;
}

int __wrap_camipc_child_get_pid(const struct camipc_child *child)
{
	FUZZ_REQUIRE(child == the_child);
	return PID;
}

int __wrap_camipc_child_get_pidfd(const struct camipc_child *child)
{
	FUZZ_REQUIRE(child == the_child);
	return child->pidfd;
}

int __wrap_camipc_child_get_stderr(const struct camipc_child *child)
{
	FUZZ_REQUIRE(child == the_child);
	return child->stderr_fd;
}

int __wrap_camipc_child_kill(struct camipc_child *child)
{
	FUZZ_REQUIRE(child == the_child);
	if (!child->alive)
		return 0;
	stage_begin_peer();
	if (plan.killed())
		fake_child_die(SIGKILL);
	stage_end_peer();
	return 0;
}

int __wrap_camipc_child_wait(struct camipc_child *child, int timeout_ms)
{
	struct pollfd pfd = { .fd = child->pidfd, .events = POLLIN };

	FUZZ_REQUIRE(child == the_child && timeout_ms >= 0);
	if (child->ended)
		return 0;
	if (poll(&pfd, 1, timeout_ms) <= 0)
		return -ETIMEDOUT;
	child->ended = true;
	return 0;
}

bool __wrap_camipc_child_get_status(const struct camipc_child *child,
				    int *ret_status)
{
	FUZZ_REQUIRE(child == the_child);
	if (!child->ended || plan.status_unknown)
		return false;
	*ret_status = child->status;
	return true;
}

bool __wrap_camipc_child_get_usage(const struct camipc_child *child,
				   struct camipc_child_usage *ret_usage)
{
	FUZZ_REQUIRE(child == the_child);
	memset(ret_usage, 0, sizeof(*ret_usage));
	return child->ended && !plan.status_unknown;
}

/* A child that does not die is set aside, and reaped later. */
void __wrap_camipc_child_destroy(struct camipc_child *child)
{
	if (!child)
		return;
	FUZZ_REQUIRE(child == the_child);
	if (!child->ended) {
		(void)__wrap_camipc_child_kill(child);
		(void)__wrap_camipc_child_wait(child, 500);
	}
	stage_begin_peer();
	fake_child_die(SIGKILL);
	close(child->pidfd);
	close(child->stderr_fd);
	stage_end_peer();
	the_child = NULL;
	free(child);
}
