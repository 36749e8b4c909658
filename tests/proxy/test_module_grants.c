/* SPDX-License-Identifier: MIT */
/* Tests what of a manifest is granted to whom. Threat 46. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <camipc/log.h>

#include "log_capture.h"
#include "module_grants.h"
#include "module_info.h"

static struct camipc_module_grants grants;

/** What policies say; tests clear it. */
static struct camipc_module_settings settings;

static int decide_in(const char *text, bool trusted,
		     enum camipc_sandbox_mode mode)
{
	static struct camipc_manifest manifest;
	static char *paths[] = { "/usr/share/vendor", "/etc/one.yaml", "/opt/" };
	static char *devices[] = { "/dev/null", "/dev/dri", "/dev/none/" };
	static const char *const environment[] = { "GIVEN", "SET=1", NULL };
	const struct camipc_host_grants granted = {
		.read = { .paths = paths, .n = 3 },
		.devices = { .paths = devices, .n = 3 },
		.environment = environment,
	};
	static struct camipc_module_found found;
	char why[CAMIPC_MODULE_WHY_SIZE] = "";

	snprintf(found.path, sizeof(found.path), "/a.so");
	found.trusted = trusted;
	memset(&manifest, 0, sizeof(manifest));
	if (camipc_manifest_parse(text, &manifest, why) != 0)
		fail_msg("%s: %s", text, why);
	settings.sandbox = mode;
	return camipc_module_grants_make(&found, &manifest, &granted, &settings,
					 &grants);
}

static int decide(const char *text, bool trusted)
{
	return decide_in(text, trusted, CAMIPC_SANDBOX_BEST_EFFORT);
}

/* Refused without trust, with a line that has @part; granted with it. */
static void expect_trust_needed(const char *text, const char *part)
{
	log_capture_begin();
	assert_int_equal(decide(text, false), -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR, part);
	assert_int_equal(decide(text, true), 0);
	log_capture_end();
}

static void expect_refused(const char *text, const char *part)
{
	for (int trusted = 0; trusted < 2; trusted++) {
		log_capture_begin();
		assert_int_equal(decide(text, trusted), -EACCES);
		log_capture_expect(1, CAMIPC_LOG_ERROR, part);
		log_capture_end();
	}
}

static void expect_paths(const char *paths, size_t size)
{
	assert_int_equal(grants.paths_size, size);
	assert_memory_equal(grants.paths, paths, size);
}

#define EXPECT_PATHS(text) expect_paths(text, sizeof(text) - 1)

static void nothing_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(decide("", false), 0);
	EXPECT_PATHS("");
	assert_int_equal(grants.memory_mib, CAMIPC_SANDBOX_MEMORY_MIB);
	assert_int_equal(grants.threads, CAMIPC_SANDBOX_THREADS);
	assert_int_equal(decide("memory_mib: 9\nthreads: 8\n", false), 0);
	assert_int_equal(grants.memory_mib, 9);
	assert_int_equal(grants.threads, 8);
}

static void what_the_host_grants(void **state)
{
	static const char *const good[] = {
		"/usr/share/vendor", "/usr/share/vendor/", "/usr/share/vendor/a",
		"/etc/one.yaml", "/opt/x", "/opt",
	};
	static const char *const bad[] = {
		"/", "/usr", "/usr/share", "/usr/share/vendor2",
		"/etc/one.yaml2", "/etc/passwd", "/opt2",
		"/usr/share/vendor/../../../etc/shadow", "/opt/..",
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(text, sizeof(text), "read: [%s]\n", good[i]);
		assert_int_equal(decide(text, false), 0);
		assert_int_equal(grants.paths_size, strlen(good[i]) + 2);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		log_capture_begin();
		snprintf(text, sizeof(text), "read: [/opt/a, %s]\n", bad[i]);
		assert_int_equal(decide(text, false), -EACCES);
		log_capture_expect(1, CAMIPC_LOG_ERROR, bad[i]);
		/* Whom the host trusts gets what it asks for. */
		assert_int_equal(decide(text, true), 0);
		log_capture_end();
	}
}

static void devices(void **state)
{
	(void)state;
	assert_int_equal(decide("devices:\n- path: /dev/null\n"
				"  ioctls: [7, 0xc0585611]\n"
				"- /dev/none/video0\n",
				false),
			 0);
	EXPECT_PATHS("d/dev/null\0d/dev/none/video0\0");
	assert_int_equal(grants.n_ioctls, 2);
	assert_int_equal(grants.ioctls[0], 7);
	assert_int_equal(grants.ioctls[1], 0xc0585611);
	assert_false(grants.gpu);
	expect_trust_needed("devices: [/dev/null, /dev/zero]\n",
			    "the device /dev/zero, which the host does not "
			    "grant (sandbox_devices)");
	expect_trust_needed("devices: [/dev/nullx]\n", "/dev/nullx");
	expect_trust_needed("devices: [/dev/none/../zero]\n", "sandbox_devices");
	/* What may be read may not be opened as a device. */
	expect_refused("devices: [/etc/passwd]\n", "not a character device");
	expect_refused("devices: [/dev]\n", "not a character device");
	assert_int_equal(decide("read: [/opt/a]\ndevices: [/dev/null]\n",
				false),
			 0);
	EXPECT_PATHS("r/opt/a\0d/dev/null\0");
}

static void no_module_gets_these_ioctls(void **state)
{
	static const unsigned long numbers[] = {
		TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSCTTY, TIOCSETD, FIOASYNC,
		FIOSETOWN, SIOCSPGRP,
	};
	char text[128];
	char part[64];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(text, sizeof(text),
			 "devices:\n- path: /dev/null\n  ioctls: [1, %lu]\n",
			 numbers[i]);
		snprintf(part, sizeof(part), "ioctl %#lx, which no module may",
			 numbers[i]);
		expect_refused(text, part);
	}
}

static void gpu(void **state)
{
	static char *devices[] = { "/dev/null" };
	const struct camipc_host_grants none = {
		.devices = { .paths = devices, .n = 1 },
	};
	static const struct camipc_manifest manifest = { .gpu = true };
	static struct camipc_module_found found;

	(void)state;
	assert_int_equal(decide("gpu: true\n", false), 0);
	assert_true(grants.gpu);
	assert_int_equal(grants.paths_size, 0);
	assert_int_equal(decide("gpu: false\n", false), 0);
	assert_false(grants.gpu);
	log_capture_begin();
	assert_int_equal(camipc_module_grants_make(
				 &found, &manifest, &none, &settings, &grants),
			 -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "for the GPU, which the host does not grant "
			   "(/dev/dri in sandbox_devices)");
	log_capture_end();
}

static void environment(void **state)
{
	(void)state;
	/* Every worker has these already. */
	assert_int_equal(decide("environment: [GIVEN, SET, LANG, TZ]\n", false),
			 0);
	assert_int_equal(grants.n_environment, 0);
	expect_trust_needed("environment: [GIVEN, GIVE]\n",
			    "the variable GIVE, which the host does not grant "
			    "(worker_environment)");
	assert_int_equal(grants.n_environment, 1);
	assert_string_equal(grants.environment[0], "GIVE");
	expect_refused("environment: [LD_PRELOAD]\n", "LD_PRELOAD");
	expect_refused("environment: [LD_LIBRARY_PATH]\n", "which code");
	expect_refused("environment: [GCONV_PATH]\n", "which code");
}

static void the_mode_is_only_tightened(void **state)
{
	static const struct {
		const char *text;
		enum camipc_sandbox_mode mode;
		int ret;
		enum camipc_sandbox_mode result;
	} cases[] = {
		{ "", CAMIPC_SANDBOX_BEST_EFFORT, 0,
		  CAMIPC_SANDBOX_BEST_EFFORT },
		{ "sandbox: required\n", CAMIPC_SANDBOX_BEST_EFFORT, 0,
		  CAMIPC_SANDBOX_REQUIRED },
		{ "sandbox: required\n", CAMIPC_SANDBOX_OFF, 0,
		  CAMIPC_SANDBOX_OFF },
		{ "sandbox: best-effort\n", CAMIPC_SANDBOX_REQUIRED, 0,
		  CAMIPC_SANDBOX_REQUIRED },
		{ "sandbox: off\n", CAMIPC_SANDBOX_OFF, 0,
		  CAMIPC_SANDBOX_OFF },
		{ "sandbox: off\n", CAMIPC_SANDBOX_BEST_EFFORT, -EACCES, 0 },
		{ "sandbox: off\n", CAMIPC_SANDBOX_REQUIRED, -EACCES, 0 },
		/* Nothing has to be granted that nobody refuses. */
		{ "read: [/etc/x]\ndevices: [/dev/x]\n", CAMIPC_SANDBOX_OFF, 0,
		  CAMIPC_SANDBOX_OFF },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		log_capture_begin();
		assert_int_equal(decide_in(cases[i].text, false, cases[i].mode),
				 cases[i].ret);
		if (cases[i].ret == 0)
			assert_int_equal(grants.sandbox, cases[i].result);
		else
			log_capture_expect(1, CAMIPC_LOG_ERROR,
					   "to run without the sandbox");
		log_capture_end();
	}
}

static void too_much(void **state)
{
	static char text[CAMIPC_MAX_MANIFEST_SIZE + 1];
	size_t used = (size_t)snprintf(text, sizeof(text), "read:\n");

	(void)state;
	for (int i = 0; i < 10; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "- /opt/%0250d\n", i);
	log_capture_begin();
	assert_int_equal(decide(text, false), -E2BIG);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "more than 2048 bytes");
	log_capture_end();
}

/* ---- policies ------------------------------------------------------------ */

static void policies_replace_and_take_away(void **state)
{
	static char *roots[] = { "/srv/list", "/usr/share/vendor/own" };
	static char *users[] = { "/srv/list/inner" };
	const struct camipc_path_list root = { .paths = roots, .n = 2 };
	const struct camipc_path_list user = { .paths = users, .n = 1 };

	(void)state;
	memset(&settings, 0, sizeof(settings));
	settings.layers[CAMIPC_POLICY_ROOT].read = &root;
	log_capture_begin();
	/* Root's list holds instead of the host's, and of trust. */
	assert_int_equal(decide("read: [/srv/list/x]\n", false), 0);
	assert_int_equal(decide("read: [/usr/share/vendor]\n", false),
			 -EACCES);
	assert_int_equal(decide("read: [/usr/share/vendor]\n", true), -EACCES);
	settings.layers[CAMIPC_POLICY_USER].read = &user;
	assert_int_equal(decide("read: [/srv/list/x]\n", true), -EACCES);
	assert_int_equal(decide("read: [/srv/list/inner/x]\n", false), 0);
	/* The user's list alone gives nothing. */
	settings.layers[CAMIPC_POLICY_ROOT].read = NULL;
	assert_int_equal(decide("read: [/srv/list/inner/x]\n", false),
			 -EACCES);
	assert_int_equal(decide("read: [/srv/list/inner/x]\n", true), 0);
	log_capture_expect(3, CAMIPC_LOG_ERROR,
			   "which a policy does not grant (grants: read)");
	log_capture_end();
	memset(&settings, 0, sizeof(settings));
}

static void policies_limit_devices_and_gpu(void **state)
{
	static char *roots[] = { "/dev/zero" };
	static const struct camipc_path_list none;
	const struct camipc_path_list root = { .paths = roots, .n = 1 };

	(void)state;
	log_capture_begin();
	settings.layers[CAMIPC_POLICY_ROOT].devices = &root;
	assert_int_equal(decide("devices: [/dev/zero]\n", false), 0);
	assert_int_equal(decide("devices: [/dev/null]\n", true), -EACCES);
	settings.layers[CAMIPC_POLICY_USER].devices = &none;
	assert_int_equal(decide("devices: [/dev/zero]\n", true), -EACCES);
	settings.layers[CAMIPC_POLICY_USER].gpu = CAMIPC_ANSWER_NO;
	assert_int_equal(decide("gpu: true\n", true), -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "for the GPU, which a policy does not grant");
	log_capture_end();
	memset(&settings, 0, sizeof(settings));
}

static void policies_limit_numbers(void **state)
{
	(void)state;
	settings.layers[CAMIPC_POLICY_ROOT].memory_mib = 100;
	settings.layers[CAMIPC_POLICY_USER].memory_mib = 200;
	settings.layers[CAMIPC_POLICY_USER].threads = 3;
	assert_int_equal(decide("", true), 0);
	assert_int_equal(grants.memory_mib, 100);
	assert_int_equal(grants.threads, 3);
	assert_int_equal(decide("memory_mib: 100\nthreads: 2\n", false), 0);
	assert_int_equal(grants.threads, 2);
	log_capture_begin();
	assert_int_equal(decide("memory_mib: 101\n", true), -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "for memory_mib: 101, of which a policy grants 100");
	assert_int_equal(decide("threads: 4\n", true), -EACCES);
	log_capture_end();
	memset(&settings, 0, sizeof(settings));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_asked_for),
		cmocka_unit_test(what_the_host_grants),
		cmocka_unit_test(devices),
		cmocka_unit_test(no_module_gets_these_ioctls),
		cmocka_unit_test(gpu),
		cmocka_unit_test(environment),
		cmocka_unit_test(the_mode_is_only_tightened),
		cmocka_unit_test(too_much),
		cmocka_unit_test(policies_replace_and_take_away),
		cmocka_unit_test(policies_limit_devices_and_gpu),
		cmocka_unit_test(policies_limit_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
