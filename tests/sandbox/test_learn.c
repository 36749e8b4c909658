/* SPDX-License-Identifier: MIT */
/*
 * Tests that a worker notes what its module needs, and that the manifest made of
 * the notes is enough: with it, the same steps succeed in the sandbox.
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
#include <unistd.h>

#include <camipc/log.h>

#include "asking_fixture.h"
#include "manifest.h"
#include "module_info.h"
#include "needs.h"

#define GET_COUNT "0x80045200"

static struct needs needs;

static void take(void *user, enum camipc_log_level level, const char *topic,
		 const char *text)
{
	(void)topic;
	if (!needs_take(user, text) && level <= CAMIPC_LOG_WARNING)
		print_message("%s\n", text);
}

/** Runs the steps, in create() and after init. Returns both outcomes' first. */
static int learn(const char *module, const char *steps, const char *later)
{
	const struct camipc_manager_options options = {
		.sandbox = CAMIPC_SANDBOX_LEARN,
	};
	struct asking_ipa asking;
	int outcome;

	needs_clear(&needs);
	camipc_log_set(take, &needs, CAMIPC_LOG_WARNING);
	asking_create(&asking, module, &options, steps);
	assert_int_equal(asking.error, 0);
	assert_int_equal(asking_layer(&asking, CAMIPC_SANDBOX_FILES),
			 CAMIPC_LAYER_OFF);
	assert_int_equal(asking_layer(&asking, CAMIPC_SANDBOX_CALLS),
			 CAMIPC_LAYER_OFF);
	asking_init(&asking);
	assert_int_equal(asking.error, 0);
	outcome = asking.outcome;
	if (outcome == 0 && later)
		outcome = asking_attempt(&asking, later);
	asking_destroy(&asking);
	camipc_log_set(NULL, NULL, CAMIPC_LOG_WARNING);
	return outcome;
}

/** The manifest of what was learnt; the caller frees it. */
static char *print(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	needs_print(&needs, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void files_and_devices(void **state)
{
	static struct camipc_manifest manifest;
	char why[CAMIPC_MODULE_WHY_SIZE];
	char *text;

	(void)state;
	assert_int_equal(learn("asking.so",
			       "read /etc/passwd; list /etc; open /dev/zero; "
			       "read /dev/random; ioctl " GET_COUNT,
			       "ioctl " GET_COUNT),
			 0);
	text = print();
	expect_part(text, "read:\n  - /etc/passwd\n  - /etc\n");
	expect_part(text, "  - path: /dev/random\n    ioctls: [0x80045200]\n");
	expect_part(text, "  - path: /dev/zero\n");
	assert_null(strstr(text, "refused"));
	assert_int_equal(camipc_manifest_parse(text, &manifest, why), 0);
	assert_int_equal(manifest.n_read, 2);
	assert_int_equal(manifest.n_devices, 2);
	assert_int_equal(manifest.n_ioctls, 1);
	free(text);
}

/** What no manifest gets fails in this run as well, and is named. */
static void what_cannot_be_granted(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(learn("asking.so",
			       "?socket; ?open /etc/passwd; ?ioctl 0x5412; "
			       "read /dev/null; ?read /no/such/file",
			       NULL),
			 0);
	text = print();
	expect_part(text, "# Cannot be granted");
	expect_part(text, "#   socket\n");
	expect_part(text, "#   write /etc/passwd\n");
	assert_null(strstr(text, "/no/such/file"));
	assert_null(strstr(text, "read:"));
	free(text);
	assert_int_equal(learn("asking.so", "socket", NULL), EPERM);
	assert_int_equal(learn("asking.so", "open /etc/passwd", NULL), EPERM);
}

/** Loading a module, and its threads, are no needs. */
static void a_module_without_needs(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(learn("asking.so", "threads 16; cancel", "threads 16"),
			 0);
	text = print();
	for (const char *line = text; line && *line; line++) {
		if (*line != '#')
			fail_msg("%s", text);
		line = strchr(line, '\n');
		if (!line)
			break;
	}
	free(text);
}

static void what_comes_too_late(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(learn("asking.so", "nothing", "read /etc/passwd"), 0);
	text = print();
	expect_part(text, "# Came after init");
	expect_part(text, "#   read /etc/passwd\n");
	assert_null(strstr(text, "read:\n"));
	free(text);
}

/** Signal handlers in many threads at once. */
static void many_threads_ask(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(learn("asking.so", "readers 64", NULL), 0);
	text = print();
	expect_part(text, "  - /etc/passwd\n");
	expect_part(text, "  - /etc/group\n");
	free(text);
}

/** More files than a manifest may list become their folders. */
static void many_files(void **state)
{
	char line[128];
	char *text;

	(void)state;
	needs_clear(&needs);
	for (int i = 0; i < 40; i++) {
		snprintf(line, sizeof(line),
			 "asking: sandbox learn: read /opt/%c/f%d",
			 i < 30 ? 'a' : 'b', i);
		assert_true(needs_take(&needs, line));
	}
	assert_true(needs_take(&needs, "sandbox learn: read /opt/it's"));
	assert_true(needs_take(&needs, "sandbox learn: read /opt/a \"b\" 'c'"));
	assert_true(needs_take(&needs, "sandbox learn: device /dev/dri/renderD1"
				       "28"));
	assert_true(needs_take(&needs, "sandbox learn: ioctl 0x6400 "
				       "/dev/dri/renderD128"));
	assert_false(needs_take(&needs, "something else"));
	text = print();
	expect_part(text, "  - /opt/a\n");
	expect_part(text, "  - /opt/b/f30\n");
	expect_part(text, "  - '/opt/it''s'\n");
	expect_part(text, "  - '/opt/a \"b\" ''c'''\n");
	expect_part(text, "gpu: true\n");
	assert_null(strstr(text, "/opt/a/"));
	assert_null(strstr(text, "devices"));
	free(text);
}

/** The whole way: learnt, written down, granted, enough. */
static void what_was_learnt_is_enough(void **state)
{
	static const char steps[] = "read /etc/passwd; list /etc; "
				    "open /dev/zero; map; read /dev/random; "
				    "ioctl " GET_COUNT;
	static const char *const paths[] = { "/etc", NULL };
	static const char *const devices[] = { "/dev", NULL };
	const struct camipc_manager_options options = {
		.sandbox = CAMIPC_SANDBOX_REQUIRED,
		.sandbox_paths = paths,
		.sandbox_devices = devices,
	};
	char path[TEST_PATH_SIZE + 64];
	char *text;
	char *whole;

	(void)state;
	if (geteuid() != 0)
		skip(); /* the file counts only if it is root's */
	assert_int_not_equal(asking_once("asking.so", &options, steps), 0);
	assert_int_equal(learn("asking.so", steps, NULL), 0);
	text = print();
	assert_true(asprintf(&whole, "argument: true\n%s", text) > 0);
	snprintf(path, sizeof(path), "%s/asking.so.yaml", asking_folder);
	test_file_write(path, whole, strlen(whole), 0644);
	assert_int_equal(asking_once("asking.so", &options, steps), 0);
	unlink(path);
	free(whole);
	free(text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_and_devices),
		cmocka_unit_test(what_cannot_be_granted),
		cmocka_unit_test(a_module_without_needs),
		cmocka_unit_test(what_comes_too_late),
		cmocka_unit_test(many_threads_ask),
		cmocka_unit_test(many_files),
		cmocka_unit_test(what_was_learnt_is_enough),
	};
	int ret = asking_begin(argc > 1 ? argv[1] : "self");

	if (ret)
		return ret;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	asking_end();
	return ret;
}
