/* SPDX-License-Identifier: MIT */
/*
 * The virtual camera with a fake softisp (camipc-gen mock) that returns errors
 * and wrong values, as the real one never does. Run once per backend, which is
 * the argument.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "log_capture.h"
#include "test_files.h"
#include "virtual_camera.h"

/* Answers each frame with parameters that are all zero. */
#define ANSWER                                                             \
	"on computeParams\n"                                               \
	"	emit paramsReady(frame: $frame, bufferId: $bufferId)\n"    \
	"	emit metadataReady(frame: $frame, metadata: {controls: [\n" \
	"		{id: 1, value: {integer32: 7}}]});\n"

static const char *isolation;

/** A folder with the fake module, and a camera that runs it. */
struct fixture {
	char folder[TEST_PATH_SIZE];
	char error[512];
	struct camipc_manager *manager;
	struct virtual_camera *camera;
	struct fd_leak before;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *modules[] = { NULL, NULL };
	static const char *const workers[] = { WORKER, NULL };
	struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
		.sandbox = CAMIPC_SANDBOX_OFF, /* a mock writes a file */
	};

	fd_leak_take(&f->before);
	test_folder_make(f->folder);
	modules[0] = f->folder;
	test_file_copy(MOCK_MODULE, test_path(f->folder, "softisp.so"), 0755);
	assert_int_equal(camipc_manager_create(&options, &f->manager), 0);
	log_capture_begin();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	virtual_camera_destroy(f->camera);
	camipc_manager_destroy(f->manager);
	log_capture_end();
	test_folder_remove(f->folder);
	fd_leak_assert_none(&f->before);
	free(f);
	return 0;
}

/** Makes the camera with an IPA that follows @script. */
static int create(struct fixture *f, const char *script)
{
	const struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.isolation = isolation,
		.frame_timeout_ms = 60000,
	};

	if (script)
		test_file_write(test_path(f->folder, "softisp.script"), script,
				strlen(script), 0644);
	return virtual_camera_create(f->manager, &options, f->error,
				     sizeof(f->error), &f->camera);
}

static void start(struct fixture *f, const char *script)
{
	if (create(f, script) < 0)
		fail_msg("no camera: %s", f->error);
	assert_int_equal(virtual_camera_start(f->camera), 0);
}

static int capture(struct fixture *f)
{
	struct virtual_frame frame;

	return virtual_camera_capture(f->camera, &frame);
}

static void expect_error(const struct fixture *f, const char *text)
{
	const char *error = f->camera ? virtual_camera_error(f->camera) :
					f->error;

	if (!strstr(error, text))
		fail_msg("'%s' does not say '%s'", error, text);
}

/** Fails unless the recorded lines begin with @expected, in that order. */
static void expect_calls(const struct fixture *f, const char *const *expected)
{
	size_t size;
	char *calls =
		test_file_read(test_path(f->folder, "softisp.calls"), &size);
	char *rest = calls;
	char *line;

	while ((line = strsep(&rest, "\n")) && rest) {
		if (!*expected)
			fail_msg("'%s' was not expected", line);
		if (strncmp(line, *expected, strlen(*expected)) != 0)
			fail_msg("'%s', not '%s'", line, *expected);
		expected++;
	}
	assert_null(*expected);
	free(calls);
}

/* Without a script every call succeeds, and nothing else happens. */
static void records_calls(void **state)
{
	static const char *const expected[] = {
		"init(settings: {configurationFile: \"\", "
		"sensorModel: \"virtual\", configuration: no fd}, "
		"sensorInfo: {",
		"configure(config: {sensorInfo: {",
		"mapBuffers(statistics: [{id: ",
		"start()",
		"stop()",
		"start()",
		"stop()",
		NULL,
	};
	struct fixture *f = *state;

	start(f, NULL);
	assert_int_equal(virtual_camera_stop(f->camera), 0);
	assert_int_equal(virtual_camera_start(f->camera), 0);
	virtual_camera_destroy(f->camera);
	f->camera = NULL;
	expect_calls(f, expected);
}

static void answers_a_frame(void **state)
{
	static const char *const expected[] = {
		"init(",
		"configure(",
		"mapBuffers(",
		"start()",
		"queueRequest(frame: 0, controls: {",
		"processStats(frame: 0, bufferId: ",
		"computeParams(frame: 0, bufferId: ",
		"    emit paramsReady(frame: 0, bufferId: ",
		"    emit metadataReady(frame: 0, metadata: {",
		"stop()",
		NULL,
	};
	struct fixture *f = *state;

	start(f, ANSWER);
	/* The answer came, but an empty buffer has invalid parameters. */
	assert_int_equal(capture(f), -EBADMSG);
	expect_error(f, "the IPA returned invalid parameters for frame 0");
	assert_int_equal(virtual_camera_stop(f->camera), 0);
	expect_calls(f, expected);
}

static void init_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(create(f, "on init return ret: -28; # no space\n"),
			 -EREMOTEIO);
	expect_error(f, "init failed: the IPA returned -ENOSPC (no space left "
			"on device)");
}

static void second_start_is_refused(void **state)
{
	struct fixture *f = *state;

	start(f, "on start #2 return ret: -5;");
	assert_int_equal(virtual_camera_stop(f->camera), 0);
	assert_int_equal(virtual_camera_start(f->camera), -EREMOTEIO);
	expect_error(f, "start failed: the IPA returned -EIO (input/output "
			"error)");
	assert_int_equal(virtual_camera_start(f->camera), 0);
}

static void frame_without_parameters(void **state)
{
	struct fixture *f = *state;

	start(f, ANSWER
	      "on computeParams #2\n"
	      "	emit paramsReady(frame: $frame, status: -61)\n"
	      "	emit metadataReady(frame: $frame);\n");
	assert_int_equal(capture(f), -EBADMSG);
	assert_int_equal(capture(f), -EREMOTEIO);
	expect_error(f, "no parameters for frame 0: it reported "
			"-ENODATA (no data available)");
}

/* Exposure (V4L2) far out of range, and a control that no sensor has. */
static void exaggerated_controls_are_clamped(void **state)
{
	const struct cam_clamp_counts *counts;
	struct fixture *f = *state;

	start(f, "on start emit setSensorControls(controls: {controls: [\n"
		 "	{idSpace: V4L2, id: 0x980911, value: {integer32: "
		 "2000000000}},\n"
		 "	{idSpace: V4L2, id: 0x1, value: {boolean: true}}]});\n");
	counts = virtual_camera_get_clamp_counts(f->camera);
	assert_int_equal(counts->clamped, 1);
	assert_int_equal(counts->unknown, 1);
	log_capture_expect(1, CAMIPC_LOG_WARNING,
			   "the IPA set control 0x00000001, which the sensor "
			   "does not have");
}

/* Wrong scripts, and the message about each. */
static const struct {
	const char *script;
	const char *why;
} wrong_scripts[] = {
	{ "init return ret: 1;", "softisp.script:1: expected 'on', not 'init return ret: 1;'" },
	{ "\n# x\non inti;", ":3: unknown method 'inti'; the "
			       "interface has: init, configure, " },
	{ "on init return ret: 1", ":1: expected emit, return or ';', not the end of the script" },
	{ "on init #0;", ":1: wrong call number #0: the first call is #1" },
	{ "on init;\non init;", ":2: a second statement for the same call of "
				"init" },
	{ "on stop return ret: 1;", ":1: stop has no outputs to return" },
	{ "on init emit x();", ":1: unknown event 'x'; the interface has: "
			     "setSensorControls, paramsReady, metadataReady" },
	{ "on init return ret: 3000000000;",
	  ":1: 3000000000 is out of range: -2147483648 to 2147483647" },
	{ "on init return ret: one;", ":1: expected an integer, not 'one'" },
	{ "on init return ret: 1, size: 2;", " has no field 'size'" },
	{ "on init return ret: 1,;", ":1: expected a field after ',', not ';'" },
	{ "on init return controls: {idSpace: V5L2};", " has no value 'V5L2'" },
	{ "on init return controls: {infos: [{key: 1}};", "expected ']', not '};'" },
	{ "on start emit paramsReady(frame: $frame);",
	  ":1: the call has no argument 'frame'" },
	{ "on computeParams emit paramsReady(status: $frame);",
	  ":1: $frame has another type than status" },
	{ "on init return controls: {infos: [{value: {min: {string: \"x}}}]};",
	  ":1: a text has no closing quote" },
};

static void wrong_scripts_are_refused(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong_scripts) / sizeof(wrong_scripts[0]);
	     i++) {
		log_capture_begin();
		assert_true(create(f, wrong_scripts[i].script) < 0);
		assert_null(f->camera);
		log_capture_expect(1, CAMIPC_LOG_ERROR, wrong_scripts[i].why);
	}
}

static void expect_refused(struct fixture *f, const char *why)
{
	log_capture_begin();
	assert_true(create(f, NULL) < 0);
	assert_null(f->camera);
	log_capture_expect(1, CAMIPC_LOG_ERROR, why);
}

/* Files that are no scripts end in a message, too, and not in waiting. */
static void odd_scripts_are_refused(void **state)
{
	static const char with_nul[] = "on init return ret: 0;\0 on stop";
	struct fixture *f = *state;
	const char *path = test_path(f->folder, "softisp.script");

	assert_int_equal(mkfifo(path, 0600), 0);
	expect_refused(f, "softisp.script': it is not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	expect_refused(f, "softisp.script': it is not a regular file");
	assert_int_equal(rmdir(path), 0);
	test_file_write(path, with_nul, sizeof(with_nul), 0600);
	expect_refused(f, "softisp.script': it is not text: it contains a NUL");
	assert_int_equal(truncate(path, 1024 * 1024 + 1), 0);
	expect_refused(f, "softisp.script': it has more than 1048576 bytes");
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		T(records_calls),
		T(answers_a_frame),
		T(init_is_refused),
		T(second_start_is_refused),
		T(frame_without_parameters),
		T(exaggerated_controls_are_clamped),
		T(wrong_scripts_are_refused),
		T(odd_scripts_are_refused),
#undef T
	};

	if (argc != 2)
		return 2;
	isolation = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
