/* SPDX-License-Identifier: MIT */
/*
 * Tests the module loader: what it refuses, and that it keeps what it loaded.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/log.h>

#include "alloc_fail.h"
#include "fd_leak.h"
#include "log_capture.h"
#include "module_info.h"
#include "module_loader.h"
#include "test_files.h"

#define N_THREADS 8

static char folder[TEST_PATH_SIZE];

static int set_up(void **state)
{
	static struct fd_leak before;

	fd_leak_take(&before);
	test_folder_make(folder);
	log_capture_begin();
	*state = &before;
	return 0;
}

static int tear_down(void **state)
{
	log_capture_end();
	test_folder_remove(folder);
	assert_int_equal(camipc_module_count_references(), 0);
	fd_leak_assert_none(*state);
	return 0;
}

/** Opens and loads the file at @path, as a worker does. */
static int load(const char *path, struct camipc_module **ret_module)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_file file;
	int ret = camipc_module_file_open(path, &file, why);

	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, "test", "%s: %s", path, why);
		return ret;
	}
	ret = camipc_module_load(&file, CAMIPC_LOAD_OPENED, ret_module);
	camipc_module_file_close(&file);
	return ret;
}

static const char *variant(const char *name)
{
	return test_path(MODULES_FOLDER, name);
}

/* Requirement 23: a module that cannot be used is an error with its path. */
static void expect_refused(const char *name, int error, const char *why)
{
	struct camipc_module *module = NULL;

	assert_int_equal(load(variant(name), &module), error);
	assert_null(module);
	log_capture_expect(1, CAMIPC_LOG_ERROR, why);
	assert_true(log_capture_count(CAMIPC_LOG_ERROR, name) >= 1);
}

static void test_good(void **state)
{
	const struct camipc_module_entry *entry;
	struct camipc_module *module;
	void *ipa;

	(void)state;
	assert_int_equal(load(variant("plain.so"), &module), 0);
	entry = camipc_module_entry(module);
	assert_string_equal(entry->descriptor->name, "ipa.plain");
	assert_string_equal(camipc_module_get_path(module),
			    variant("plain.so"));
	assert_int_equal(entry->create(NULL, &ipa), 0);
	entry->invoke[0](&entry->descriptor->methods[0], entry->ops, ipa, NULL,
			 NULL);
	assert_int_equal(*(int *)ipa, 1);
	entry->destroy(ipa);
	assert_int_equal(camipc_module_count_references(), 1);
	camipc_module_unload(module);
	camipc_module_unload(NULL);
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 0);
}

/* Never unloaded: the same object, with the same globals. */
static void test_same_file_same_module(void **state)
{
	struct camipc_module *first;
	struct camipc_module *second;
	void *ipa;
	int pokes;

	(void)state;
	assert_int_equal(load(variant("plain.so"), &first), 0);
	assert_int_equal(camipc_module_entry(first)->create(NULL, &ipa), 0);
	pokes = ++*(int *)ipa;
	camipc_module_unload(first);
	assert_int_equal(symlink(variant("plain.so"),
				 test_path(folder, "link.so")),
			 0);
	assert_int_equal(load(test_path(folder, "link.so"),
					    &second),
			 0);
	assert_ptr_equal(first, second);
	assert_int_equal(camipc_module_entry(second)->create(NULL, &ipa), 0);
	assert_int_equal(*(int *)ipa, pokes);
	camipc_module_unload(second);
}

/*
 * A file that takes the place of a loaded one is another module, although the
 * dynamic loader knows the path already.
 */
static void test_replaced_file(void **state)
{
	const char *path = test_path(folder, "x.so");
	struct camipc_module *modules[3];
	struct camipc_module *again;

	(void)state;
	for (int i = 0; i < 3; i++) {
		test_file_replace(variant(i == 1 ? "other.so" : "plain.so"),
				  path, 0755);
		assert_int_equal(load(path, &modules[i]), 0);
		assert_string_equal(
			camipc_module_entry(modules[i])->descriptor->name,
			i == 1 ? "ipa.other" : "ipa.plain");
	}
	assert_ptr_not_equal(modules[0], modules[2]);
	assert_int_equal(load(path, &again), 0);
	assert_ptr_equal(again, modules[2]);
	camipc_module_unload(again);
	for (int i = 0; i < 3; i++)
		camipc_module_unload(modules[i]);
}

static void test_no_entry(void **state)
{
	(void)state;
	expect_refused("no_entry.so", -ENOEXEC, "camipc_module_entry");
}

static void test_no_note(void **state)
{
	(void)state;
	expect_refused("no_note.so", -ENOEXEC, "no IPA module");
}

static void test_no_interface(void **state)
{
	(void)state;
	expect_refused("no_interface.so", -ENOEXEC, "has no interface");
}

static void test_no_create(void **state)
{
	(void)state;
	expect_refused("no_create.so", -ENOEXEC, "lacks a function");
}

static void test_missing_op(void **state)
{
	(void)state;
	expect_refused("missing_op.so", -ENOEXEC, "does not have the op poke");
}

static void test_unsized_ops(void **state)
{
	(void)state;
	expect_refused("unsized_ops.so", -ENOEXEC,
		       "the size of its table of ops is 0");
}

static void test_missing_symbol(void **state)
{
	(void)state;
	expect_refused("missing_symbol.so", -ENOEXEC, "nobody_defines_this");
}

static void test_broken_table(void **state)
{
	(void)state;
	expect_refused("broken_table.so", -ENOEXEC,
		       "broken_table.so: its interface has a broken table");
	/* Of a role that no table of this library has. */
	expect_refused("unknown_role.so", -ENOEXEC,
		       "unknown_role.so: its interface has a broken table");
}

static void test_disagreement(void **state)
{
	(void)state;
	expect_refused("disagrees.so", -ENOEXEC, "different interfaces");
}

static void test_other_revision(void **state)
{
	(void)state;
	expect_refused("other_revision.so", -ESTALE, "codegen revision");
}

/* The second answer is the first one, though the file is mapped now. */
static void test_refused_twice(void **state)
{
	struct camipc_module *module;

	(void)state;
	assert_int_equal(load(variant("disagrees.so"), &module),
			 -ENOEXEC);
	assert_int_equal(load(variant("disagrees.so"), &module),
			 -ENOEXEC);
	log_capture_expect(2, CAMIPC_LOG_ERROR, "different interfaces");
}

static void test_files(void **state)
{
	struct camipc_module *module;

	(void)state;
	assert_int_equal(load(variant("absent.so"), &module),
			 -ENOENT);
	assert_int_equal(load(folder, &module), -ENOEXEC);
	test_file_write(test_path(folder, "text.so"), "text", 4, 0755);
	assert_int_equal(
		load(test_path(folder, "text.so"), &module),
		-ENOEXEC);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "text.so: ");
}

static void *load_in_thread(void *user)
{
	struct camipc_module *module = NULL;

	(void)user;
	if (load(variant("threads.so"), &module) < 0)
		return NULL;
	camipc_module_unload(module);
	return module;
}

static void test_threads(void **state)
{
	pthread_t threads[N_THREADS];
	void *modules[N_THREADS];

	(void)state;
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						load_in_thread, NULL),
				 0);
	for (int i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], &modules[i]);
	assert_non_null(modules[0]);
	for (int i = 1; i < N_THREADS; i++)
		assert_ptr_equal(modules[i], modules[0]);
}

static int load_fresh(void *user)
{
	const char *path = test_path(folder, "fresh.so");
	struct camipc_module *module;
	int ret;

	(void)user;
	ret = load(path, &module);
	if (ret == 0)
		camipc_module_unload(module);
	return ret;
}

static void test_no_memory(void **state)
{
	(void)state;
	test_file_copy(variant("plain.so"), test_path(folder, "fresh.so"),
		       0755);
	alloc_fail_each(load_fresh, NULL, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_good),
		T(test_same_file_same_module),
		T(test_replaced_file),
		T(test_no_entry),
		T(test_no_note),
		T(test_no_interface),
		T(test_no_create),
		T(test_missing_op),
		T(test_unsized_ops),
		T(test_missing_symbol),
		T(test_broken_table),
		T(test_disagreement),
		T(test_other_revision),
		T(test_refused_twice),
		T(test_files),
		T(test_threads),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
