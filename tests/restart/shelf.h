/* SPDX-License-Identifier: MIT */
/* A bed whose module is a file of its own, which the test replaces. */
#ifndef CAMIPC_TEST_RESTART_SHELF_H
#define CAMIPC_TEST_RESTART_SHELF_H

#include "bed.h"
#include "test_files.h"

struct shelf {
	struct bed *bed;
	struct camipc_manager *manager;
	struct fd_leak before;
	char folder[TEST_PATH_SIZE];
	size_t n_done; /* calls of the completion */
	int ret; /* that the last one got */
	size_t told; /* what had been told then */
};

/** One test with a shelf: a bed in state Created, and nothing left. */
#define SHELF_TEST(name) \
	cmocka_unit_test_setup_teardown(name, shelf_set_up, shelf_tear_down)
int shelf_set_up(void **state);
int shelf_tear_down(void **state);

/** Puts @source at the module's path, as an installer does: by renaming. */
void shelf_put(const struct shelf *shelf, const char *source);

/** Returns another bed of the module's path. */
struct bed *shelf_make_bed(const struct shelf *shelf);

/** The completion of a reload. @user: the shelf. */
void shelf_on_reloaded(void *user, int ret);

/** Begins a reload. */
void shelf_reload(struct shelf *shelf);

/** Dispatches until the reload has ended. Returns how. */
int shelf_until_reloaded(struct shelf *shelf);

#endif /* CAMIPC_TEST_RESTART_SHELF_H */
