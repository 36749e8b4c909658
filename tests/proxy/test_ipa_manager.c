/* SPDX-License-Identifier: MIT */
/*
 * Tests the manager, which tells modules and versions apart and chooses a
 * backend: requirements 12, 19, 20 and 22.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "interface_fit.h"
#include "load_files.h"
#include "log_capture.h"
#include "manager_fixture.h"
#include "module_file.h"
#include "resolve_path.h"

/* Matches --------------------------------------------------------------- */

static void test_by_name(void **state)
{
	struct manager_fixture *f = *state;

	manager_put(f->folder, "a.so", "other.so");
	manager_put(f->folder, "b.so", "newer.so");
	manager_put(f->folder, "c.so", "plain.so");
	assert_int_equal(manager_choose_named(f, "plain"), 0);
	manager_expect_path(f, f->folder, "c.so");
	assert_int_equal(f->found.info.module_version, 3);
	/* The name is the note's, never the file's. */
	assert_int_equal(manager_choose_named(f, "c"), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "no module called \"c\" for ipa.plain");
}

/* Without a name: the first that has the interface. */
static void test_by_interface(void **state)
{
	struct manager_fixture *f = *state;

	manager_put(f->folder, "a.so", "other.so");
	assert_int_equal(manager_choose(f, NULL), -ENOENT);
	assert_null(f->factory);
	manager_put(f->second, "b.so", "newer.so");
	assert_int_equal(manager_choose(f, NULL), 0);
	manager_expect_path(f, f->second, "b.so");
}

static void test_by_version(void **state)
{
	struct manager_fixture *f = *state;
	struct camipc_match match = { .min_version = 4 };

	manager_put(f->folder, "a.so", "plain.so");
	assert_int_equal(manager_choose(f, &match), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "has version 3, the pipeline needs at least 4");
	manager_put(f->folder, "b.so", "newer.so");
	assert_int_equal(manager_choose(f, &match), 0);
	manager_expect_path(f, f->folder, "b.so");
	match.min_version = 0;
	match.max_version = 3;
	assert_int_equal(manager_choose(f, &match), 0);
	manager_expect_path(f, f->folder, "a.so");
	match.max_version = 2;
	assert_int_equal(manager_choose(f, &match), -ENOENT);
	match.min_version = 3;
	assert_int_equal(manager_choose(f, &match), -EINVAL);
	match.max_version = 3;
	assert_int_equal(manager_choose(f, &match), 0);
}

static void test_by_path(void **state)
{
	struct manager_fixture *f = *state;
	char path[TEST_PATH_SIZE];
	struct camipc_match match = { .path = path };

	strcpy(path, test_path(f->folder, "x.bin"));
	assert_int_equal(manager_choose(f, &match), -ENOENT);
	/* Any name will do, and it need not lie in a module folder. */
	manager_put(f->folder, "x.bin", "plain.so");
	assert_int_equal(manager_choose(f, &match), 0);
	manager_expect_path(f, f->folder, "x.bin");
	match.module = "plain";
	assert_int_equal(manager_choose(f, &match), 0);
	match.module = "other";
	assert_int_equal(manager_choose(f, &match), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "called \"plain\", not \"other\"");
	match.module = NULL;
	match.path = "x.bin";
	assert_int_equal(manager_choose(f, &match), -EINVAL);
	match.path = f->folder;
	assert_int_equal(manager_choose(f, &match), -ENOEXEC);
	match.path = "/dev/null";
	assert_int_equal(manager_choose(f, &match), -ENOEXEC);
}

/* Another interface is -EPROTOTYPE, another fingerprint is -ESTALE. */
static void test_other_interface(void **state)
{
	struct manager_fixture *f = *state;
	char path[TEST_PATH_SIZE];
	const struct camipc_match match = { .path = path };

	manager_put(f->folder, "a.so", "other.so");
	strcpy(path, test_path(f->folder, "a.so"));
	assert_int_equal(manager_choose(f, &match), -EPROTOTYPE);
	assert_int_equal(manager_choose_named(f, "other"), -EPROTOTYPE);
	log_capture_expect(2, CAMIPC_LOG_ERROR,
			   "the module implements ipa.other, the pipeline needs "
			   "ipa.plain");
}

static void test_other_fingerprint(void **state)
{
	struct manager_fixture *f = *state;

	manager_put(f->folder, "a.so", "skewed.so");
	assert_int_equal(manager_choose_named(f, "skewed"), -ESTALE);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "1122334455667788");
	log_capture_expect(1, CAMIPC_LOG_ERROR, "0000000000000001");
	assert_int_equal(manager_choose(f, NULL), -ESTALE);
	/* Of two that came equally near, the first is named. */
	manager_put(f->second, "a.so", "skewed.so");
	assert_int_equal(manager_choose(f, NULL), -ESTALE);
	log_capture_expect(0, CAMIPC_LOG_ERROR, "second");
	/* A later one that fits is better than the first one's excuse. */
	manager_put(f->folder, "b.so", "plain.so");
	assert_int_equal(manager_choose(f, NULL), 0);
	manager_expect_path(f, f->folder, "b.so");
}

/* Which versions of an interface work together. */
static void test_fits(void **state)
{
	char why[CAMIPC_FITS_WHY_SIZE];
	struct camipc_module_info info = {
		.interface_version = 2,
		.compatible_since = 1,
		.wire_fingerprint_low = (uint32_t)FINGERPRINT,
		.wire_fingerprint_high = (uint32_t)(FINGERPRINT >> 32),
		.interface_name = "ipa.plain",
	};
	struct camipc_interface pipeline = plain_interface;

	(void)state;
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why), 0);
	info.wire_fingerprint_high++;
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why),
			 -ESTALE);
	/* Another version has another fingerprint, and may fit. */
	info.interface_version = 3;
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why), 0);
	info.compatible_since = 2;
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why), 0);
	info.compatible_since = 3;
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why),
			 -ESTALE);
	assert_non_null(strstr(why, "version 3 (compatible since 3"));
	assert_non_null(strstr(why, "version 2 (compatible since 1"));
	info.interface_version = 1;
	info.compatible_since = 1;
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why), 0);
	pipeline.compatible_since = 2;
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why),
			 -ESTALE);
	strcpy(info.interface_name, "ipa.Plain");
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why),
			 -EPROTOTYPE);
}

/* A broken file is the answer where it bears the name that is wanted. */
static void test_broken_module(void **state)
{
	struct manager_fixture *f = *state;

	test_file_write(test_path(f->folder, "ipa_plain.so"), "\177ELF", 4,
			0755);
	assert_int_equal(manager_choose_named(f, "plain"), -ENOEXEC);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "ipa_plain.so: truncated");
	assert_int_equal(manager_choose_named(f, "lain"), -ENOENT);
	assert_int_equal(manager_choose(f, NULL), -ENOENT);
	manager_put(f->second, "x.so", "plain.so");
	assert_int_equal(manager_choose_named(f, "plain"), 0);
	manager_expect_path(f, f->second, "x.so");
}

/* Backends -------------------------------------------------------------- */

/* Requirement 20: both must be testable for the same module. */
static void test_trust(void **state)
{
	struct manager_fixture *f = *state;

	manager_put(f->folder, "a.so", "plain.so");
	assert_int_equal(manager_choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &process_factory);
	assert_false(f->found.trusted);
	assert_string_equal(f->found.isolation, "process");
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "a.so): in a process: not on the trusted list; "
			   "in the sandbox");

	camipc_manager_destroy(f->manager);
	f->manager = manager_make(f, f->folder, false);
	assert_int_equal(manager_choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &thread_factory);
	assert_true(f->found.trusted);
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "a.so): in a thread: trusted by the host");

	/* Policy may isolate what is trusted. */
	camipc_manager_destroy(f->manager);
	f->manager = manager_make(f, test_path(f->folder, "a.so"), true);
	assert_int_equal(manager_choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &process_factory);
	assert_true(f->found.trusted);
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "in a process: the host isolates every module");
}

/* A folder whose name begins alike is another folder; a link is no way in. */
static void test_trusted_path_is_exact(void **state)
{
	struct manager_fixture *f = *state;
	char trusted[TEST_PATH_SIZE];

	strcpy(trusted, test_path(f->folder, "sec"));
	assert_int_equal(mkdir(trusted, 0755), 0);
	manager_put(f->second, "a.so", "plain.so");
	camipc_manager_destroy(f->manager);
	f->manager = manager_make(f, trusted, false);
	assert_int_equal(manager_choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &process_factory);
	assert_int_equal(symlink(test_path(f->second, "a.so"),
				 test_path(trusted, "a.so")),
			 0);
	{
		const struct camipc_match match = {
			.path = test_path(trusted, "a.so"),
		};

		assert_int_equal(manager_choose(f, &match), 0);
		assert_ptr_equal(f->factory, &process_factory);
	}
}

static void test_asked_for(void **state)
{
	struct manager_fixture *f = *state;
	struct camipc_match match = { .isolation = "thread" };

	manager_put(f->folder, "a.so", "plain.so");
	assert_int_equal(manager_choose(f, &match), 0);
	assert_ptr_equal(f->factory, &thread_factory);
	assert_true(f->found.trusted);
	log_capture_expect(1, CAMIPC_LOG_INFO, "requested by the pipeline");
	match.isolation = "process";
	assert_int_equal(manager_choose(f, &match), 0);
	assert_ptr_equal(f->factory, &process_factory);
	assert_false(f->found.trusted);

	camipc_manager_destroy(f->manager);
	f->manager = manager_make(f, f->folder, true);
	match.isolation = "thread";
	assert_int_equal(manager_choose(f, &match), -EPERM);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "isolation \"thread\" refused: the host isolates");
	match.isolation = "process";
	assert_int_equal(manager_choose(f, &match), 0);
}

/* Requirement 22: a missing factory is an error of its own. */
static void test_missing_factory(void **state)
{
	struct manager_fixture *f = *state;
	const struct camipc_match match = { .isolation = "vm" };

	manager_put(f->folder, "a.so", "plain.so");
	assert_int_equal(manager_choose(f, &match), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "unknown isolation \"vm\"; known: "
			   "process, thread");
}

/* The manager ----------------------------------------------------------- */

static void test_options(void **state)
{
	struct manager_fixture *f = *state;
	const char *const relative[] = { "second", NULL };
	const char *const empty[] = { "", NULL };
	struct camipc_manager_options options = {
		.size = offsetof(struct camipc_manager_options, sandbox_paths),
		.module_paths = relative,
		.no_install_paths = true,
	};
	struct camipc_manager *manager = NULL;
	int ret;

	assert_int_equal(camipc_manager_create(&options, &manager), -EINVAL);
	options.size = sizeof(options);
	manager_put(f->second, "a.so", "plain.so");
	/* Relative folders are resolved at creation. */
	assert_int_equal(chdir(f->folder), 0);
	ret = camipc_manager_create(&options, &manager);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(ret, 0);
	camipc_manager_destroy(f->manager);
	f->manager = manager;
	assert_int_equal(manager_choose(f, NULL), 0);
	manager_expect_path(f, f->second, "a.so");
	options.module_paths = empty;
	assert_int_equal(camipc_manager_create(&options, &manager), -EINVAL);
	assert_int_equal(camipc_manager_create(NULL, &manager), 0);
	camipc_manager_destroy(manager);
	camipc_manager_destroy(NULL);
}

/* Folders of the variable come after the host's, and are not trusted. */
static void test_folders_of_a_variable(void **state)
{
	struct manager_fixture *f = *state;
	char value[3 * TEST_PATH_SIZE];

	manager_put(f->second, "b.so", "plain.so");
	snprintf(value, sizeof(value), ":relative:/nowhere:%s::", f->second);
	assert_int_equal(setenv("CAMIPC_IPA_MODULE_PATH", value, 1), 0);
	camipc_manager_destroy(f->manager);
	strcpy(f->second, "/nowhere/either");
	f->manager = manager_make(f, NULL, false);
	assert_int_equal(unsetenv("CAMIPC_IPA_MODULE_PATH"), 0);
	log_capture_expect(1, CAMIPC_LOG_WARNING,
			   "CAMIPC_IPA_MODULE_PATH: folder \"relative\" skipped");
	assert_int_equal(manager_choose(f, NULL), 0);
	manager_expect_path(f, test_path(f->folder, "second"), "b.so");
	assert_ptr_equal(f->factory, &process_factory);
	manager_put(f->folder, "a.so", "plain.so");
	assert_int_equal(manager_choose(f, NULL), 0);
	manager_expect_path(f, f->folder, "a.so");
}

/* An error says where was looked, and which folders are not there. */
static void test_searched_folders_are_named(void **state)
{
	struct manager_fixture *f = *state;
	char line[2 * TEST_PATH_SIZE + 64];

	assert_int_equal(rmdir(f->second), 0);
	assert_int_equal(manager_choose_named(f, "none"), -ENOENT);
	snprintf(line, sizeof(line),
		 "no module called \"none\" for ipa.plain in %s, %s (does not "
		 "exist)",
		 f->folder, f->second);
	log_capture_expect(1, CAMIPC_LOG_ERROR, line);
}

/* What a worker may get, besides the usual variables. */
static void test_environment(void **state)
{
	static const char *const bad[] = {
		"LD_PRELOAD", "LD_PRELOAD=/x.so", "LD_AUDIT", "LD_AUDIT=x",
		"GLIBC_TUNABLES", "GCONV_PATH", "GCONV_PATH=/tmp", "LD_DEBUG",
		"", "=x",
	};
	const char *entries[] = { "VENDOR_HOME", NULL, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_environment = entries,
	};
	struct camipc_manager *manager;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		entries[1] = bad[i];
		log_capture_begin();
		assert_int_equal(camipc_manager_create(&options, &manager),
				 -EINVAL);
		log_capture_expect(1, CAMIPC_LOG_ERROR, "worker_environment: ");
	}
	entries[1] = "LD_LIBRARY_PATH";
	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	assert_string_equal(camipc_manager_get_environment(manager)[1],
			    "LD_LIBRARY_PATH");
	camipc_manager_destroy(manager);
}

/* Requirements 12 and 13: the explicit list, and the variable behind it. */
static void test_find_worker(void **state)
{
	struct manager_fixture *f = *state;
	char worker[TEST_PATH_SIZE];
	char found[TEST_PATH_SIZE];
	const char *const workers[] = { worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;

	strcpy(worker, test_path(f->folder, "my-worker"));
	assert_int_equal(unsetenv(CAMIPC_WORKER_PATH_VARIABLE), 0);
	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	assert_int_equal(camipc_manager_find_worker(manager, found,
						    sizeof(found)),
			 -ENOENT);
	test_file_write(worker, "x", 1, 0644);
	assert_int_equal(camipc_manager_find_worker(manager, found,
						    sizeof(found)),
			 -EACCES);
	test_file_write(test_path(f->second, CAMIPC_WORKER_NAME), "x", 1,
			0755);
	assert_int_equal(setenv(CAMIPC_WORKER_PATH_VARIABLE, f->second, 1), 0);
	assert_int_equal(camipc_manager_find_worker(manager, found,
						    sizeof(found)),
			 0);
	assert_string_equal(found, test_path(f->second, CAMIPC_WORKER_NAME));
	assert_int_equal(chmod(worker, 0755), 0);
	assert_int_equal(camipc_manager_find_worker(manager, found,
						    sizeof(found)),
			 0);
	assert_string_equal(found, worker);
	assert_int_equal(unsetenv(CAMIPC_WORKER_PATH_VARIABLE), 0);
	camipc_manager_destroy(manager);
}

static int work_without_memory(void *user)
{
	struct manager_fixture *f = user;
	const char *const paths[] = { f->folder, NULL };
	const char *const entries[] = { "ONE", "TWO=2", NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_environment = entries,
		.module_paths = paths,
		.worker_paths = paths,
		.trusted_paths = paths,
	};
	struct camipc_manager *manager;
	struct camipc_module_file file;
	struct camipc_load_files loads;
	int ret;

	ret = camipc_manager_create(&options, &manager);
	if (ret < 0)
		return ret;
	ret = camipc_manager_choose(manager, NULL, &plain_interface, &f->found,
				    &file, &loads, &f->settings,
				    &f->factory);
	camipc_load_files_close(&loads);
	camipc_module_file_close(&file);
	camipc_manager_destroy(manager);
	return ret;
}

static void test_no_memory(void **state)
{
	struct manager_fixture *f = *state;

	manager_put(f->folder, "a.so", "other.so");
	manager_put(f->folder, "b.so", "plain.so");
	alloc_fail_each(work_without_memory, f, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MANAGER_TEST(test_by_name),
		MANAGER_TEST(test_by_interface),
		MANAGER_TEST(test_by_version),
		MANAGER_TEST(test_by_path),
		MANAGER_TEST(test_other_interface),
		MANAGER_TEST(test_other_fingerprint),
		MANAGER_TEST(test_fits),
		MANAGER_TEST(test_broken_module),
		MANAGER_TEST(test_trust),
		MANAGER_TEST(test_trusted_path_is_exact),
		MANAGER_TEST(test_asked_for),
		MANAGER_TEST(test_missing_factory),
		MANAGER_TEST(test_options),
		MANAGER_TEST(test_folders_of_a_variable),
		MANAGER_TEST(test_searched_folders_are_named),
		MANAGER_TEST(test_environment),
		MANAGER_TEST(test_find_worker),
		MANAGER_TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
