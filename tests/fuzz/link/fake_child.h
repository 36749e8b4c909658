/* SPDX-License-Identifier: MIT */
/*
 * The child process of a session, without a process: by the linker it takes the
 * place of camipc_child_…(). Its pidfd is an eventfd and its stderr a pipe, so
 * that everything above cannot tell the difference, and it dies when a test says so.
 */
#ifndef CAMIPC_TEST_FUZZ_FAKE_CHILD_H
#define CAMIPC_TEST_FUZZ_FAKE_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/** What the next spawn comes to. */
struct fake_child_plan {
	int spawn_error; /* 0 or a negative errno */
	bool status_unknown; /* the host reaps its children itself */

	/** Called with a copy of the worker's end of the channel, which it
	 * owns. */
	void (*born)(int channel_fd);

	/** SIGKILL; returns false if the child does not react to it. */
	bool (*killed)(void);
};

/** Before a session. */
void fake_child_plan(const struct fake_child_plan *plan);

/** It ends, with this status as of waitpid(). */
void fake_child_die(int status);
bool fake_child_is_alive(void);

/** It writes to its stderr, as much as there is room for. */
void fake_child_write_stderr(const void *text, size_t size);

/** After a session: every child was ended, reaped and freed, once. */
void fake_child_expect_gone(void);

#endif /* CAMIPC_TEST_FUZZ_FAKE_CHILD_H */
