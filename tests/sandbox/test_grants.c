/* SPDX-License-Identifier: MIT */
/*
 * Tests what a module in the sandbox can do with what its manifest asks for: the
 * granted files, devices, ioctls and variables, and nothing beside them.
 * Threats 46, 48 and 49.
 *
 * Arguments: "self", or "nobody" to become an ordinary user first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <camipc/log.h>

#include "asking_fixture.h"
#include "log_capture.h"

/* RNDGETENTCNT and RNDADDTOENTCNT of <linux/random.h>: anybody may ask for the
 * number; the second one takes CAP_SYS_ADMIN. */
#define GET_COUNT "0x80045200"
#define ADD_TO_COUNT "0x40045201"

static const char *const devices[] = { "/dev/random", "/dev/zero", NULL };
static const char *const gpu[] = { "/dev/dri", NULL };
static const char *const variables[] = { "ASKING_SET=4711", NULL };

static const struct camipc_manager_options with_devices = {
	.sandbox_devices = devices,
	.sandbox = CAMIPC_SANDBOX_REQUIRED,
};

static int set_up(void **state)
{
	(void)state;
	log_capture_begin();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	log_capture_end();
	return 0;
}

static void a_device_that_was_granted(void **state)
{
	(void)state;
	assert_int_equal(asking_once("devices.so", &with_devices,
				     "open /dev/zero; map"),
			 0);
	assert_int_equal(asking_once("devices.so", &with_devices,
				     "read /dev/random; ioctl " GET_COUNT),
			 0);
	/* Neither the other number, nor the other device, nor a file. */
	assert_int_equal(asking_once("devices.so", &with_devices,
				     "read /dev/random; ioctl " ADD_TO_COUNT),
			 EPERM);
	assert_int_equal(asking_once("devices.so", &with_devices,
				     "open /dev/null"),
			 EACCES);
	assert_int_equal(asking_once("devices.so", &with_devices,
				     "list /dev"),
			 EACCES);
	assert_int_equal(asking_once("devices.so", &with_devices,
				     "read /etc/passwd"),
			 EACCES);
}

/** The device stays usable; no further one can be opened. */
static void a_device_after_the_seal(void **state)
{
	struct asking_ipa asking;

	(void)state;
	asking_create(&asking, "devices.so", &with_devices, "read /dev/random");
	asking_init(&asking);
	assert_int_equal(asking.outcome, 0);
	assert_int_equal(asking_attempt(&asking, "ioctl " GET_COUNT), 0);
	assert_int_equal(asking_attempt(&asking, "ioctl " ADD_TO_COUNT), EPERM);
	assert_int_equal(asking_attempt(&asking, "open /dev/zero"), EPERM);
	asking_destroy(&asking);
}

static void a_device_that_was_not_asked_for(void **state)
{
	(void)state;
	assert_int_equal(asking_once("asking.so", &with_devices,
				     "read /dev/random"),
			 EACCES);
	assert_int_equal(asking_once("asking.so", &with_devices,
				     "open /dev/zero"),
			 EPERM);
}

/** It is refused before anything of the module runs. */
static void a_need_that_was_refused(void **state)
{
	(void)state;
	assert_int_equal(asking_once("devices.so", NULL, "nothing"), -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "the device /dev/random, which the host does not "
			   "grant (sandbox_devices)");
	assert_int_equal(asking_once("environment.so", NULL, "nothing"),
			 -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "the variable ASKING_SET, which the host does not");
	assert_int_equal(asking_once("gpu.so", NULL, "nothing"), -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "for the GPU, which the host");
	assert_int_equal(asking_once("unboxed.so", NULL, "nothing"), -EACCES);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "to run without the sandbox");
}

static void environment(void **state)
{
	const struct camipc_manager_options options = {
		.worker_environment = variables,
	};

	(void)state;
	assert_int_equal(asking_once("environment.so", &options,
				     "variable ASKING_SET=4711"),
			 0);
	assert_int_equal(asking_once("environment.so", &options,
				     "variable HOME"),
			 ENOENT);
}

static void the_sandbox_that_a_module_asks_for(void **state)
{
	static const struct camipc_manager_options off = {
		.sandbox = CAMIPC_SANDBOX_OFF,
	};
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };
	struct asking_ipa asking;

	(void)state;
	assert_int_equal(asking_once("unboxed.so", &off, "socket"), 0);
	asking_create(&asking, "boxed.so", NULL, "nothing");
	assert_int_equal(asking.error, 0);
	assert_int_equal(
		camipc_proxy_get_sandbox(test_asking_get_proxy(asking.ipa),
					 &sandbox),
		0);
	assert_int_equal(sandbox.mode, CAMIPC_SANDBOX_REQUIRED);
	asking_destroy(&asking);
}

/** in_bwrap.sh puts a device in the place of the graphics driver's. */
static void the_gpu(void **state)
{
	const struct camipc_manager_options options = {
		.sandbox_devices = gpu,
	};

	(void)state;
	if (access("/dev/dri/renderD128", F_OK) < 0) {
		print_message("n/a: there is no /dev/dri/renderD128\n");
		skip();
	}
	/* Not refused by the sandbox: the stand-in does not know it. */
	assert_int_equal(asking_once("gpu.so", &options,
				     "list /dev/dri; open /dev/dri/renderD128; "
				     "?ioctl 0xc0406400"),
			 0);
	assert_int_not_equal(asking_once("gpu.so", &options,
					 "open /dev/dri/renderD128; "
					 "ioctl 0xc0406400"),
			     EPERM);
	assert_int_equal(asking_once("gpu.so", &options,
				     "open /dev/dri/renderD128; "
				     "ioctl 0x40046500"),
			 EPERM);
	/* The stand-in is /dev/zero. */
	assert_int_equal(asking_once("gpu.so", &options, "open /dev/full"),
			 EACCES);
	assert_int_equal(asking_once("gpu.so", &options, "read /etc/passwd"),
			 EACCES);
}

/* ---- MODULE.yaml ----------------------------------------------------------- */

static void write_manifest(const char *module, const char *text, mode_t mode)
{
	char path[TEST_PATH_SIZE + 64];

	snprintf(path, sizeof(path), "%s/%s.yaml", asking_folder, module);
	if (!text)
		unlink(path);
	else
		test_file_write(path, text, strlen(text), mode);
}

/** Only root's counts, and then instead of the module's own. */
static void a_manifest_beside_the_module(void **state)
{
	const bool counts = geteuid() == 0;

	(void)state;
	write_manifest("asking.so",
		       "argument: true\n"
		       "devices:\n"
		       "  - path: /dev/zero\n",
		       0644);
	assert_int_equal(asking_once("asking.so", &with_devices,
				     "open /dev/zero"),
			 counts ? 0 : EPERM);
	log_capture_expect(counts ? 0 : 1, CAMIPC_LOG_WARNING,
			   "asking.so.yaml does not count: ");
	/* A link, or a file that others can change. */
	write_manifest("asking.so", "argument: true\ndevices: [/dev/zero]\n",
		       0666);
	assert_int_equal(asking_once("asking.so", &with_devices,
				     "open /dev/zero"),
			 EPERM);
	log_capture_expect(counts ? 1 : 2, CAMIPC_LOG_WARNING,
			   "asking.so.yaml does not count: ");
	write_manifest("asking.so", NULL, 0);
}

static void a_bad_manifest_beside_the_module(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} bad[] = {
		{ "argument: true\nfoo: 1\n",
		  "its manifest asking.so.yaml, line 2: unknown key 'foo'" },
		{ "argument: \x01\n",
		  "its manifest asking.so.yaml is not plain UTF-8 text" },
		{ "argument: \xff\n", "is not plain UTF-8 text" },
	};

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_manifest("asking.so", bad[i].text, 0644);
		assert_int_equal(asking_once("asking.so", NULL, "nothing"),
				 -ENOEXEC);
		assert_true(log_capture_count(CAMIPC_LOG_ERROR, bad[i].why) >
			    0);
	}
	write_manifest("asking.so", NULL, 0);
}

/**
 * A worker of root's becomes nobody, and keeps the group of a device that it was
 * granted.
 */
static void a_device_of_a_group(void **state)
{
	static char path[TEST_PATH_SIZE + 16];
	static const char *granted[] = { path, NULL };
	const struct camipc_manager_options options = {
		.sandbox_devices = granted,
	};
	char text[TEST_PATH_SIZE + 64];

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(path, sizeof(path), "%s/device", asking_folder);
	if (mknod(path, S_IFCHR, makedev(1, 5)) < 0 ||
	    access(path, R_OK) < 0) {
		print_message("n/a: mknod: devices cannot be made here\n");
		skip();
	}
	assert_int_equal(chown(path, 0, 44), 0);
	assert_int_equal(chmod(path, 0660), 0);
	snprintf(text, sizeof(text), "argument: true\ndevices: [%s]\n", path);
	write_manifest("asking.so", text, 0644);
	snprintf(text, sizeof(text), "open %s", path);
	assert_int_equal(asking_once("asking.so", &options, text), 0);
	/* Its owner's alone is out of reach. */
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(asking_once("asking.so", &options, text), EACCES);
	write_manifest("asking.so", NULL, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_was_granted),
		cmocka_unit_test(a_device_after_the_seal),
		cmocka_unit_test(a_device_that_was_not_asked_for),
		cmocka_unit_test_setup_teardown(a_need_that_was_refused, set_up,
						tear_down),
		cmocka_unit_test(environment),
		cmocka_unit_test(the_sandbox_that_a_module_asks_for),
		cmocka_unit_test(the_gpu),
		cmocka_unit_test_setup_teardown(a_manifest_beside_the_module,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_bad_manifest_beside_the_module, set_up, tear_down),
		cmocka_unit_test(a_device_of_a_group),
	};
	int ret = asking_begin(argc > 1 ? argv[1] : "self");

	if (ret)
		return ret;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	asking_end();
	return ret;
}
