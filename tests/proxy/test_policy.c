/* SPDX-License-Identifier: MIT */
/*
 * Tests policy files: what they decide, that the user's only tightens, and that
 * each mistake in them is refused with file, line and key: requirement 20.
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

#include "create_fixture.h"
#include "ipa_manager.h"
#include "load_files.h"
#include "log_capture.h"
#include "module_file.h"
#include "policy.h"
#include "policy_parse.h"
#include "signing_fixture.h"

/* A module that nobody else can change, and the paths of policies. */
static struct {
	struct create_fixture *create;
	char module[TEST_PATH_SIZE];
	char policies[TEST_PATH_SIZE];
	char user[TEST_PATH_SIZE];
	bool has_user;
	bool trusts; /* the host trusts the module's path */
	enum camipc_sandbox_mode sandbox; /* of the host */
	struct camipc_module_settings settings; /* of the last choice */
	struct camipc_module_found found;
} fixture;

static int set_up(void **state)
{
	struct create_fixture *f;

	create_set_up(state);
	f = *state;
	memset(&fixture, 0, sizeof(fixture));
	fixture.create = f;
	fixture.trusts = true;
	assert_int_equal(chmod(f->folder, 0755), 0);
	strcpy(fixture.module, test_path(f->folder, "m.so"));
	strcpy(fixture.policies, test_path(f->folder, "policy.d"));
	strcpy(fixture.user, test_path(f->folder, "user.yaml"));
	assert_int_equal(mkdir(fixture.policies, 0755), 0);
	test_file_copy(test_path(MODULES_FOLDER, "plain.so"), fixture.module,
		       0644);
	unsetenv("CAMIPC_ISOLATION");
	unsetenv("CAMIPC_SANDBOX");
	return 0;
}

static void write_text(const char *path, const char *text)
{
	test_file_write(path, text, strlen(text), 0644);
}

static void root_says(const char *text)
{
	write_text(test_path(fixture.policies, "10-test.yaml"), text);
}

static void user_says(const char *text)
{
	fixture.has_user = true;
	write_text(fixture.user, text);
}

static int make_manager(void)
{
	struct create_fixture *f = fixture.create;
	const char *const workers[] = { f->worker, NULL };
	const char *const trusted[] = { fixture.module, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.trusted_paths = fixture.trusts ? trusted : NULL,
		.policy_folder = fixture.policies,
		.user_policy = fixture.has_user ? fixture.user : NULL,
		.sandbox = fixture.sandbox,
		.no_install_paths = true,
	};

	camipc_manager_destroy(f->manager);
	f->manager = NULL;
	return camipc_manager_create(&options, &f->manager);
}

static int choose(const char *isolation)
{
	const struct camipc_match match = {
		.path = fixture.module,
		.isolation = isolation,
	};
	const struct camipc_proxy_factory *factory;
	struct camipc_module_file file;
	struct camipc_load_files loads;
	int ret;

	log_capture_begin();
	ret = camipc_manager_choose(fixture.create->manager, &match,
				    plain_client.descriptor, &fixture.found,
				    &file, &loads, &fixture.settings, &factory);
	camipc_load_files_close(&loads);
	camipc_module_file_close(&file);
	return ret;
}

/** Fails unless a manager with these policies says this of the module. */
static void says(const char *why)
{
	assert_int_equal(make_manager(), 0);
	assert_int_equal(choose(NULL), 0);
	if (strcmp(fixture.found.why, why) != 0)
		fail_msg("'%s' instead of '%s'", fixture.found.why, why);
}

static void refused(int error, const char *text)
{
	int ret;

	log_capture_begin();
	ret = make_manager();
	if (ret != error)
		fail_msg("%d instead of %d for '%s'", ret, error, text);
	log_capture_expect(1, CAMIPC_LOG_ERROR, text);
}

#define TRUSTED "in a thread: trusted by the host"
#define OTHERS "in a process: not on the trusted list; in the sandbox"

/* ---- matching ------------------------------------------------------------ */

static void nothing_said(void **state)
{
	(void)state;
	says(TRUSTED);
	root_says("");
	says(TRUSTED);
	root_says("---\nmodules: []\n");
	says(TRUSTED);
	assert_int_equal(unlink(test_path(fixture.policies, "10-test.yaml")), 0);
	assert_int_equal(rmdir(fixture.policies), 0);
	says(TRUSTED);
}

static void a_module_by_name_and_path(void **state)
{
	char text[TEST_PATH_SIZE + 128];

	(void)state;
	root_says("modules:\n- match: {name: plain}\n  backend: process\n");
	says("in a process: 10-test.yaml:2 isolates it; in the sandbox");
	root_says("modules:\n- match: {name: other}\n  backend: process\n");
	says(TRUSTED);
	root_says("modules:\n- backend: process\n");
	says("in a process: 10-test.yaml:2 isolates it; in the sandbox");
	snprintf(text, sizeof(text),
		 "modules:\n- match:\n    path: %s\n  backend: process\n",
		 fixture.create->folder);
	root_says(text);
	says("in a process: 10-test.yaml:2 isolates it; in the sandbox");
	snprintf(text, sizeof(text),
		 "modules:\n- match: {path: %s, name: other}\n"
		 "  backend: process\n",
		 fixture.module);
	root_says(text);
	says(TRUSTED);
	snprintf(text, sizeof(text),
		 "modules:\n- match: {path: %sx}\n  backend: process\n",
		 fixture.create->folder);
	root_says(text);
	says(TRUSTED);
}

/* Root's hash is an allow list, and a list of versions to isolate. */
static void a_module_by_hash(void **state)
{
	char hash[CAMIPC_HASH_TEXT_SIZE];
	char text[TEST_PATH_SIZE + 128];

	(void)state;
	signing_hash(fixture.module, hash);
	snprintf(text, sizeof(text),
		 "modules:\n- match: {sha256: %s}\n  backend: process\n", hash);
	root_says(text);
	says("in a process: 10-test.yaml:2 isolates it; in the sandbox");
	fixture.trusts = false;
	snprintf(text, sizeof(text),
		 "modules:\n- match: {sha256: %s}\n  backend: thread\n", hash);
	root_says(text);
	says("in a thread: its hash is in the policy 10-test.yaml:2");
	test_file_replace(test_path(MODULES_FOLDER, "evil.so"), fixture.module,
			  0644);
	says(OTHERS);
}

/* A name proves nothing; a path does if only root can change it. */
static void what_vouches(void **state)
{
	char text[TEST_PATH_SIZE + 128];

	(void)state;
	fixture.trusts = false;
	root_says("modules:\n- match: {name: plain}\n  backend: thread\n");
	says(OTHERS);
	snprintf(text, sizeof(text),
		 "modules:\n- match: {path: %s}\n  backend: thread\n",
		 fixture.module);
	root_says(text);
	if (geteuid() == 0) {
		says("in a thread: trusted by the policy 10-test.yaml:2");
		assert_int_equal(chmod(fixture.module, 0666), 0);
	}
	assert_int_equal(make_manager(), 0);
	assert_int_equal(choose(NULL), 0);
	assert_string_equal(fixture.found.isolation, "process");
	/* Nor can the user vouch. */
	root_says("");
	user_says(text);
	says(OTHERS);
}

static void later_rules_and_files_win(void **state)
{
	(void)state;
	root_says("modules:\n- backend: process\n- match: {name: plain}\n"
		  "  backend: thread\n");
	says(TRUSTED);
	write_text(test_path(fixture.policies, "9-last.yaml"),
		   "modules: [{backend: process}]\n");
	says("in a process: 9-last.yaml:1 isolates it; in the sandbox");
	write_text(test_path(fixture.policies, "99-other.yml"), "broken: [");
	write_text(test_path(fixture.policies, ".hidden.yaml"), "broken: [");
	says("in a process: 9-last.yaml:1 isolates it; in the sandbox");
}

static void a_thread_that_a_policy_refuses(void **state)
{
	(void)state;
	root_says("modules: [{backend: process}]\n");
	assert_int_equal(make_manager(), 0);
	assert_int_equal(choose("thread"), -EPERM);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "isolation \"thread\" refused: 10-test.yaml:1 "
			   "isolates it");
	assert_int_equal(choose("process"), 0);
}

/* ---- tightening ----------------------------------------------------------- */

static void a_user_can_isolate_only(void **state)
{
	(void)state;
	user_says("modules: [{backend: process}]\n");
	says("in a process: user.yaml:1 isolates it; in the sandbox");
	root_says("modules: [{backend: process}]\n");
	user_says("modules: [{backend: thread}]\n");
	says("in a process: 10-test.yaml:1 isolates it; in the sandbox");
}

static void the_sandbox_gets_stricter_only(void **state)
{
	static const char *const names[] = { NULL, "required", "best-effort",
					     "off" };
	static const struct {
		enum camipc_sandbox_mode root, user, variable, host, result;
	} rows[] = {
		{ 0, 0, 0, 0, 2 }, { 3, 0, 0, 0, 3 }, { 0, 3, 0, 0, 2 },
		{ 3, 2, 0, 0, 2 }, { 3, 0, 2, 0, 2 }, { 1, 3, 2, 0, 1 },
		{ 1, 0, 0, 3, 1 }, { 3, 0, 0, 2, 2 }, { 0, 0, 0, 3, 3 },
		{ 0, 1, 0, 3, 1 }, { 0, 0, 1, 3, 1 }, { 2, 3, 0, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128] = "";

		if (rows[i].root)
			snprintf(text, sizeof(text),
				 "modules: [{sandbox: %s}]\n",
				 names[rows[i].root]);
		root_says(text);
		text[0] = '\0';
		if (rows[i].user)
			snprintf(text, sizeof(text),
				 "modules: [{sandbox: %s}]\n",
				 names[rows[i].user]);
		user_says(text);
		unsetenv("CAMIPC_SANDBOX");
		if (rows[i].variable)
			setenv("CAMIPC_SANDBOX", names[rows[i].variable], 1);
		fixture.sandbox = rows[i].host;
		assert_int_equal(make_manager(), 0);
		assert_int_equal(choose("process"), 0);
		if (fixture.settings.sandbox != rows[i].result)
			fail_msg("row %zu: mode %d instead of %d", i,
				 fixture.settings.sandbox, rows[i].result);
	}
	unsetenv("CAMIPC_SANDBOX");
}

static void variables_tighten(void **state)
{
	(void)state;
	setenv("CAMIPC_ISOLATION", "process", 1);
	says("in a process: CAMIPC_ISOLATION isolates it; in the sandbox");
	setenv("CAMIPC_ISOLATION", "thread", 1);
	refused(-EINVAL, "CAMIPC_ISOLATION is 'thread': expected process");
	setenv("CAMIPC_ISOLATION", "", 1);
	setenv("CAMIPC_SANDBOX", "off", 1);
	refused(-EINVAL, "CAMIPC_SANDBOX is 'off': expected required or "
			 "best-effort");
	unsetenv("CAMIPC_ISOLATION");
	unsetenv("CAMIPC_SANDBOX");
}

static void numbers_and_switches(void **state)
{
	const struct camipc_module_settings *s = &fixture.settings;

	(void)state;
	root_says("modules:\n"
		  "- grants: {memory_mib: 700, threads: 9, gpu: true}\n"
		  "  restart: {max: 5, window_ms: 10000, spare: true}\n"
		  "  transport: shm\n  queue: 32\n");
	assert_int_equal(make_manager(), 0);
	assert_int_equal(choose(NULL), 0);
	assert_int_equal(camipc_settings_memory(s), 700);
	assert_int_equal(camipc_settings_threads(s), 9);
	assert_int_equal(camipc_settings_queue(s), 32);
	assert_int_equal(camipc_settings_transport(s), CAMIPC_TRANSPORT_SHM);
	assert_int_equal(camipc_settings_restart(s).max, 5);
	assert_int_equal(camipc_settings_restart(s).window_ms, 10000);
	assert_true(camipc_settings_restart(s).spare);
	user_says("modules:\n"
		  "- grants: {memory_mib: 800, threads: 3}\n"
		  "  restart: {max: 2, window_ms: 5, spare: false}\n"
		  "  transport: socket\n  queue: 64\n");
	assert_int_equal(make_manager(), 0);
	assert_int_equal(choose(NULL), 0);
	assert_int_equal(camipc_settings_memory(s), 700);
	assert_int_equal(camipc_settings_threads(s), 3);
	assert_int_equal(camipc_settings_queue(s), 32);
	assert_int_equal(camipc_settings_transport(s),
			 CAMIPC_TRANSPORT_SOCKET);
	assert_int_equal(camipc_settings_restart(s).max, 2);
	assert_int_equal(camipc_settings_restart(s).window_ms, 10000);
	assert_false(camipc_settings_restart(s).spare);
	/* Without root's, there is nothing that could be less. */
	root_says("");
	user_says("modules:\n- restart: {max: 2, window_ms: 5}\n"
		  "  transport: shm\n");
	assert_int_equal(make_manager(), 0);
	assert_int_equal(choose(NULL), 0);
	assert_false(camipc_settings_restart(s).is_set);
	assert_int_equal(camipc_settings_transport(s), CAMIPC_TRANSPORT_DEFAULT);
}

/* ---- mistakes ------------------------------------------------------------- */

static void every_mistake_is_named(void **state)
{
	static const struct {
		const char *text;
		const char *log;
	} rows[] = {
		{ "module: []\n",
		  "10-test.yaml:1: the file has the unknown key 'module'; "
		  "known: modules" },
		{ "modules: []\nmodules: []\n",
		  "10-test.yaml:2: the file has the key modules twice" },
		{ "- a\n", "10-test.yaml:1: the file: expected keys" },
		{ "text\n", "10-test.yaml:1: the file: expected keys" },
		{ "modules: {}\n", ":1: modules: expected a list" },
		{ "modules: x\n", ":1: modules: expected a list" },
		{ "modules:\n- x\n",
		  ":2: an entry of modules: expected keys with values" },
		{ "modules:\n- backend: fast\n",
		  ":2: backend is 'fast': expected thread or process" },
		{ "modules:\n- backend: [thread]\n",
		  ":2: backend is 'not a text'" },
		{ "modules:\n- sandbox: none\n",
		  ":2: sandbox is 'none': expected required or best-effort or "
		  "off" },
		{ "modules:\n- backned: thread\n",
		  ":2: an entry of modules has the unknown key 'backned'" },
		{ "modules:\n- match: {nmae: x}\n",
		  ":2: match has the unknown key 'nmae'; known: name, path, "
		  "sha256, key" },
		{ "modules:\n- match: x\n", ":2: match: expected keys" },
		{ "modules:\n- match: {name: []}\n", ":2: name: expected a" },
		{ "modules:\n- match: {name: ''}\n", ":2: name: expected a" },
		{ "modules:\n- match: {path: lib/x.so}\n",
		  ":2: path is 'lib/x.so': expected an absolute path" },
		{ "modules:\n- match: {sha256: 12}\n",
		  ":2: sha256 is '12': expected 64 hex digits" },
		{ "modules:\n- match:\n    key: zz\n",
		  ":3: key is 'zz': expected 32 hex digits" },
		{ "modules:\n- grants: {wirte: []}\n",
		  ":2: grants has the unknown key 'wirte'; known: read" },
		{ "modules:\n- grants: {read: /x}\n", ":2: read: expected a" },
		{ "modules:\n- grants:\n    read:\n    - /x\n    - y\n",
		  ":5: read has 'y': expected absolute paths" },
		{ "modules:\n- grants: {devices: [[]]}\n",
		  ":2: devices: expected a list of texts" },
		{ "modules:\n- grants: {gpu: 1}\n",
		  ":2: gpu is '1': expected true or false" },
		{ "modules:\n- grants: {memory_mib: 0}\n",
		  ":2: memory_mib is '0': expected 1 to " },
		{ "modules:\n- grants: {memory_mib: 99999999999999999999}\n",
		  ":2: memory_mib is '99" },
		{ "modules:\n- grants: {threads: -1}\n",
		  ":2: threads is '-1': expected 1 to " },
		{ "modules:\n- grants: {threads: 0x10}\n",
		  ":2: threads is '0x10'" },
		{ "modules:\n- environment: [LD_PRELOAD=x]\n",
		  ":2: environment: 'LD_PRELOAD=x' cannot be handed" },
		{ "modules:\n- environment: [=x]\n",
		  ":2: environment: '=x' cannot be handed" },
		{ "modules:\n- environment: {A: b}\n",
		  ":2: environment: expected a list" },
		{ "modules:\n- restart: {max: 3}\n",
		  ":2: restart: window_ms is missing" },
		{ "modules:\n- restart: 3\n", ":2: restart: expected keys" },
		{ "modules:\n- restart: {max: x}\n", ":2: max is 'x'" },
		{ "modules:\n- transport: pipe\n",
		  ":2: transport is 'pipe': expected socket or shm" },
		{ "modules:\n- queue: 0\n", ":2: queue is '0': expected 1 to " },
		{ "modules:\n- queue: 65\n", ":2: queue is '65'" },
		{ "modules: [\n", "10-test.yaml:2: broken YAML: " },
		{ "modules:\n\t- x\n", "10-test.yaml:2: broken YAML: " },
		{ "modules: []\n---\nmodules: []\n",
		  "10-test.yaml:3: expected the end of the file" },
		{ "? [a]\n: b\n", ":1: the file has a key that is no text" },
		{ "modules:\n- backend: *x\n", "10-test.yaml:2: broken YAML: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		root_says(rows[i].text);
		refused(-EINVAL, rows[i].log);
	}
	/* The user's file is held to the same. */
	root_says("");
	user_says("modules:\n- backned: thread\n");
	refused(-EINVAL, "user.yaml:2: an entry of modules has the unknown key");
}

static void files_that_are_no_policies(void **state)
{
	const char *path = test_path(fixture.policies, "10-test.yaml");

	(void)state;
	root_says("modules: []\n");
	assert_int_equal(chmod(path, 0666), 0);
	refused(-EPERM, "10-test.yaml: others can write to this file");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(fixture.policies, 0777), 0);
	refused(-EPERM, "others can write to this folder");
	assert_int_equal(chmod(fixture.policies, 0755), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	refused(-EINVAL, "10-test.yaml: not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("nowhere", path), 0);
	refused(-ENOENT, "no such file");
	assert_int_equal(unlink(path), 0);
	{
		static char large[CAMIPC_MAX_POLICY_SIZE];

		memset(large, '#', sizeof(large));
		test_file_write(path, large, sizeof(large), 0644);
		refused(-EINVAL, "10-test.yaml: has 64 KiB or more");
		large[sizeof(large) - 1] = '\0';
		test_file_write(path, large, sizeof(large) - 1, 0644);
		says(TRUSTED);
	}
	fixture.has_user = true; /* and is not there */
	refused(-ENOENT, "user.yaml: no such file");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, create_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nothing_said),
		T(a_module_by_name_and_path),
		T(a_module_by_hash),
		T(what_vouches),
		T(later_rules_and_files_win),
		T(a_thread_that_a_policy_refuses),
		T(a_user_can_isolate_only),
		T(the_sandbox_gets_stricter_only),
		T(variables_tighten),
		T(numbers_and_switches),
		T(every_mistake_is_named),
		T(files_that_are_no_policies),
	};

	if (!camipc_crypto_is_built_in() || !camipc_policy_can_parse()) {
		printf("skipped: built without libcrypto or libyaml\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
