/* SPDX-License-Identifier: MIT */
/*
 * The manager: finding modules, telling versions apart, choosing a backend.
 * Requirements 12, 19, 20 and 22; answers 22 and 33.
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
#include "fd_leak.h"
#include "ipa_manager.h"
#include "link.h"
#include "log_capture.h"
#include "module_info.h"
#include "resolve_path.h"
#include "test_files.h"

#define FINGERPRINT UINT64_C(0x1122334455667788)

/* The manager knows backends by their registration only. */
static int create_nothing(const struct camipc_link_params *params,
			  struct camipc_link **ret_link)
{
	(void)params;
	(void)ret_link;
	return -ENOSYS;
}

static const struct camipc_proxy_factory thread = {
	.size = sizeof(thread),
	.name = "thread",
	.create = create_nothing,
	.needs_trust = true,
};
static const struct camipc_proxy_factory process = {
	.size = sizeof(process),
	.name = "process",
	.create = create_nothing,
};

CAMIPC_REGISTER_PROXY_FACTORY(thread)
CAMIPC_REGISTER_PROXY_FACTORY(process)

static const struct camipc_interface plain = {
	.size = sizeof(plain),
	.version = 2,
	.name = "ipa.plain",
	.compatible_since = 1,
	.codegen_revision = CAMIPC_CODEGEN_REVISION,
	.wire_fingerprint = FINGERPRINT,
};

/** A folder for modules, and a manager that looks there only. */
struct fixture {
	char folder[TEST_PATH_SIZE];
	char second[TEST_PATH_SIZE];
	struct camipc_manager *manager;
	struct camipc_module_found found;
	const struct camipc_proxy_factory *factory;
	struct fd_leak before;
};

static struct camipc_manager *make_manager(const struct fixture *f,
					   const char *trusted, bool isolate)
{
	const char *const modules[] = { f->folder, f->second, NULL };
	const char *const trusted_paths[] = { trusted, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.trusted_paths = trusted_paths,
		.isolate_all = isolate,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;

	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	return manager;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fd_leak_take(&f->before);
	test_folder_make(f->folder);
	strcpy(f->second, test_path(f->folder, "second"));
	assert_int_equal(mkdir(f->second, 0755), 0);
	f->manager = make_manager(f, NULL, false);
	log_capture_begin();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	log_capture_end();
	camipc_manager_destroy(f->manager);
	test_folder_remove(f->folder);
	fd_leak_assert_none(&f->before);
	free(f);
	return 0;
}

static void put(const char *folder, const char *name, const char *variant)
{
	test_file_copy(test_path(MODULES_FOLDER, variant),
		       test_path(folder, name), 0755);
}

static int choose(struct fixture *f, const struct camipc_match *match)
{
	f->factory = NULL;
	memset(&f->found, 0, sizeof(f->found));
	return camipc_manager_choose(f->manager, match, &plain, &f->found,
				     &f->factory);
}

static int choose_named(struct fixture *f, const char *name)
{
	const struct camipc_match match = { .module = name };

	return choose(f, &match);
}

static void expect_path(const struct fixture *f, const char *folder,
			const char *name)
{
	assert_string_equal(f->found.path, test_path(folder, name));
}

/* Lists ----------------------------------------------------------------- */

static char listed[512];

static int append_name(void *user, const struct camipc_module_found *module)
{
	const int *stop_after = user;
	size_t size = strlen(listed);

	snprintf(listed + size, sizeof(listed) - size, "%s ",
		 module->info.name);
	return *stop_after && strlen(listed) > (size_t)*stop_after ? 42 : 0;
}

static int list(const struct fixture *f, int stop_after)
{
	listed[0] = '\0';
	return camipc_manager_list(f->manager, append_name, &stop_after);
}

static void test_list(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "");
	put(f->folder, "b.so", "plain.so");
	put(f->folder, "a.so", "other.so");
	put(f->second, "a.so", "newer.so");
	/* Not called like a module, or hidden: not looked at. */
	put(f->folder, "c.so.1", "plain.so");
	put(f->folder, ".d.so", "plain.so");
	put(f->folder, ".so", "plain.so");
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "other plain newer ");
	assert_int_equal(list(f, 1), 42);
	assert_string_equal(listed, "other ");
}

/* By name, whatever order the file system has. */
static void test_list_order(void **state)
{
	static const char *const variants[] = { "other", "plain", "newer",
						"skewed", "threads" };
	static const char order[] = "42513";
	struct fixture *f = *state;

	for (size_t i = 0; i < 5; i++) {
		char name[] = { order[i], '.', 's', 'o', '\0' };
		char from[32];

		snprintf(from, sizeof(from), "%s.so", variants[order[i] - '1']);
		put(f->folder, name, from);
	}
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "other plain newer skewed plain ");
}

/* The same file by another path is the same module. */
static void test_list_duplicates(void **state)
{
	struct fixture *f = *state;

	put(f->folder, "a.so", "plain.so");
	assert_int_equal(symlink("a.so", test_path(f->folder, "b.so")), 0);
	assert_int_equal(link(test_path(f->folder, "a.so"),
			      test_path(f->second, "a.so")),
			 0);
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain ");
	/* A copy is another one; search order decides which is used. */
	put(f->second, "copy.so", "plain.so");
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain plain ");
	assert_int_equal(choose_named(f, "plain"), 0);
	expect_path(f, f->folder, "a.so");
}

/* What is not a module is skipped, with one line. */
static void test_list_skips(void **state)
{
	struct fixture *f = *state;

	put(f->folder, "good.so", "plain.so");
	put(f->folder, "bare.so", "no_note.so");
	test_file_write(test_path(f->folder, "text.so"), "text", 4, 0644);
	assert_int_equal(mkdir(test_path(f->folder, "folder.so"), 0755), 0);
	assert_int_equal(symlink("/nowhere", test_path(f->folder, "gone.so")),
			 0);
	assert_int_equal(mkfifo(test_path(f->folder, "fifo.so"), 0644), 0);
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "bare.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "text.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "folder.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "gone.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "fifo.so: ");
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 5);
}

static void test_missing_folder(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rmdir(f->second), 0);
	put(f->folder, "a.so", "plain.so");
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain ");
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 0);
}

/* Matches --------------------------------------------------------------- */

static void test_by_name(void **state)
{
	struct fixture *f = *state;

	put(f->folder, "a.so", "other.so");
	put(f->folder, "b.so", "newer.so");
	put(f->folder, "c.so", "plain.so");
	assert_int_equal(choose_named(f, "plain"), 0);
	expect_path(f, f->folder, "c.so");
	assert_int_equal(f->found.info.module_version, 3);
	/* The name is the note's, never the file's. */
	assert_int_equal(choose_named(f, "c"), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "no module called \"c\" for ipa.plain");
}

/* Without a name: the first that has the interface. */
static void test_by_interface(void **state)
{
	struct fixture *f = *state;

	put(f->folder, "a.so", "other.so");
	assert_int_equal(choose(f, NULL), -ENOENT);
	assert_null(f->factory);
	put(f->second, "b.so", "newer.so");
	assert_int_equal(choose(f, NULL), 0);
	expect_path(f, f->second, "b.so");
}

static void test_by_version(void **state)
{
	struct fixture *f = *state;
	struct camipc_match match = { .min_version = 4 };

	put(f->folder, "a.so", "plain.so");
	assert_int_equal(choose(f, &match), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "has version 3, wanted is 4");
	put(f->folder, "b.so", "newer.so");
	assert_int_equal(choose(f, &match), 0);
	expect_path(f, f->folder, "b.so");
	match.min_version = 0;
	match.max_version = 3;
	assert_int_equal(choose(f, &match), 0);
	expect_path(f, f->folder, "a.so");
	match.max_version = 2;
	assert_int_equal(choose(f, &match), -ENOENT);
	match.min_version = 3;
	assert_int_equal(choose(f, &match), -EINVAL);
	match.max_version = 3;
	assert_int_equal(choose(f, &match), 0);
}

static void test_by_path(void **state)
{
	struct fixture *f = *state;
	char path[TEST_PATH_SIZE];
	struct camipc_match match = { .path = path };

	strcpy(path, test_path(f->folder, "x.bin"));
	assert_int_equal(choose(f, &match), -ENOENT);
	/* Any name will do, and it need not lie in a module folder. */
	put(f->folder, "x.bin", "plain.so");
	assert_int_equal(choose(f, &match), 0);
	expect_path(f, f->folder, "x.bin");
	match.module = "plain";
	assert_int_equal(choose(f, &match), 0);
	match.module = "other";
	assert_int_equal(choose(f, &match), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "has another name");
	match.module = NULL;
	match.path = "x.bin";
	assert_int_equal(choose(f, &match), -EINVAL);
	match.path = f->folder;
	assert_int_equal(choose(f, &match), -ENOEXEC);
	match.path = "/dev/null";
	assert_int_equal(choose(f, &match), -ENOEXEC);
}

/* answers 22: other interface -EPROTOTYPE, other fingerprint -ESTALE. */
static void test_other_interface(void **state)
{
	struct fixture *f = *state;
	char path[TEST_PATH_SIZE];
	const struct camipc_match match = { .path = path };

	put(f->folder, "a.so", "other.so");
	strcpy(path, test_path(f->folder, "a.so"));
	assert_int_equal(choose(f, &match), -EPROTOTYPE);
	assert_int_equal(choose_named(f, "other"), -EPROTOTYPE);
	log_capture_expect(2, CAMIPC_LOG_ERROR,
			   "the module serves ipa.other, the pipeline wants "
			   "ipa.plain");
}

static void test_other_fingerprint(void **state)
{
	struct fixture *f = *state;

	put(f->folder, "a.so", "skewed.so");
	assert_int_equal(choose_named(f, "skewed"), -ESTALE);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "1122334455667788");
	log_capture_expect(1, CAMIPC_LOG_ERROR, "0000000000000001");
	assert_int_equal(choose(f, NULL), -ESTALE);
	/* Of two that came equally near, the first is named. */
	put(f->second, "a.so", "skewed.so");
	assert_int_equal(choose(f, NULL), -ESTALE);
	log_capture_expect(0, CAMIPC_LOG_ERROR, "second");
	/* A later one that fits is better than the first one's excuse. */
	put(f->folder, "b.so", "plain.so");
	assert_int_equal(choose(f, NULL), 0);
	expect_path(f, f->folder, "b.so");
}

/* design.md §3: which versions go together. */
static void test_fits(void **state)
{
	char why[CAMIPC_FITS_WHY_SIZE];
	struct camipc_module_info info = {
		.interface_version = 2,
		.compatible_since = 1,
		.wire_fingerprint_low = (uint32_t)FINGERPRINT,
		.wire_fingerprint_high = (uint32_t)(FINGERPRINT >> 32),
		.interface = "ipa.plain",
	};
	struct camipc_interface pipeline = plain;

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
	strcpy(info.interface, "ipa.Plain");
	assert_int_equal(camipc_interface_fits(&info, &pipeline, why),
			 -EPROTOTYPE);
}

/* A broken file is the answer where it bears the name that is wanted. */
static void test_broken_module(void **state)
{
	struct fixture *f = *state;

	test_file_write(test_path(f->folder, "ipa_plain.so"), "\177ELF", 4,
			0755);
	assert_int_equal(choose_named(f, "plain"), -ENOEXEC);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "ipa_plain.so: truncated");
	assert_int_equal(choose_named(f, "lain"), -ENOENT);
	assert_int_equal(choose(f, NULL), -ENOENT);
	put(f->second, "x.so", "plain.so");
	assert_int_equal(choose_named(f, "plain"), 0);
	expect_path(f, f->second, "x.so");
}

/* Backends -------------------------------------------------------------- */

/* Requirement 20: both must be testable for the same module. */
static void test_trust(void **state)
{
	struct fixture *f = *state;

	put(f->folder, "a.so", "plain.so");
	assert_int_equal(choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &process);
	assert_false(f->found.trusted);
	assert_string_equal(f->found.isolation, "process");
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "a.so): in a process, because nobody trusts it; "
			   "sandbox: none yet");

	camipc_manager_destroy(f->manager);
	f->manager = make_manager(f, f->folder, false);
	assert_int_equal(choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &thread);
	assert_true(f->found.trusted);
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "a.so): in a thread, because the host trusts it");

	/* Policy may isolate what is trusted. */
	camipc_manager_destroy(f->manager);
	f->manager = make_manager(f, test_path(f->folder, "a.so"), true);
	assert_int_equal(choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &process);
	assert_true(f->found.trusted);
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "because the host isolates every module");
}

/* A folder whose name begins alike is another folder; a link is no way in. */
static void test_trusted_path_is_exact(void **state)
{
	struct fixture *f = *state;
	char trusted[TEST_PATH_SIZE];

	strcpy(trusted, test_path(f->folder, "sec"));
	assert_int_equal(mkdir(trusted, 0755), 0);
	put(f->second, "a.so", "plain.so");
	camipc_manager_destroy(f->manager);
	f->manager = make_manager(f, trusted, false);
	assert_int_equal(choose(f, NULL), 0);
	assert_ptr_equal(f->factory, &process);
	assert_int_equal(symlink(test_path(f->second, "a.so"),
				 test_path(trusted, "a.so")),
			 0);
	{
		const struct camipc_match match = {
			.path = test_path(trusted, "a.so"),
		};

		assert_int_equal(choose(f, &match), 0);
		assert_ptr_equal(f->factory, &process);
	}
}

static void test_asked_for(void **state)
{
	struct fixture *f = *state;
	struct camipc_match match = { .isolation = "thread" };

	put(f->folder, "a.so", "plain.so");
	assert_int_equal(choose(f, &match), 0);
	assert_ptr_equal(f->factory, &thread);
	assert_true(f->found.trusted);
	log_capture_expect(1, CAMIPC_LOG_INFO, "the pipeline asked for it");
	match.isolation = "process";
	assert_int_equal(choose(f, &match), 0);
	assert_ptr_equal(f->factory, &process);
	assert_false(f->found.trusted);

	camipc_manager_destroy(f->manager);
	f->manager = make_manager(f, f->folder, true);
	match.isolation = "thread";
	assert_int_equal(choose(f, &match), -EPERM);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "\"thread\" was asked for, but the host isolates");
	match.isolation = "process";
	assert_int_equal(choose(f, &match), 0);
}

/* Requirement 22: a missing factory is an error of its own. */
static void test_missing_factory(void **state)
{
	struct fixture *f = *state;
	const struct camipc_match match = { .isolation = "vm" };

	put(f->folder, "a.so", "plain.so");
	assert_int_equal(choose(f, &match), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "no proxy factory is called \"vm\"; there are: "
			   "process, thread");
}

/* The manager ----------------------------------------------------------- */

static void test_options(void **state)
{
	struct fixture *f = *state;
	const char *const relative[] = { "second", NULL };
	const char *const empty[] = { "", NULL };
	struct camipc_manager_options options = {
		.size = sizeof(options) - 1,
		.module_paths = relative,
		.no_install_paths = true,
	};
	struct camipc_manager *manager = NULL;
	int ret;

	assert_int_equal(camipc_manager_create(&options, &manager), -EINVAL);
	options.size = sizeof(options);
	put(f->second, "a.so", "plain.so");
	/* Relative folders are resolved at creation. */
	assert_int_equal(chdir(f->folder), 0);
	ret = camipc_manager_create(&options, &manager);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(ret, 0);
	camipc_manager_destroy(f->manager);
	f->manager = manager;
	assert_int_equal(choose(f, NULL), 0);
	expect_path(f, f->second, "a.so");
	options.module_paths = empty;
	assert_int_equal(camipc_manager_create(&options, &manager), -EINVAL);
	assert_int_equal(camipc_manager_create(NULL, &manager), 0);
	camipc_manager_destroy(manager);
	camipc_manager_destroy(NULL);
}

/* Requirements 12 and 13: the explicit list, and the variable behind it. */
static void test_find_worker(void **state)
{
	struct fixture *f = *state;
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
	struct fixture *f = user;
	const char *const paths[] = { f->folder, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = paths,
		.worker_paths = paths,
		.trusted_paths = paths,
	};
	struct camipc_manager *manager;
	int ret;

	ret = camipc_manager_create(&options, &manager);
	if (ret < 0)
		return ret;
	ret = camipc_manager_choose(manager, NULL, &plain, &f->found,
				    &f->factory);
	camipc_manager_destroy(manager);
	return ret;
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;

	put(f->folder, "a.so", "other.so");
	put(f->folder, "b.so", "plain.so");
	alloc_fail_each(work_without_memory, f, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_list),
		T(test_list_order),
		T(test_list_duplicates),
		T(test_list_skips),
		T(test_missing_folder),
		T(test_by_name),
		T(test_by_interface),
		T(test_by_version),
		T(test_by_path),
		T(test_other_interface),
		T(test_other_fingerprint),
		T(test_fits),
		T(test_broken_module),
		T(test_trust),
		T(test_trusted_path_is_exact),
		T(test_asked_for),
		T(test_missing_factory),
		T(test_options),
		T(test_find_worker),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
