/* SPDX-License-Identifier: MIT */
/* Tests the reader of manifests: what it understands, and what it refuses. */
#include "manifest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "module_info.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct camipc_manifest manifest;
static char why[CAMIPC_MODULE_WHY_SIZE];

static void expect_good(const char *text)
{
	memset(&manifest, 0, sizeof(manifest));
	if (camipc_manifest_parse(text, &manifest, why) != 0)
		fail_msg("%s\nwas refused: %s", text, why);
}

static void accepts_what_has_no_effect(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"---\n# a comment\n",
		"read: [/usr/share/vendor]\nthreads: 4\n",
		"devices: []\nenvironment: []\nmemory_mib: 512 # MiB\n",
		"gpu: false\n",
		"argument: false\n",
		"loads: []\n",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		expect_good(texts[i]);
		assert_false(manifest.takes_argument);
		assert_int_equal(manifest.n_loads, 0);
	}
}

static void reads_argument(void **state)
{
	static const char *const texts[] = {
		"argument: true",
		"argument: true\n",
		"argument: true # for the prebuilt file\n",
		"argument:   'true'\n",
		"argument: \"true\"\nthreads: 1\n",
		"read:\n  - /a\n\nargument: true\n",
		"loads: [argument]\n",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		expect_good(texts[i]);
		assert_true(manifest.takes_argument);
	}
}

static void expect_bad(const char *text, const char *part)
{
	char reason[CAMIPC_MODULE_WHY_SIZE] = "";
	static struct camipc_manifest kept;

	assert_int_equal(camipc_manifest_parse(text, &kept, reason), -ENOEXEC);
	assert_non_null(strstr(reason, part));
}

static void reads_what_the_sandbox_needs(void **state)
{
	(void)state;
	expect_good("read: [/usr/share/vendor, /etc/vendor.yaml]\n"
		    "memory_mib: 64\nthreads: 1024\n");
	assert_int_equal(manifest.n_read, 2);
	assert_string_equal(manifest.text + manifest.read[0],
			    "/usr/share/vendor");
	assert_string_equal(manifest.text + manifest.read[1],
			    "/etc/vendor.yaml");
	assert_int_equal(manifest.memory_mib, 64);
	assert_int_equal(manifest.threads, 1024);
	expect_good("threads: 7 # for OpenMP\n");
	assert_int_equal(manifest.memory_mib, 0);
	assert_int_equal(manifest.threads, 7);
	expect_bad("memory_mib: 0", "memory_mib is '0': expected 1 to 16384");
	expect_bad("memory_mib: 16385", "expected 1 to 16384");
	expect_bad("memory_mib: 1e3", "expected 1 to 16384");
	expect_bad("memory_mib: -1", "expected");
	expect_bad("threads: 99999999999999999999", "expected 1 to 1024");
	expect_bad("read: [usr/share]", "expected absolute paths");
	expect_bad("read: [/1, /2, /3, /4, /5, /6, /7, /8, /9, /10, /11, /12, "
		   "/13, /14, /15, /16, /17]",
		   "more than 16 paths");
}

static const char *text_at(uint16_t place)
{
	return manifest.text + place;
}

/* The same devices in each way to write them. */
static void reads_devices(void **state)
{
	static const char *const texts[] = {
		"devices:\n"
		"  - path: /dev/video0\n"
		"    ioctls: [0xc0585611, 3227014673, 7]\n"
		"  - path: /dev/media0\n"
		"    ioctls:\n"
		"      - 0x40045612 # STREAMON\n"
		"      - 7\n"
		"  - /dev/null\n"
		"threads: 2\n",
		"threads: 2\n"
		"devices:\n"
		"- ioctls:\n"
		"  - 0xC0585611\n"
		"\n"
		"  - 7\n"
		"  path: '/dev/video0'\n"
		"- ioctls: 0x40045612\n"
		"  path: /dev/media0\n"
		"- /dev/null\n",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		expect_good(texts[i]);
		assert_int_equal(manifest.n_devices, 3);
		assert_string_equal(text_at(manifest.devices[0]),
				    "/dev/video0");
		assert_string_equal(text_at(manifest.devices[1]),
				    "/dev/media0");
		assert_string_equal(text_at(manifest.devices[2]), "/dev/null");
		assert_int_equal(manifest.n_ioctls, 3);
		assert_int_equal(manifest.ioctls[0], 0xc0585611);
		assert_int_equal(manifest.ioctls[1], 7);
		assert_int_equal(manifest.ioctls[2], 0x40045612);
		assert_int_equal(manifest.threads, 2);
	}
	expect_good("devices: [/dev/a, '/dev/b']\n");
	assert_int_equal(manifest.n_devices, 2);
	expect_good("devices: /dev/a\n");
	assert_int_equal(manifest.n_devices, 1);
	expect_good("devices:\n- /dev/snd/by:path\n");
	assert_string_equal(text_at(manifest.devices[0]), "/dev/snd/by:path");
}

static void reads_the_other_needs(void **state)
{
	(void)state;
	expect_good("gpu: true\nsandbox: required\n"
		    "environment: [HOME, _x9]\n");
	assert_true(manifest.gpu);
	assert_int_equal(manifest.sandbox, CAMIPC_SANDBOX_REQUIRED);
	assert_int_equal(manifest.n_environment, 2);
	assert_string_equal(text_at(manifest.environment[0]), "HOME");
	assert_string_equal(text_at(manifest.environment[1]), "_x9");
	expect_good("sandbox: best-effort\n");
	assert_int_equal(manifest.sandbox, CAMIPC_SANDBOX_BEST_EFFORT);
	expect_good("sandbox: off\n");
	assert_int_equal(manifest.sandbox, CAMIPC_SANDBOX_OFF);
	expect_good("gpu: false\n");
	assert_false(manifest.gpu);
	assert_int_equal(manifest.sandbox, CAMIPC_SANDBOX_DEFAULT);
}

/* Each limit, and one past it. */
static void the_lists_have_limits(void **state)
{
	static char text[CAMIPC_MAX_MANIFEST_SIZE + 1];
	static const struct {
		const char *begin;
		const char *item;
		int limit;
		const char *why;
	} lists[] = {
		{ "devices:\n", "- /d%d\n", CAMIPC_MAX_DEVICES,
		  "devices has more than 16 paths" },
		{ "environment:\n", "- A%d\n", CAMIPC_MAX_ENVIRONMENT,
		  "environment has more than 16 variables" },
		{ "devices:\n- path: /d\n  ioctls:\n", "    - %d\n",
		  CAMIPC_MAX_IOCTLS, "all devices have more than 64 ioctls" },
		{ "devices:\n", "- path: /d%d\n", CAMIPC_MAX_DEVICES,
		  "devices has more than 16 paths" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(lists); i++) {
		size_t used = (size_t)snprintf(text, sizeof(text), "%s",
					       lists[i].begin);

		for (int j = 0; j < lists[i].limit; j++)
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used,
						 lists[i].item, j);
		expect_good(text);
		snprintf(text + used, sizeof(text) - used, lists[i].item, 999);
		expect_bad(text, lists[i].why);
	}
}

/* The same list in each way to write it. */
static void reads_loads(void **state)
{
	static const char *const texts[] = {
		"loads: [/a/b.so, argument, '/c d.so', /e]\n",
		"loads: [ /a/b.so ,argument,  \"/c d.so\"  , /e ] # four\n",
		"loads:\n  - /a/b.so\n  - argument\n  - /c d.so\n  - /e\n",
		"loads:\n- /a/b.so\n# one more\n\n- 'argument'\n- '/c d.so'\n-  /e",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		expect_good(texts[i]);
		assert_int_equal(manifest.n_loads, 4);
		assert_string_equal(camipc_manifest_load(&manifest, 0, "x"),
				    "/a/b.so");
		assert_string_equal(camipc_manifest_load(&manifest, 1, "x"),
				    "x");
		assert_string_equal(camipc_manifest_load(&manifest, 2, "x"),
				    "/c d.so");
		assert_string_equal(camipc_manifest_load(&manifest, 3, "x"),
				    "/e");
	}
	expect_good("loads: /lib/x.so\n");
	assert_int_equal(manifest.n_loads, 1);
	assert_false(manifest.takes_argument);
	expect_good("loads: [argument or /lib/x.so]\n");
	assert_true(manifest.takes_argument);
	assert_string_equal(camipc_manifest_load(&manifest, 0, "/y"), "/y");
	assert_string_equal(camipc_manifest_load(&manifest, 0, ""),
			    "/lib/x.so");
	assert_string_equal(camipc_manifest_load(&manifest, 0, NULL),
			    "/lib/x.so");
	expect_good("loads: [argument]\n");
	assert_null(camipc_manifest_load(&manifest, 0, NULL));
}

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "laods: [/a]\n", "line 1: unknown key 'laods'; known: argument, " },
	{ "\n\nthreads: 4\nfoo: 1\n", "line 4: unknown key 'foo'" },
	{ "argument: yes\n", "argument is 'yes': expected true or false" },
	{ "argument: [true]\n", "argument is no list" },
	{ "argument:\n", "argument has no value" },
	{ "argument:\nthreads: 4\n", "argument has no value" },
	{ "argument:\n  - true\n", "unexpected '- true' under argument" },
	{ "argument: true\nargument: true\n", "line 2: the key argument for a second time" },
	{ "argument true\n", "expected a key and ':', not 'argument true'" },
	{ "argument:true\n", "expected a key and ':'" },
	{ "  argument: true\n", "line 1: expected a key, not 'argument: true'" },
	{ "- /a\n", "expected a key, not '- /a'" },
	{ "\targument: true\n", "a tab at the beginning" },
	{ "threads: 4\n\tgpu: true\n", "line 2: a tab at the beginning" },
	{ "loads:\n", "loads has no value" },
	{ "loads: [a.so]\n", "loads has 'a.so': expected absolute paths" },
	{ "loads: [arguments]\n", "loads has 'arguments'" },
	{ "loads: [argument or x.so]\n", "loads has 'argument or x.so'" },
	{ "loads: [argument or ]\n", "loads has 'argument or'" },
	{ "loads: [/a\n", "expected ']'" },
	{ "loads: [/a,\n  /b]\n", "expected a value" },
	{ "loads: [/a] /b\n", "expected ']'" },
	{ "loads: [/a,]\n", "expected a value, not ']'" },
	{ "loads: [/a, [/b]]\n", "expected a value, not '[/b]]'" },
	{ "loads: ['/a]\n", "a quoted value does not end" },
	{ "loads: ['/a' x]\n", "unexpected 'x]'" },
	{ "loads: [\"/a\\n\"]\n", "or has escapes" },
	{ "loads: ['/a''b']\n", "or has escapes" },
	{ "loads: |\n  /a\n", "expected a value, not '|'" },
	{ "loads: &x [/a]\n", "expected a value, not '&x" },
	{ "loads: {/a}\n", "expected a value" },
	{ "loads:\n  path: /a\n", "unexpected 'path: /a' under loads" },
	{ "loads:\n  - path: /a\n", "expected a value, not 'path: /a'" },
	{ "gpu: yes\n", "gpu is 'yes': expected true or false" },
	{ "sandbox: strict\n", "expected required, best-effort or off" },
	{ "environment: [A=b]\n", "environment has 'A=b'" },
	{ "environment: [1A]\n", "environment has '1A'" },
	{ "environment: ['']\n", "environment has ''" },
	{ "environment:\n  [A,\n   B]\n", "unexpected '[A,'" },
	{ "devices:\n", "devices has no value" },
	{ "devices: [dev/null]\n", "devices has 'dev/null': expected absolute" },
	{ "devices:\n- path: x\n", "devices has 'x': expected absolute" },
	{ "devices:\n- ioctls: [1]\n", "a device has no path" },
	{ "devices:\n- ioctls: [1]\n- path: /x\n", "line 3: a device has no" },
	{ "devices:\n- ioctls: [1]\ngpu: true\n", "a device has no path" },
	{ "devices:\n- path: /x\n  path: /y\n", "a device has two paths" },
	{ "devices:\n- path: /x\n  mode: rw\n",
	  "unknown key 'mode' in devices; known: path, ioctls" },
	{ "devices:\n- path: /x\npath: /y\n", "unknown key 'path'" },
	{ "devices:\n- path: /x\n  ioctls:\n", "ioctls has no value" },
	{ "devices:\n- path: /x\n  ioctls:\n- /y\n", "ioctls has no value" },
	{ "devices:\n- path:\n  ioctls: [1]\n", "path has no value" },
	{ "devices:\n- path: [/x]\n", "path is no list" },
	{ "devices:\n- path: /x\n  ioctls: [_IO(1)]\n", "ioctls has '_IO(1)'" },
	{ "devices:\n- path: /x\n  ioctls: [0x]\n", "expected a number" },
	{ "devices:\n- path: /x\n  ioctls: [-1]\n", "expected a number" },
	{ "devices:\n- path: /x\n  ioctls: [4294967296]\n", "of 32 bits" },
	{ "devices:\n- path: /x\n    - 1\n", "unexpected '- 1' under devices" },
	{ "devices:\n  - /x\n    ioctls: [1]\n", "unexpected 'ioctls: [1]'" },
	{ "loads: [/1, /2, /3, /4, /5, /6, /7, /8, /9]\n", "more than 8 files" },
};

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		memset(&manifest, 0x55, sizeof(manifest));
		assert_int_equal(camipc_manifest_parse(bad[i].text, &manifest,
						       why),
				 -ENOEXEC);
		if (!strstr(why, bad[i].why) ||
		    strncmp(why, "its manifest, line ", 19) != 0)
			fail_msg("%s: '%s' instead of '%s'", bad[i].text, why,
				 bad[i].why);
		assert_int_equal(manifest.n_loads, 0x55555555);
	}
}

/* Every start of a text, and every text with one other byte. */
static void survives_damage(void **state)
{
	static const char text[] = "read: [/a]\nloads: ['/b c', argument]\n"
				   "argument: true # x\ndevices:\n"
				   "- path: /d\n  ioctls: [1, 0x2]\n"
				   "- ioctls:\n  - 3\n  path: /e\n- /f\n";
	static const char other[] = "\n\t []{}'\"#:-,\\|";
	char damaged[sizeof(text)];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		snprintf(damaged, n + 1, "%s", text);
		(void)!camipc_manifest_parse(damaged, &manifest, why);
		for (size_t i = 0; n < sizeof(text) - 1 && other[i]; i++) {
			memcpy(damaged, text, sizeof(text));
			damaged[n] = other[i];
			(void)!camipc_manifest_parse(damaged, &manifest, why);
		}
	}
	/* The longest one, all of it one value, and all of it values. */
	{
		char longest[CAMIPC_MAX_MANIFEST_SIZE + 1];

		memset(longest, '/', sizeof(longest));
		longest[sizeof(longest) - 1] = '\0';
		memcpy(longest, "loads: ", 7);
		expect_good(longest);
		assert_int_equal(strlen(camipc_manifest_load(&manifest, 0, "")),
				 CAMIPC_MAX_MANIFEST_SIZE - 7);
		memset(longest, '\n', sizeof(longest) - 1);
		expect_good(longest);
		assert_int_equal(manifest.n_loads, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_has_no_effect),
		cmocka_unit_test(reads_argument),
		cmocka_unit_test(reads_what_the_sandbox_needs),
		cmocka_unit_test(reads_devices),
		cmocka_unit_test(reads_the_other_needs),
		cmocka_unit_test(the_lists_have_limits),
		cmocka_unit_test(reads_loads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
