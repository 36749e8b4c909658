/* SPDX-License-Identifier: MIT */
/* The test bed of manager tests: two folders, and backends that do nothing. */
#ifndef CAMIPC_TEST_MANAGER_FIXTURE_H
#define CAMIPC_TEST_MANAGER_FIXTURE_H

#include "fd_leak.h"
#include "ipa_manager.h"
#include "module_info.h"
#include "policy.h"
#include "test_files.h"

#define FINGERPRINT UINT64_C(0x1122334455667788)

/** What tests/support/modules have, version 2. */
extern const struct camipc_interface plain_interface;

/** Backends that create nothing; the first needs trust. */
extern const struct camipc_proxy_factory thread_factory;
extern const struct camipc_proxy_factory process_factory;

/** A folder for modules, and a manager that looks there only. */
struct manager_fixture {
	char folder[TEST_PATH_SIZE];
	char second[TEST_PATH_SIZE];
	struct camipc_manager *manager;
	struct camipc_module_found found;
	const struct camipc_proxy_factory *factory;
	struct camipc_module_settings settings;
	struct fd_leak before;
};

/** Another manager for the same folders; @trusted: a path, or NULL. */
struct camipc_manager *manager_make(const struct manager_fixture *f,
				    const char *trusted, bool isolate);

/** For cmocka; *state becomes a struct manager_fixture. */
int manager_set_up(void **state);

/** Fails unless everything is as it was before manager_set_up(). */
int manager_tear_down(void **state);

/** Copies one of tests/support/modules into a folder. */
void manager_put(const char *folder, const char *name, const char *variant);

/** Chooses for plain_interface; what was found is in the fixture. */
int manager_choose(struct manager_fixture *f,
		   const struct camipc_match *match);

/** The same, by a module's name. */
int manager_choose_named(struct manager_fixture *f, const char *name);

/** Fails unless the module that was found is this file. */
void manager_expect_path(const struct manager_fixture *f, const char *folder,
			 const char *name);

/** One row of a test's list. */
#define MANAGER_TEST(name)                                    \
	cmocka_unit_test_setup_teardown(name, manager_set_up, \
					manager_tear_down)

#endif /* CAMIPC_TEST_MANAGER_FIXTURE_H */
