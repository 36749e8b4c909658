/* SPDX-License-Identifier: MIT */
/*
 * The test bed of tests of the link to a worker: a link, and what a proxy has
 * for it.
 */
#ifndef CAMIPC_TEST_LINK_FIXTURE_H
#define CAMIPC_TEST_LINK_FIXTURE_H

#include "fd_leak.h"
#include "ipa_link.h"
#include "module_file.h"

/** Patience in milliseconds; only a failure waits for all of it. */
#define LINK_LIMIT_MS 5000

struct link_fixture {
	struct camipc_manager *manager;
	struct camipc_module_found module;
	struct camipc_module_file file;
	struct camipc_link_params params;
	struct camipc_link *link;
	struct fd_leak before;
};

/** A manager that knows @worker alone, and what a proxy gives its link. */
void link_set_up(struct link_fixture *fixture, const char *worker);

/** Fails unless everything is as it was before link_set_up(). */
void link_tear_down(struct link_fixture *fixture);

/** Opens the file at @path, or /dev/null, for a link to come. */
void link_open_file(struct link_fixture *fixture, const char *path);

/** Creates the link, for the module at @path; returns what that returned. */
int link_create(struct link_fixture *fixture, const char *path);

/** The same with a fake worker: @birth and @life as in fake_worker.c. */
int link_create_fake(struct link_fixture *fixture, const char *birth,
		     const char *life);

/** A fake worker, born well, that will do @life at the first message. */
void link_set_up_fake(struct link_fixture *fixture, const char *life);

/** Waits for something to read, or for room, with patience. */
int link_wait(struct link_fixture *fixture);

/** Sends a call with @size bytes of arguments. */
int link_push_call(struct link_fixture *fixture, uint32_t id,
		   uint32_t cookie, size_t size);

/** The next record, waiting for it; or the error that came instead. */
int link_pop_within(struct link_fixture *fixture, uint32_t ms,
		    struct camipc_record **ret_record,
		    enum camipc_reason *ret_reason);

/** Fails unless the next record is this. */
void link_expect_record(struct link_fixture *fixture, uint8_t kind,
			uint32_t cookie);

/** Fails unless the next thing is the end, with this error and reason. */
void link_expect_end(struct link_fixture *fixture, int error,
		     enum camipc_reason reason);

/** Kills the worker, and again, which changes nothing; tells how it died. */
struct camipc_closed_info link_kill(struct link_fixture *fixture,
				    enum camipc_reason reason);

/** Whether nothing is there to be dispatched. */
bool link_is_quiet(int epoll_fd);

#endif /* CAMIPC_TEST_LINK_FIXTURE_H */
