/* SPDX-License-Identifier: MIT */
/* The test bed of creation tests: one interface, one manager, one folder. */
#ifndef CAMIPC_TEST_CREATE_FIXTURE_H
#define CAMIPC_TEST_CREATE_FIXTURE_H

#include <camipc/proxy.h>

#include "fd_leak.h"
#include "test_files.h"

/** The pipeline side of tests/support/modules, without generated code. */
extern const struct camipc_client plain_client;

/** A folder, and a manager that knows it and the worker of this build. */
struct create_fixture {
	char folder[TEST_PATH_SIZE];
	char worker[TEST_PATH_SIZE];
	struct camipc_manager *manager;
	struct fd_leak before;
};

/** For cmocka; *state becomes a struct create_fixture. */
int create_set_up(void **state);

/** Fails unless everything is as it was before create_set_up(). */
int create_tear_down(void **state);

/** Another manager for the fixture: with this worker (NULL: none). */
void create_use_worker(struct create_fixture *f, const char *worker,
		       bool isolate_all);

/**
 * Tries to create a proxy, in this isolation, for the module at @path, and
 * fails unless that returns @error, leaves the result alone, logs one error
 * line with @text in it and leaves nothing behind.
 */
void create_expect(struct create_fixture *f, const char *isolation,
		   const char *path, int error, const char *text);

/** As above for one of tests/support/modules. */
void create_expect_variant(struct create_fixture *f, const char *isolation,
			   const char *variant, int error, const char *text);

#endif /* CAMIPC_TEST_CREATE_FIXTURE_H */
