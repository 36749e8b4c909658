/* SPDX-License-Identifier: MIT */
/*
 * Tests modules that are trusted by a signature or a hash, from the file to the
 * running IPA: who is believed, what is loaded, and what the log says: requirement
 * 20 and threat 53.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "create_fixture.h"
#include "log_capture.h"
#include "module_info.h"
#include "module_libraries.h"
#include "signing_fixture.h"
#include "under_valgrind.h"

#define MARK "CAMIPC_TEST_EVIL"

/* A folder that everybody may write to, with a module; a folder of keys. */
struct signed_fixture {
	struct create_fixture *create;
	struct signing_key key;
	struct signing_key other;
	char module[TEST_PATH_SIZE];
	char keys[TEST_PATH_SIZE];
};

static struct signed_fixture fixture;

/* Set by tests: /proc is not to be seen. */
static bool without_proc;

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);

int __wrap_access(const char *path, int mode)
{
	if (without_proc && strncmp(path, "/proc/", 6) == 0) {
		errno = ENOENT;
		return -1;
	}
	return __real_access(path, mode);
}

static int set_up(void **state)
{
	struct create_fixture *f;

	create_set_up(state);
	f = *state;
	fixture.create = f;
	without_proc = false;
	signing_key_make(&fixture.key);
	signing_key_make(&fixture.other);
	assert_int_equal(mkdir(test_path(f->folder, "open"), 0755), 0);
	assert_int_equal(chmod(test_path(f->folder, "open"), 0777), 0);
	assert_int_equal(chmod(f->folder, 0755), 0);
	strcpy(fixture.module, test_path(f->folder, "open/m.so"));
	strcpy(fixture.keys, test_path(f->folder, "keys"));
	assert_int_equal(mkdir(fixture.keys, 0755), 0);
	test_file_copy(test_path(MODULES_FOLDER, "plain.so"), fixture.module,
		       0644);
	unsetenv(MARK);
	return 0;
}

static int make_manager(const struct camipc_manager_options *wanted)
{
	struct create_fixture *f = fixture.create;
	const char *const workers[] = { f->worker, NULL };
	struct camipc_manager_options options = *wanted;

	options.size = sizeof(options);
	options.worker_paths = workers;
	options.no_install_paths = true;
	camipc_manager_destroy(f->manager);
	f->manager = NULL;
	return camipc_manager_create(&options, &f->manager);
}

/** A manager that trusts @key, as the API has it. */
static void trust_key(const struct signing_key *key)
{
	const char *const lines[] = { key->line, NULL };
	const struct camipc_manager_options options = { .trusted_keys = lines };

	assert_int_equal(make_manager(&options), 0);
}

/** A manager that looks for keys in the folder. */
static int use_folder(void)
{
	const struct camipc_manager_options options = {
		.keys_folder = fixture.keys,
	};

	return make_manager(&options);
}

static int create(const char *isolation, struct camipc_proxy **ret_proxy)
{
	const struct camipc_match match = {
		.path = fixture.module,
		.isolation = isolation,
	};

	return camipc_proxy_create(fixture.create->manager, &match,
				   &plain_client, NULL, NULL, ret_proxy);
}

/** Creates an IPA and fails unless it runs there, works, and the log says why. */
static void runs_in(const char *isolation, const char *why)
{
	struct camipc_proxy *proxy;

	log_capture_begin();
	assert_int_equal(create(NULL, &proxy), 0);
	log_capture_expect(1, CAMIPC_LOG_INFO, why);
	assert_string_equal(camipc_proxy_get_isolation(proxy), isolation);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	camipc_proxy_destroy(proxy);
}

static char *signed_by(const struct signing_key *key)
{
	static char text[128];

	snprintf(text, sizeof(text), "in a thread: signed by key %s", key->id);
	return text;
}

/* ---- who is believed ------------------------------------------------------ */

static void a_signature_of_a_known_key(void **state)
{
	(void)state;
	trust_key(&fixture.key);
	runs_in("process", "in a process: not on the trusted list");
	signing_sign_with(fixture.module, &fixture.other);
	runs_in("process", "in a process: signed by the unknown key ");
	signing_sign_with(fixture.module, &fixture.key);
	runs_in("thread", signed_by(&fixture.key));
	assert_int_equal(chmod(fixture.module, 0666), 0);
	runs_in("thread", signed_by(&fixture.key));
}

static void a_signature_of_another_content(void **state)
{
	(void)state;
	trust_key(&fixture.key);
	signing_sign_with(fixture.module, &fixture.key);
	test_file_replace(test_path(MODULES_FOLDER, "evil.so"), fixture.module,
			  0644);
	runs_in("process", "in a process: changed after key ");
	assert_null(getenv(MARK));
}

static void keys_of_a_folder(void **state)
{
	const struct signing_key *const both[] = { &fixture.key,
						   &fixture.other };

	(void)state;
	signing_key_write(&fixture.key, test_path(fixture.keys, "a.pub"));
	signing_key_write(&fixture.other, test_path(fixture.keys, "b.pub"));
	test_file_write(test_path(fixture.keys, "README"), "x", 1, 0644);
	assert_int_equal(use_folder(), 0);
	signing_sign_with(fixture.module, &fixture.other);
	runs_in("thread", signed_by(&fixture.other));
	signing_sign(fixture.module, both, 2);
	runs_in("thread", signed_by(&fixture.key));
}

/* A key that is revoked in the folder is not believed, even if it is listed. */
static void a_revoked_key(void **state)
{
	const struct signing_key *const both[] = { &fixture.key,
						   &fixture.other };
	const char *const lines[] = { fixture.key.line, fixture.other.line,
				      NULL };
	const struct camipc_manager_options options = {
		.trusted_keys = lines,
		.keys_folder = fixture.keys,
	};

	(void)state;
	signing_key_write(&fixture.key, test_path(fixture.keys, "a.pub"));
	signing_key_write(&fixture.key, test_path(fixture.keys, "a.revoked"));
	assert_int_equal(make_manager(&options), 0);
	signing_sign_with(fixture.module, &fixture.key);
	runs_in("process", "in a process: signed by the revoked key ");
	/* A key that took its place counts. */
	signing_sign(fixture.module, both, 2);
	runs_in("thread", signed_by(&fixture.other));
}

static void a_hash_of_file_or_content(void **state)
{
	static char file_hash[CAMIPC_HASH_TEXT_SIZE];
	char content_hash[CAMIPC_HASH_TEXT_SIZE];
	const char *hashes[] = { NULL, NULL };
	const struct camipc_manager_options options = {
		.trusted_hashes = hashes,
	};
	struct camipc_hash *hash;
	uint8_t digest[CAMIPC_HASH_SIZE];
	size_t size;
	void *bytes = test_file_read(fixture.module, &size);

	(void)state;
	assert_int_equal(camipc_hash_begin(&hash), 0);
	camipc_hash_add(hash, bytes, size);
	assert_int_equal(camipc_hash_end(hash, digest), 0);
	free(bytes);
	camipc_hex_write(digest, sizeof(digest), file_hash);
	signing_hash(fixture.module, content_hash);
	hashes[0] = file_hash;
	assert_int_equal(make_manager(&options), 0);
	runs_in("thread", "in a thread: its hash is on a trusted list");
	/* What strip changes belongs to the file, and not to the content. */
	test_file_copy(STRIPPED_MODULE, fixture.module, 0644);
	runs_in("process", "in a process: not on the trusted list");
	hashes[0] = content_hash;
	assert_int_equal(make_manager(&options), 0);
	runs_in("thread", "in a thread: its hash is on a trusted list");
	test_file_replace(test_path(MODULES_FOLDER, "evil.so"), fixture.module,
			  0644);
	runs_in("process", "in a process: not on the trusted list");
}

/* ---- what is loaded ------------------------------------------------------- */

/* The worker gets the copy that was judged, in the whole sandbox. */
static void a_process_gets_the_copy(void **state)
{
	const char *const lines[] = { fixture.key.line, NULL };
	const struct camipc_manager_options options = {
		.trusted_keys = lines,
		.isolate_all = true,
	};
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };
	struct camipc_proxy *proxy;

	(void)state;
	signing_sign_with(fixture.module, &fixture.key);
	assert_int_equal(make_manager(&options), 0);
	assert_int_equal(create(NULL, &proxy), 0);
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "in a process: the host isolates every module");
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	assert_int_equal(camipc_proxy_get_sandbox(proxy, &sandbox), 0);
	for (int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++)
		assert_int_equal(sandbox.layers[i].error, 0);
	camipc_proxy_destroy(proxy);
}

/* The same content is loaded once, whatever the file is called. */
static void one_module_for_each_content(void **state)
{
	struct camipc_proxy *first;
	struct camipc_proxy *second;

	(void)state;
	trust_key(&fixture.key);
	signing_sign_with(fixture.module, &fixture.key);
	assert_int_equal(create(NULL, &first), 0);
	log_capture_expect(1, CAMIPC_LOG_INFO, signed_by(&fixture.key));
	log_capture_begin();
	test_file_copy(STRIPPED_MODULE, fixture.module, 0644);
	assert_int_equal(create(NULL, &second), 0);
	log_capture_expect(1, CAMIPC_LOG_INFO, signed_by(&fixture.key));
	log_capture_expect(0, CAMIPC_LOG_DEBUG, ": loaded plain ");
	camipc_proxy_destroy(first);
	camipc_proxy_destroy(second);
}

/* Nothing can lie beside a copy. */
static void libraries_beside_it(void **state)
{
	static const char *const isolations[] = { NULL, "thread", "process" };

	(void)state;
	trust_key(&fixture.key);
	test_file_copy(test_path(MODULES_FOLDER, "needs.so"), fixture.module,
		       0644);
	signing_sign_with(fixture.module, &fixture.key);
	test_file_copy(NEEDED, test_path(fixture.create->folder,
					 "open/libcamipc-test-needed.so"),
		       0644);
	for (size_t i = 0; i < 3; i++) {
		create_expect(fixture.create, isolations[i], fixture.module,
			      -ELIBACC,
			      "libcamipc-test-needed.so, which was not found; "
			      "$ORIGIN folders are not searched, because a "
			      "sealed copy is loaded");
	}
}

/* A signature does not vouch for what others put into a library folder. */
static void library_folders_of_others(void **state)
{
	static const struct {
		const char *name;
		const char *why;
	} rows[] = {
		{ "rpath_open.so", "it finds libraries in '/tmp': " },
		{ "rpath_missing.so", "it finds libraries in '/tmp/camipc-" },
		{ "rpath_relative.so", "it finds libraries in 'lib': the path "
				       "is relative" },
		{ "rpath_variable.so", "it finds libraries in "
				       "'/usr/$LIB/x': it has a variable" },
		{ "rpath_origin.so", "it finds libraries in "
				     "'/tmp/camipc-test-no-folder': " },
	};

	(void)state;
	trust_key(&fixture.key);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[128];

		test_file_replace(test_path(MODULES_FOLDER, rows[i].name),
				  fixture.module, 0644);
		signing_sign_with(fixture.module, &fixture.key);
		snprintf(why, sizeof(why), "in a process: %s", rows[i].why);
		runs_in("process", why);
	}
	test_file_replace(test_path(MODULES_FOLDER, "rpath_root.so"),
			  fixture.module, 0644);
	signing_sign_with(fixture.module, &fixture.key);
	runs_in("thread", signed_by(&fixture.key));
}

static void without_proc_a_process(void **state)
{
	(void)state;
	trust_key(&fixture.key);
	signing_sign_with(fixture.module, &fixture.key);
	without_proc = true;
	runs_in("process", "in a process: without /proc, a module cannot be "
			   "trusted by its hash or signature");
}

/* ---- what is refused ------------------------------------------------------ */

static void expect_no_manager(int ret, int error, const char *text)
{
	assert_int_equal(ret, error);
	log_capture_expect(1, CAMIPC_LOG_ERROR, text);
	log_capture_begin();
}

static void broken_keys(void **state)
{
	const char *lines[] = { fixture.key.line, "ed25519 12", NULL };
	const char *hashes[] = { "12", NULL };
	const struct camipc_manager_options keys = { .trusted_keys = lines };
	const struct camipc_manager_options hash = {
		.trusted_hashes = hashes,
	};

	(void)state;
	expect_no_manager(make_manager(&keys), -EINVAL,
			  "trusted_keys: 'ed25519 12': expected 'ed25519 KEY'");
	expect_no_manager(make_manager(&hash), -EINVAL,
			  "trusted_hashes: '12': expected a SHA-256");
	test_file_write(test_path(fixture.keys, "x.pub"), "hello\n", 6, 0644);
	expect_no_manager(use_folder(), -EINVAL,
			  "keys/x.pub: line 1: expected 'camipc-public-key 1'");
	unlink(test_path(fixture.keys, "x.pub"));
	test_file_write(test_path(fixture.keys, "x.revoked"), "", 0, 0644);
	expect_no_manager(use_folder(), -EINVAL, "keys/x.revoked: line 1");
	unlink(test_path(fixture.keys, "x.revoked"));
	assert_int_equal(symlink("nowhere", test_path(fixture.keys, "y.pub")),
			 0);
	expect_no_manager(use_folder(), -ENOENT, "keys");
}

static void keys_that_others_can_change(void **state)
{
	(void)state;
	signing_key_write(&fixture.key, test_path(fixture.keys, "a.pub"));
	assert_int_equal(chmod(test_path(fixture.keys, "a.pub"), 0666), 0);
	expect_no_manager(use_folder(), -EPERM,
			  "keys/a.pub: others can write to this file");
	assert_int_equal(chmod(test_path(fixture.keys, "a.pub"), 0644), 0);
	assert_int_equal(chmod(fixture.keys, 0777), 0);
	expect_no_manager(use_folder(), -EPERM, "others can write to this");
	assert_int_equal(chmod(fixture.keys, 0755), 0);
	assert_int_equal(use_folder(), 0);
}

static void a_missing_folder_has_no_keys(void **state)
{
	(void)state;
	assert_int_equal(rmdir(fixture.keys), 0);
	assert_int_equal(use_folder(), 0);
	signing_sign_with(fixture.module, &fixture.key);
	runs_in("process", "in a process: not on the trusted list");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, create_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_signature_of_a_known_key),
		T(a_signature_of_another_content),
		T(keys_of_a_folder),
		T(a_revoked_key),
		T(a_hash_of_file_or_content),
		T(a_process_gets_the_copy),
		T(one_module_for_each_content),
		T(libraries_beside_it),
		T(library_folders_of_others),
		T(without_proc_a_process),
		T(broken_keys),
		T(keys_that_others_can_change),
		T(a_missing_folder_has_no_keys),
	};

	if (!camipc_crypto_is_built_in()) {
		printf("skipped: built without libcrypto\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
