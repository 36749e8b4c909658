/* SPDX-License-Identifier: MIT */
/*
 * Tests the files that a module loads by itself: opened and judged before it
 * runs, handed over, and named in logs and crash reports. Threat 53.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/manager.h>

#include "create_fixture.h"
#include "log_capture.h"
#include "under_valgrind.h"

#define MODULE test_path(MODULES_FOLDER, "loads.so")
#define CRASHES test_path(MODULES_FOLDER, "crashes.so")
#define BUILD_ID "0123456789abcdef"

static const char *const isolations[] = { "thread", "process", "loopback" };

static int create(struct create_fixture *f, const char *isolation,
		  const char *argument, struct camipc_proxy **ret_proxy)
{
	char path[TEST_PATH_SIZE];
	const struct camipc_match match = {
		.path = path,
		.isolation = isolation,
		.argument = argument,
	};

	strcpy(path, MODULE);
	log_capture_begin();
	return camipc_proxy_create(f->manager, &match, &plain_client, NULL,
				   NULL, ret_proxy);
}

static void expect_refused(struct create_fixture *f, const char *isolation,
			   const char *argument, int error, const char *line)
{
	struct camipc_proxy *proxy = NULL;
	int ret = create(f, isolation, argument, &proxy);

	if (ret != error)
		fail_msg("%s, '%s': got %d, expected %d", isolation,
			 argument ? argument : "", ret, error);
	log_capture_expect(1, CAMIPC_LOG_ERROR, line);
	assert_int_equal(log_capture_count(CAMIPC_LOG_WARNING, "loaded"), 0);
}

static void loads_what_the_argument_names(void **state)
{
	struct create_fixture *f = *state;
	char loaded[TEST_PATH_SIZE + 32];

	snprintf(loaded, sizeof(loaded), "loaded %s", NEEDED);
	for (size_t i = 0; i < 3; i++) {
		struct camipc_proxy *proxy;

		assert_int_equal(create(f, isolations[i], NEEDED, &proxy), 0);
		log_capture_expect(1, CAMIPC_LOG_WARNING, loaded);
		assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
		camipc_proxy_destroy(proxy);
	}
	/* The log has its build id: a known one. */
	{
		struct camipc_proxy *proxy;

		assert_int_equal(create(f, "process", CRASHES, &proxy), 0);
		log_capture_expect(1, CAMIPC_LOG_INFO,
				   "crashes.so, build id " BUILD_ID);
		camipc_proxy_destroy(proxy);
	}
}

static void refuses_what_it_cannot_open(void **state)
{
	struct create_fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		const char *how = isolations[i];

		expect_refused(f, how, "", -EINVAL,
			       "loads.so: it loads the file that its argument "
			       "names: expected an absolute path, not ''");
		expect_refused(f, how, NULL, -EINVAL, "not ''");
		expect_refused(f, how, "needed.so", -EINVAL, "not 'needed.so'");
		expect_refused(f, how, "/nowhere/x.so", -ENOENT,
			       "loads.so: it loads /nowhere/x.so: cannot be "
			       "opened: no such file or directory");
		expect_refused(f, how, "/dev/null", -ENOEXEC,
			       "it loads /dev/null: not a regular file");
	}
	create_expect_variant(f, NULL, "loads_missing.so", -ENOENT,
			      "loads_missing.so: it loads /nowhere/x.so");
}

/* The manager for a module and a copy of the file in a folder of this mode. */
static void use_folder(struct create_fixture *f, mode_t mode, char *copy,
		       bool trust_copy)
{
	char module[TEST_PATH_SIZE];
	const char *const trusted[] = { module, trust_copy ? copy : NULL,
					NULL };
	const char *const workers[] = { f->worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.trusted_paths = trusted,
		.worker_paths = workers,
		.no_install_paths = true,
	};

	strcpy(module, MODULE);
	/* A worker may run as another user, and then go by the descriptor. */
	assert_int_equal(chmod(f->folder, 0755), 0);
	mkdir(test_path(f->folder, "own"), 0755);
	strcpy(copy, test_path(f->folder, "own/copy.so"));
	/* Not into a file that this process has mapped. */
	unlink(copy);
	test_file_copy(NEEDED, copy, 0644);
	assert_int_equal(chmod(test_path(f->folder, "own"), mode), 0);
	camipc_manager_destroy(f->manager);
	assert_int_equal(camipc_manager_create(&options, &f->manager), 0);
}

static void expect_runs_in(struct create_fixture *f, const char *argument,
			   const char *isolation, const char *why)
{
	struct camipc_proxy *proxy;

	assert_int_equal(create(f, NULL, argument, &proxy), 0);
	log_capture_expect(1, CAMIPC_LOG_INFO, why);
	assert_string_equal(camipc_proxy_get_isolation(proxy), isolation);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	camipc_proxy_destroy(proxy);
}

/* A trusted module is one only as long as all that it loads is trusted. */
static void trusts_all_or_none(void **state)
{
	struct create_fixture *f = *state;
	char copy[TEST_PATH_SIZE];
	struct camipc_proxy *proxy = NULL;

	use_folder(f, 0755, copy, true);
	expect_runs_in(f, copy, "thread", "in a thread: trusted by the host");
	use_folder(f, 0755, copy, false);
	expect_runs_in(f, copy, "process",
		       "in a process: it loads copy.so: not on the trusted "
		       "list");
	/* Others can change it: not here, even if the pipeline wants it. */
	use_folder(f, 0777, copy, true);
	expect_runs_in(f, copy, "process", "in a process: it loads copy.so: ");
	assert_int_equal(create(f, "thread", copy, &proxy), -EPERM);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "cannot run in this process: others can change the "
			   "path of ");
	assert_int_equal(create(f, "process", copy, &proxy), 0);
	log_capture_expect(1, CAMIPC_LOG_WARNING, "loaded /proc/self/fd/");
	camipc_proxy_destroy(proxy);
	assert_int_equal(chmod(test_path(f->folder, "own"), 0755), 0);
}

static struct {
	char path[TEST_PATH_SIZE];
	char other[TEST_PATH_SIZE];
	const char *when; /* in the line of the log that triggers it */
	bool done;
	char text[512];
} exchange;

/* Replaces the file at a line of the log. */
static void exchange_it(void *user, enum camipc_log_level level,
			const char *topic, const char *text)
{
	(void)user;
	(void)topic;
	if (level == CAMIPC_LOG_ERROR)
		snprintf(exchange.text, sizeof(exchange.text), "%s", text);
	if (exchange.done || !strstr(text, exchange.when))
		return;
	exchange.done = true;
	assert_int_equal(rename(exchange.other, exchange.path), 0);
}

static void replace(struct create_fixture *f, const char *isolation,
		    const char *when)
{
	char path[TEST_PATH_SIZE];
	const struct camipc_match match = {
		.path = path,
		.isolation = isolation,
		.argument = exchange.path,
	};
	struct camipc_proxy *proxy = NULL;

	strcpy(path, MODULE);
	memset(&exchange, 0, sizeof(exchange));
	exchange.when = when;
	use_folder(f, 0755, exchange.path, true);
	strcpy(exchange.other, test_path(f->folder, "own/other.so"));
	test_file_copy(NEEDED, exchange.other, 0644);
	camipc_log_set(exchange_it, NULL, CAMIPC_LOG_INFO);
	assert_int_equal(camipc_proxy_create(f->manager, &match, &plain_client,
					     NULL, NULL, &proxy),
			 -ESTALE);
	assert_true(exchange.done);
	if (!strstr(exchange.text, "copy.so was replaced"))
		fail_msg("%s: %s", isolation, exchange.text);
	log_capture_begin();
}

/* Once the manager has decided about the file, and while create() runs, which
 * another process does not wait for. */
static void notices_what_was_replaced(void **state)
{
	for (size_t i = 0; i < 3; i++)
		replace(*state, isolations[i], " loads ");
	replace(*state, "thread", ": loaded ");
	replace(*state, "loopback", ": loaded ");
}

static struct {
	unsigned int n;
	char module[TEST_PATH_SIZE];
	char build_id[80];
} closed;

static void keep_frame(const void *events, void *user,
		       const struct camipc_closed_info *info)
{
	(void)events;
	(void)user;
	closed.n++;
	if (!info->n_frames || !info->frames[0].module)
		return;
	snprintf(closed.module, sizeof(closed.module), "%s",
		 info->frames[0].module);
	snprintf(closed.build_id, sizeof(closed.build_id), "%s",
		 info->frames[0].build_id);
}

/* By its own path, also where it was loaded by its descriptor. */
static void crashes_name_the_file_and_its_build(void **state)
{
	struct create_fixture *f = *state;
	static const mode_t modes[] = { 0755, 0777 };

	/* A worker that crashes leaves its files open, which counts there. */
	SKIP_UNDER_VALGRIND();
	for (size_t i = 0; i < 2; i++) {
		struct camipc_client client = plain_client;
		char copy[TEST_PATH_SIZE];
		struct camipc_match match = { .isolation = "process" };
		struct camipc_proxy *proxy;

		memset(&closed, 0, sizeof(closed));
		client.invoke_closed = keep_frame;
		use_folder(f, 0755, copy, true);
		unlink(copy);
		test_file_copy(CRASHES, copy, 0644);
		assert_int_equal(chmod(test_path(f->folder, "own"), modes[i]),
				 0);
		match.path = MODULE;
		match.argument = copy;
		assert_int_equal(camipc_proxy_create(f->manager, &match,
						     &client, &closed, NULL,
						     &proxy),
				 0);
		assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL),
				 -EPIPE);
		while (!closed.n)
			(void)!camipc_proxy_dispatch(proxy);
		camipc_proxy_destroy(proxy);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		assert_string_equal(closed.module, copy);
		assert_string_equal(closed.build_id, BUILD_ID);
#endif
		assert_int_equal(chmod(test_path(f->folder, "own"), 0755), 0);
	}
}

#define LOADS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, create_set_up, create_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOADS_TEST(loads_what_the_argument_names),
		LOADS_TEST(refuses_what_it_cannot_open),
		LOADS_TEST(trusts_all_or_none),
		LOADS_TEST(notices_what_was_replaced),
		LOADS_TEST(crashes_name_the_file_and_its_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
