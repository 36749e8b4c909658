/* SPDX-License-Identifier: MIT */
/*
 * Everything that can go wrong when a proxy is created, in a thread and in a
 * process: each failure returns its exact error code, logs one line and leaves
 * nothing behind. Requirements 18, 22 and 23.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "create_fixture.h"
#include "log_capture.h"
#include "module_loader.h"
#include "resolve_path.h"

static const char *const backends[] = { "thread", "process", "loopback" };

#define FOR_EACH_BACKEND(name)                                  \
	for (size_t b_ = 0; b_ < 3; b_++)                       \
		for (const char *name = backends[b_]; name; name = NULL)

static int create_good(struct create_fixture *f, const char *isolation,
		       struct camipc_proxy **ret_proxy)
{
	const struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "plain.so"),
		.isolation = isolation,
	};

	return camipc_proxy_create(f->manager, &match, &plain_client, NULL,
				   NULL, ret_proxy);
}

/* The control: with nothing wrong it works, so the rest means something. */
static void test_good(void **state)
{
	struct create_fixture *f = *state;

	FOR_EACH_BACKEND(name) {
		struct camipc_proxy *proxy = NULL;
		struct fd_leak before;

		fd_leak_take(&before);
		assert_int_equal(create_good(f, name, &proxy), 0);
		assert_true(camipc_proxy_is_valid(proxy));
		assert_string_equal(camipc_proxy_get_isolation(proxy), name);
		assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
		camipc_proxy_destroy(proxy);
		fd_leak_assert_none(&before);
	}
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 0);
}

/** Requirement 18: what the pipeline gives the module, in each backend. */
static void expect_argument(struct create_fixture *f, const char *isolation,
			    const char *argument, const char *line)
{
	const struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "argument.so"),
		.isolation = isolation,
		.argument = argument,
	};
	struct camipc_proxy *proxy = NULL;

	log_capture_begin();
	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 0);
	log_capture_expect(1, CAMIPC_LOG_WARNING, line);
	camipc_proxy_destroy(proxy);
}

static void test_argument(void **state)
{
	struct create_fixture *f = *state;
	char longest[CAMIPC_MAX_ARGUMENT_SIZE + 2];

	memset(longest, 'x', sizeof(longest));
	memcpy(longest + CAMIPC_MAX_ARGUMENT_SIZE - 4, "/end", 5);
	FOR_EACH_BACKEND(name) {
		expect_argument(f, name, NULL, "argument of 0000 bytes: ");
		expect_argument(f, name, "", "argument of 0000 bytes: ");
		expect_argument(f, name, "/lib/a.so",
				"argument of 0009 bytes: /lib/a.so");
		/* A path need not be UTF-8; the log escapes the byte. */
		expect_argument(f, name, "/lib/\xff.so",
				"argument of 0009 bytes: /lib/\\xFF.so");
		expect_argument(f, name, longest,
				"argument of 4096 bytes: xxxxxxxxxxxx/end");
	}
}

/** An argument that a module does not take is no argument to drop. */
static void test_argument_is_refused(void **state)
{
	struct create_fixture *f = *state;
	struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "plain.so"),
		.argument = "/lib/a.so",
	};
	struct camipc_proxy *proxy = NULL;

	FOR_EACH_BACKEND(name) {
		match.isolation = name;
		log_capture_begin();
		assert_int_equal(camipc_proxy_create(f->manager, &match,
						     &plain_client, NULL, NULL,
						     &proxy),
				 -EINVAL);
		log_capture_expect(1, CAMIPC_LOG_ERROR,
				   "plain.so: the module takes no argument, "
				   "but the pipeline gave one: '/lib/a.so'");
		assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 1);
	}
	match.argument = "";
	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 0);
	camipc_proxy_destroy(proxy);
}

/** Modules with other arguments are other modules to readers of the log. */
static void test_argument_is_in_the_name(void **state)
{
	struct create_fixture *f = *state;

	FOR_EACH_BACKEND(name) {
		const char *line = strcmp(name, "process") == 0
					   ? "plain.a_1.so: worker "
					   : "plain.a_1.so: argument of";
		const enum camipc_log_level level =
			strcmp(name, "process") == 0 ? CAMIPC_LOG_INFO
						     : CAMIPC_LOG_WARNING;

		expect_argument(f, name, "/lib/a:1.so", "/lib/a:1.so");
		log_capture_expect(1, level, line);
		expect_argument(f, name, "", "argument of 0000");
		log_capture_expect(0, level, "plain.a_1.so");
	}
}

static void test_argument_is_too_long(void **state)
{
	struct create_fixture *f = *state;
	char argument[CAMIPC_MAX_ARGUMENT_SIZE + 2];
	const struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "argument.so"),
		.argument = argument,
	};
	struct camipc_proxy *proxy = NULL;

	memset(argument, 'x', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 -EINVAL);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "argument of the module has 4097 bytes: at most "
			   "4096");
	assert_null(proxy);
}

/** What a module prints on stdout does not vanish: it is in the log, once, with
 *  the module's topic. */
static void test_printed_on_stdout(void **state)
{
	struct create_fixture *f = *state;
	const struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "prints.so"),
		.isolation = "process",
	};
	struct camipc_proxy *proxy = NULL;

	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 0);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	camipc_proxy_destroy(proxy);
	log_capture_expect(1, CAMIPC_LOG_WARNING, "] a line on stdout");
}

/** Creates a worker that prints the variable @name; expects @line. */
static void expect_variable(struct create_fixture *f, const char *name,
			    const char *line)
{
	static const char *const entries[] = { "CAMIPC_TEST_HANDED",
					       "CAMIPC_TEST_UNSET",
					       "CAMIPC_TEST_SET=by=the host",
					       "TZ=Nowhere/Else", NULL };
	const char *const workers[] = { f->worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.worker_environment = entries,
		.no_install_paths = true,
	};
	const struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "variable.so"),
		.isolation = "process",
		.argument = name,
	};
	struct camipc_manager *manager;
	struct camipc_proxy *proxy;

	log_capture_begin();
	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	assert_int_equal(camipc_proxy_create(manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 0);
	log_capture_expect(1, CAMIPC_LOG_WARNING, line);
	camipc_proxy_destroy(proxy);
	camipc_manager_destroy(manager);
}

static void test_environment(void **state)
{
	struct create_fixture *f = *state;

	assert_int_equal(setenv("CAMIPC_TEST_HANDED", "on", 1), 0);
	assert_int_equal(setenv("CAMIPC_TEST_SECRET", "no", 1), 0);
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	expect_variable(f, "CAMIPC_TEST_HANDED", "variable: on");
	expect_variable(f, "CAMIPC_TEST_UNSET", "variable: (unset)");
	expect_variable(f, "CAMIPC_TEST_SET", "variable: by=the host");
	expect_variable(f, "CAMIPC_TEST_SECRET", "variable: (unset)");
	expect_variable(f, "TZ", "variable: Nowhere/Else");
	/* Set for the worker's start, but not for the module's children. */
	expect_variable(f, "GLIBC_TUNABLES", "variable: (unset)");
	assert_int_equal(unsetenv("TZ"), 0);
}

/* A library with much static TLS, such as an allocator. */
static void test_static_tls(void **state)
{
	struct create_fixture *f = *state;
	const struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "static_tls.so"),
		.isolation = "process",
	};
	struct camipc_proxy *proxy;

	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 0);
	camipc_proxy_destroy(proxy);
}

static void test_no_module(void **state)
{
	struct create_fixture *f = *state;
	const char *path = test_path(f->folder, "absent.so");

	FOR_EACH_BACKEND(name)
		create_expect(f, name, path, -ENOENT, "absent.so: ");
	/* By a search, too. */
	FOR_EACH_BACKEND(name)
		create_expect(f, name, NULL, -ENOENT, "no module for");
}

static void test_truncated_module(void **state)
{
	struct create_fixture *f = *state;
	const char *path = test_path(f->folder, "cut.so");
	size_t size;
	char *data = test_file_read(test_path(MODULES_FOLDER, "plain.so"),
				    &size);
	const size_t sizes[] = { 0, 3, 4, 16, 63, 64, size / 2, size - 1 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		test_file_write(path, data, sizes[i], 0755);
		FOR_EACH_BACKEND(name)
			create_expect(f, name, path, -ENOEXEC, "cut.so: ");
	}
	free(data);
}

static void test_no_elf(void **state)
{
	struct create_fixture *f = *state;
	const char *path = test_path(f->folder, "text.so");

	test_file_write(path, "#!/bin/sh\nexit 0\n", 17, 0755);
	FOR_EACH_BACKEND(name) {
		create_expect(f, name, path, -ENOEXEC, "not an ELF file");
		create_expect(f, name, f->folder, -ENOEXEC,
			      "not a regular file");
		create_expect(f, name, "/dev/zero", -ENOEXEC,
			      "not a regular file");
		create_expect_variant(f, name, "no_note.so", -ENOEXEC,
				      "no IPA module");
	}
}

static void test_other_interface(void **state)
{
	struct create_fixture *f = *state;

	FOR_EACH_BACKEND(name) {
		create_expect_variant(f, name, "other.so", -EPROTOTYPE,
				      "the module implements ipa.other, the "
				      "pipeline needs ipa.plain");
		create_expect_variant(f, name, "skewed.so", -ESTALE,
				      "fingerprint 0000000000000001");
	}
}

/* What only shows once it is loaded: the worker's word, and its line. */
static void test_bad_entries(void **state)
{
	struct create_fixture *f = *state;

	FOR_EACH_BACKEND(name) {
		create_expect_variant(f, name, "no_entry.so", -ENOEXEC,
				      "exports no camipc_module_entry");
		create_expect_variant(f, name, "no_interface.so", -ENOEXEC,
				      "has no interface");
		create_expect_variant(f, name, "no_create.so", -ENOEXEC,
				      "lacks a function");
		create_expect_variant(f, name, "missing_op.so", -ENOEXEC,
				      "does not have the op poke");
		create_expect_variant(f, name, "broken_table.so", -ENOEXEC,
				      "broken table");
		create_expect_variant(f, name, "other_revision.so", -ESTALE,
				      "codegen revision");
		create_expect_variant(f, name, "disagrees.so", -ENOEXEC,
				      "different interfaces");
		create_expect_variant(f, name, "missing_symbol.so", -ENOEXEC,
				      "nobody_defines_this");
	}
}

/* Requirement 23: an error that names the module. */
static void test_create_fails(void **state)
{
	struct create_fixture *f = *state;

	FOR_EACH_BACKEND(name)
		create_expect_variant(f, name, "create_fails.so", -EREMOTEIO,
				      "create_fails.so: the module's create() "
				      "returned -ENODEV (no such device)");
}

/* Reported once and in the same way, wherever the module was to run. */
static void test_missing_library(void **state)
{
	struct create_fixture *f = *state;

	test_file_copy(test_path(MODULES_FOLDER, "needs.so"),
		       test_path(f->folder, "needs.so"), 0644);
	FOR_EACH_BACKEND(name)
		create_expect(f, name, test_path(f->folder, "needs.so"),
			      -ELIBACC,
			      "needs.so: needs the library "
			      "libcamipc-test-needed.so, which was not found");
}

static void test_worker_dies(void **state)
{
	struct create_fixture *f = *state;
	const char *path = test_path(f->folder, "worker.sh");
	const char *good = test_path(MODULES_FOLDER, "plain.so");

	create_expect_variant(f, "process", "load_crashes.so", -EPIPE,
			      "load_crashes.so");
	create_expect_variant(f, "process", "load_exits.so", -EPIPE,
			      "load_exits.so");
	create_expect_variant(f, "process", "create_crashes.so", -EPIPE,
			      "create_crashes.so");
	/* Programs that are no worker of ours. */
	test_file_write(path, "#!/bin/sh\nexit 0\n", 17, 0755);
	create_use_worker(f, path, false);
	create_expect(f, "process", good, -EPIPE, "plain: ");
	test_file_write(path, "#!/bin/sh\nkill -9 $$\n", 21, 0755);
	create_expect(f, "process", good, -EPIPE, "plain: ");
}

static void test_no_worker(void **state)
{
	struct create_fixture *f = *state;
	const char *good = test_path(MODULES_FOLDER, "plain.so");
	char path[TEST_PATH_SIZE];

	strcpy(path, test_path(f->folder, "worker"));
	assert_int_equal(unsetenv(CAMIPC_WORKER_PATH_VARIABLE), 0);
	create_use_worker(f, NULL, false);
	create_expect(f, "process", good, -ENOENT,
		      "cannot find the worker program in no folder");
	create_use_worker(f, path, false);
	create_expect(f, "process", good, -ENOENT, path);
	test_file_copy(f->worker, path, 0644);
	create_expect(f, "process", good, -EACCES, "worker");
	/* Executable, but nothing that can be executed. */
	test_file_write(path, "\177ELF broken", 11, 0755);
	create_expect(f, "process", good, -ENOEXEC, "worker");
}

/* Requirement 18: the only test that uses the variable. */
static void test_worker_by_variable(void **state)
{
	struct create_fixture *f = *state;
	struct camipc_proxy *proxy = NULL;
	char folder[2 * TEST_PATH_SIZE];

	snprintf(folder, sizeof(folder), ":/nowhere:%s", f->worker);
	*strrchr(folder, '/') = '\0';
	create_use_worker(f, NULL, false);
	assert_int_equal(setenv(CAMIPC_WORKER_PATH_VARIABLE, folder, 1), 0);
	assert_int_equal(create_good(f, "process", &proxy), 0);
	assert_int_equal(unsetenv(CAMIPC_WORKER_PATH_VARIABLE), 0);
	camipc_proxy_destroy(proxy);
}

/* Requirement 22: neither is an invalid proxy, and both are said. */
static void test_no_factory(void **state)
{
	struct create_fixture *f = *state;

	create_expect_variant(f, "vm", "plain.so", -ENOENT,
			      "unknown isolation \"vm\"");
	create_use_worker(f, f->worker, true);
	create_expect_variant(f, "thread", "plain.so", -EPERM,
			      "isolates every module");
}

/** Creates as somebody who is not root; returns what that returned. */
static int create_as_nobody(struct create_fixture *f, const char *isolation,
			    const char *path)
{
	const struct camipc_match match = {
		.path = path,
		.isolation = isolation,
	};
	struct camipc_proxy *proxy;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (getuid() == 0 && setresuid(65534, 65534, 65534) < 0)
			_exit(1);
		_exit(-camipc_proxy_create(f->manager, &match, &plain_client,
					   NULL, NULL, &proxy));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_unreadable(void **state)
{
	struct create_fixture *f = *state;
	const char *path = test_path(f->folder, "secret.so");

	test_file_copy(test_path(MODULES_FOLDER, "plain.so"), path, 0000);
	assert_int_equal(chmod(f->folder, 0755), 0);
	assert_int_equal(create_as_nobody(f, "thread", path), -EACCES);
	assert_int_equal(create_as_nobody(f, "process", path), -EACCES);
}

static int create_and_destroy(void *user)
{
	struct camipc_proxy *proxy;
	int ret;

	ret = create_good(user, "thread", &proxy);
	if (ret == 0)
		camipc_proxy_destroy(proxy);
	return ret;
}

/* No memory, at each allocation in turn; module references go back, too. */
static void test_no_memory(void **state)
{
	alloc_fail_each(create_and_destroy, *state, 0);
	assert_int_equal(camipc_module_count_references(), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, create_set_up, \
						create_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_good),
		T(test_argument),
		T(test_argument_is_refused),
		T(test_argument_is_in_the_name),
		T(test_argument_is_too_long),
		T(test_printed_on_stdout),
		T(test_no_module),
		T(test_truncated_module),
		T(test_no_elf),
		T(test_other_interface),
		T(test_bad_entries),
		T(test_create_fails),
		T(test_missing_library),
		T(test_environment),
		T(test_static_tls),
		T(test_worker_dies),
		T(test_no_worker),
		T(test_worker_by_variable),
		T(test_no_factory),
		T(test_unreadable),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
