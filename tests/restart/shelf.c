/* SPDX-License-Identifier: MIT */
/* Copies modules to a folder of the test's own, and reloads them from there. */
#include "shelf.h"

#include <stdlib.h>

void shelf_put(const struct shelf *shelf, const char *source)
{
	test_file_replace(source, test_path(shelf->folder, "phoenix.so"), 0755);
}

struct bed *shelf_make_bed(const struct shelf *shelf)
{
	return bed_create_of(shelf->manager,
			     test_path(shelf->folder, "phoenix.so"));
}

int shelf_set_up(void **state)
{
	struct shelf *shelf = calloc(1, sizeof(*shelf));

	assert_non_null(shelf);
	log_capture_begin();
	test_folder_make(shelf->folder);
	shelf_put(shelf, PHOENIX_MODULE);
	fd_leak_take(&shelf->before);
	shelf->manager = bed_make_manager();
	shelf->bed = shelf_make_bed(shelf);
	*state = shelf;
	return 0;
}

int shelf_tear_down(void **state)
{
	struct shelf *shelf = *state;

	if (shelf->bed)
		bed_destroy(shelf->bed);
	camipc_manager_destroy(shelf->manager);
	log_capture_end();
	fd_leak_assert_none(&shelf->before);
	test_folder_remove(shelf->folder);
	free(shelf);
	return 0;
}

void shelf_on_reloaded(void *user, int ret)
{
	struct shelf *shelf = user;

	shelf->n_done++;
	shelf->ret = ret;
	shelf->told = shelf->bed ? shelf->bed->n : 0;
}

void shelf_reload(struct shelf *shelf)
{
	assert_int_equal(camipc_proxy_reload(shelf->bed->proxy,
					     shelf_on_reloaded, shelf),
			 0);
}

int shelf_until_reloaded(struct shelf *shelf)
{
	const size_t n = shelf->n_done;

	bed_until(shelf->bed, &shelf->n_done, n + 1);
	return shelf->ret;
}
