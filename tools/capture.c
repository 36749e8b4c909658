/* SPDX-License-Identifier: MIT */
/* The command capture: runs a camera, and writes its frames. */
#include "commands.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <camipc/error.h>

#include "backtrace.h"
#include "cam_fourcc.h"
#include "capture_list.h"
#include "capture_outputs.h"
#include "capture_record.h"
#include "capture_summary.h"
#include "device_control.h"
#include "interrupt.h"
#include "live_line.h"
#include "preview.h"
#include "report.h"
#include "stats_table.h"
#include "suggest.h"
#include "worker_time.h"

/* One capture, from options to files. */
struct capture {
	const struct options *options;
	struct capture_outputs outputs;
	struct camipc_manager *manager;
	struct camera *camera;
	struct camipc_recorder *recorder; /* NULL: nothing is recorded */
	bool was_run;
	uint32_t n_done;
	struct live_line line;
	struct preview preview;
	double seconds;
	struct camera_stage_time write; /* of all frames */
	uint64_t worker_ns; /* the worker's processor time before the first */
	char known[2][PATH_MAX]; /* files of a backtrace, without links */
	const char *files[3]; /* the first of them; ends with NULL */
	char *backtrace; /* text about an IPA that crashed */
	size_t backtrace_size;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* 2 if an option or a file that it names is wrong, 1 if something broke. */
static int code_of_create(int error)
{
	return error == -EPIPE || error == -ETIMEDOUT || error == -ENOMEM ||
			       error == -EMFILE
		       ? EXIT_FAILED
		       : EXIT_USAGE;
}

/* Keeps the backtrace, whose data is valid in the callback only. */
static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct capture *capture = user;
	FILE *stream = open_memstream(&capture->backtrace,
				      &capture->backtrace_size);

	if (!stream)
		return;
	backtrace_print(stream, info, capture->files);
	if (fclose(stream) != 0)
		capture->backtrace_size = 0;
}

static void on_restarted(void *user, const struct camipc_restart_info *info)
{
	(void)user;
	report_end_line();
	fprintf(stderr, "camipc: restarted the IPA in %.1f ms: %s\n",
		(double)info->took_us / 1000, info->cause->text);
}

static void show_backtrace(struct capture *capture)
{
	if (capture->backtrace_size)
		fputs(capture->backtrace, stderr);
	free(capture->backtrace);
}

/* A module that is found, if its name is like the one that was not. */
struct near_module {
	const char *wanted;
	char found[sizeof(((struct camipc_module_info *)NULL)->name)];
};

static int compare_name(void *user, const struct camipc_module_found *module)
{
	const char *const names[] = { module->info.name, NULL };
	struct near_module *near = user;

	if (!suggest_word(near->wanted, names))
		return 0;
	memcpy(near->found, module->info.name, sizeof(near->found));
	return 1;
}

/* Sets @ret_hint to a module that the user may have meant. */
static void suggest_module(struct camipc_manager *manager, const char *wanted,
			   char ret_hint[SUGGESTION_SIZE])
{
	struct near_module near = { .wanted = wanted };

	ret_hint[0] = '\0';
	if (camipc_manager_list(manager, compare_name, &near) == 1)
		snprintf(ret_hint, SUGGESTION_SIZE, "; did you mean '%s'?",
			 near.found);
}

static bool is_about_rate(const char *error)
{
	return strstr(error, "frames per second") ||
	       strstr(error, "the frame rate");
}

/* Names the option with which a camera could not be built. */
static void report_create_error(const struct options *all, int ret,
				const char *error, const char *hint)
{
	const struct camera_options *options = &all->camera_options;
	static const char ipa[] = "cannot run the IPA module";
	static const char scene[] = "cannot load the scene";
	char format[CAM_FOURCC_STRING_SIZE];

	if (options->argument && ret == -EINVAL &&
	    !strncmp(error, ipa, strlen(ipa)))
		report_option("ipa-argument", options->argument, "%s", error);
	else if (options->module && !strncmp(error, ipa, strlen(ipa)))
		report_option("ipa", options->module, "%s%s", error, hint);
	else if (options->scene && !strncmp(error, scene, strlen(scene)))
		report_option("scene", options->scene, "%s", error);
	else if (options->format && ret == -EOPNOTSUPP &&
		 strstr(error, "the format "))
		report_option("format",
			      cam_fourcc_to_string(options->format, format),
			      "%s", error);
	else if (all->fps && is_about_rate(error))
		report_option("fps", all->fps, "%s", error);
	else if (ret == -ENODEV)
		report_option("camera", all->camera, "%s", error);
	else
		report_error("%s", error);
}

/* Notes files of a backtrace: the worker's, and what the argument may name. A
 * worker reports them without links. */
static void note_files(struct capture *capture)
{
	const char *argument = capture->options->camera_options.argument;
	char worker[PATH_MAX];
	size_t n = 0;

	if (camipc_manager_find_worker(capture->manager, worker,
				       sizeof(worker)) == 0 &&
	    realpath(worker, capture->known[n])) {
		capture->files[n] = capture->known[n];
		n++;
	}
	if (argument && argument[0] == '/' &&
	    realpath(argument, capture->known[n]))
		capture->files[n] = capture->known[n];
}

static int open_camera(struct capture *capture, int interrupt_fd)
{
	struct camera_options camera_options =
		capture->options->camera_options;
	struct camipc_manager_options manager_options;
	char module[PATH_MAX];
	char hint[SUGGESTION_SIZE] = "";
	char error[1024];
	int ret;

	/* The library accepts absolute paths only. */
	if (camera_options.module && strchr(camera_options.module, '/')) {
		if (!realpath(camera_options.module, module)) {
			report_option("ipa", camera_options.module,
				      "cannot find the module: %s",
				      camipc_errno_to_string(errno));
			return EXIT_USAGE;
		}
		camera_options.module = module;
	}

	options_for_manager(capture->options, &manager_options);
	ret = camipc_manager_create(&manager_options, &capture->manager);
	if (ret < 0) {
		report_error("cannot search for modules: %s",
			     camipc_strerror(ret));
		return EXIT_FAILED;
	}
	note_files(capture);
	camera_options.watch_interrupt = true;
	camera_options.interrupt_fd = interrupt_fd;
	camera_options.closed = on_closed;
	camera_options.restarted = on_restarted;
	camera_options.user = capture;
	ret = camera_create(capture->options->camera, capture->manager,
			    &camera_options, error, sizeof(error),
			    &capture->camera);
	if (ret < 0) {
		if (ret == -ENOENT && camera_options.module &&
		    camera_options.module != module)
			suggest_module(capture->manager, camera_options.module,
				       hint);
		report_create_error(capture->options, ret, error, hint);
		return code_of_create(ret);
	}
	return EXIT_OK;
}

/* A user who did not ask for restarts need not know. */
static void check_restart(const struct capture *capture)
{
	const int wanted = capture->options->camera_options.max_restarts;
	const char *isolation = camipc_proxy_get_isolation(
		camera_get_proxy(capture->camera));

	if (wanted > 0 && strcmp(isolation, "process") != 0)
		fprintf(stderr,
			"camipc: --restart %d: the IPA runs in this process, "
			"which cannot restart it\n",
			wanted);
}

static bool is_of_device(const struct capture *capture,
			 const struct control_option *option)
{
	return device_control_is_meant(
		option, camera_get_controls(capture->camera),
		camera_get_device_controls(capture->camera));
}

/* Finds those controls that are the device's. @parsed: of as many options as there
 * are, zeroed; values may point to the memory of their option. */
static int parse_device_controls(const struct capture *capture,
				 struct control_option *parsed,
				 struct cam_control_list *list,
				 struct cam_control *controls)
{
	const struct cam_control_info_map *infos =
		camera_get_device_controls(capture->camera);
	const struct options *options = capture->options;
	char error[CONTROL_OPTION_ERROR_SIZE];

	*list = (struct cam_control_list){ controls, 0 };
	for (size_t i = 0; i < options->n_controls; i++) {
		struct control_option *option = &parsed[list->n_controls];

		if (!is_of_device(capture, &options->controls[i]))
			continue;
		*option = options->controls[i];
		if (device_control_parse(option, infos, error) < 0) {
			report_option("control", option->text, "%s", error);
			return EXIT_USAGE;
		}
		controls[list->n_controls++] = option->control;
	}
	return EXIT_OK;
}

static int set_device_controls(struct capture *capture)
{
	struct control_option parsed[OPTIONS_MAX_CONTROLS] = {
		{ .items = NULL }
	};
	struct cam_control controls[OPTIONS_MAX_CONTROLS];
	struct cam_control_list list;
	int code = parse_device_controls(capture, parsed, &list, controls);

	if (code == EXIT_OK && list.n_controls &&
	    camera_set_device_controls(capture->camera, &list) < 0) {
		report_error("--control: %s", camera_error(capture->camera));
		code = EXIT_USAGE;
	}
	for (size_t i = 0; i < OPTIONS_MAX_CONTROLS; i++)
		device_control_clear(&parsed[i]);
	return code;
}

static int set_controls(struct capture *capture)
{
	const struct options *options = capture->options;
	struct cam_control controls[OPTIONS_MAX_CONTROLS];
	struct cam_control_builder builder;
	struct cam_control_list list;
	char error[CONTROL_OPTION_ERROR_SIZE];
	size_t i;
	int ret;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 controls, OPTIONS_MAX_CONTROLS);
	for (i = 0; i < options->n_controls; i++) {
		const struct control_option *option = &options->controls[i];

		if (is_of_device(capture, option))
			continue;
		if (control_option_check(
			    option,
			    camera_get_controls(capture->camera),
			    error) < 0) {
			report_option("control", option->text, "%s", error);
			return EXIT_USAGE;
		}
		cam_control_builder_set(&builder, option->control.id,
					&option->control.value);
	}
	ret = cam_control_builder_finish(&builder, &list);
	if (ret < 0)
		goto fail;
	ret = camera_set_controls(capture->camera, &list);
	if (ret < 0)
		goto fail;
	return EXIT_OK;

fail:
	report_error("cannot set the controls: %s",
		     camipc_errno_to_string(ret));
	return EXIT_FAILED;
}

/* A signal is what ends a capture without a number of frames. */
static int exit_code_of_signal(const struct capture *capture)
{
	return capture->options->n_frames ? EXIT_SIGNAL + interrupt_signal() :
					    EXIT_OK;
}

static int write_frame(struct capture *capture, const struct camera_frame *frame)
{
	const double start = now();
	const int code = capture_outputs_write(&capture->outputs, frame);
	const uint64_t took_ns = (uint64_t)((now() - start) * 1e9);

	capture->write.total_ns += took_ns;
	if (took_ns > capture->write.longest_ns)
		capture->write.longest_ns = took_ns;
	return code;
}

/* Sets the camera up for a source that has changed. Returns an exit code. */
static int start_again(struct capture *capture)
{
	report_end_line();
	fprintf(stderr, "camipc: frame %u: the source changed: starting again\n",
		capture->n_done);
	if (camera_stop(capture->camera) == 0 &&
	    camera_start(capture->camera) == 0)
		return EXIT_OK;
	report_error("frame %u: %s", capture->n_done,
		     camera_error(capture->camera));
	return EXIT_FAILED;
}

/* Takes one frame and writes it. Sets @ret_ends if a signal came. Returns an
 * exit code, after it has reported an error. */
static int capture_one(struct capture *capture, bool *ret_ends)
{
	struct camera_frame frame;
	const int ret = camera_capture(capture->camera, &frame);
	int code;

	if (ret == -EINTR) {
		*ret_ends = true;
		return exit_code_of_signal(capture);
	}
	if (ret == -EREMCHG)
		return start_again(capture);
	if (ret < 0) {
		report_error("frame %u: %s", capture->n_done,
			     camera_error(capture->camera));
		return EXIT_FAILED;
	}
	code = write_frame(capture, &frame);
	if (code != EXIT_OK)
		return code;
	capture->n_done++;
	if (preview_frame(&capture->preview, &frame,
			  capture->n_done == capture->options->n_frames))
		live_line_frame(&capture->line, capture->camera, &frame,
				capture->n_done, capture->options->n_frames);
	return EXIT_OK;
}

static int capture_frames(struct capture *capture)
{
	const uint32_t n = capture->options->n_frames;
	bool ends = false;
	int code = EXIT_OK;

	while (code == EXIT_OK && !ends && (n == 0 || capture->n_done < n)) {
		if (interrupt_signal()) {
			ends = true;
			code = exit_code_of_signal(capture);
		} else {
			code = capture_one(capture, &ends);
		}
	}
	report_end_line();
	return code;
}

static int run(struct capture *capture)
{
	double start = now();
	int code;

	live_line_init(&capture->line, capture->options->quiet);
	if (camera_start(capture->camera) < 0) {
		report_error("%s", camera_error(capture->camera));
		return EXIT_FAILED;
	}
	capture->worker_ns = worker_time_ns(camera_get_proxy(capture->camera));
	code = capture_frames(capture);
	capture->seconds = now() - start;
	if (camera_stop(capture->camera) < 0 && code == EXIT_OK) {
		report_error("%s", camera_error(capture->camera));
		code = EXIT_FAILED;
	}
	return code;
}

/* Opens everything, and captures. */
static int open_and_run(struct capture *capture, int interrupt_fd)
{
	int code = capture_outputs_check(&capture->outputs,
					 capture->options);

	if (code == EXIT_OK && capture->options->preview)
		code = preview_open(&capture->preview,
				    capture->outputs.uses_stdout);
	if (code != EXIT_OK)
		return code;
	code = capture_outputs_open(&capture->outputs);
	if (code != EXIT_OK)
		return code;
	code = capture_record_begin(&capture->options->record,
				    &capture->recorder);
	if (code != EXIT_OK)
		return code;
	code = open_camera(capture, interrupt_fd);
	if (code == EXIT_OK)
		code = capture_record_check(&capture->options->record,
					    capture->recorder);
	if (code != EXIT_OK)
		return code;
	check_restart(capture);
	code = set_device_controls(capture);
	if (code == EXIT_OK)
		code = set_controls(capture);
	if (code != EXIT_OK)
		return code;
	report_running();
	capture->was_run = true;
	return run(capture);
}

/* Prints what the camera can do, and captures nothing. */
static int list(struct capture *capture, int interrupt_fd)
{
	const struct options *options = capture->options;
	int code = EXIT_OK;

	if (options->list_formats)
		code = capture_list_formats(options->camera);
	if (code != EXIT_OK || !options->list_controls)
		return code;
	code = open_camera(capture, interrupt_fd);
	if (code != EXIT_OK)
		return code;
	capture_list_controls(camera_get_controls(capture->camera));
	capture_list_device_controls(
		camera_get_device_controls(capture->camera));
	return EXIT_OK;
}

/* Of the worker that was there from the first frame to the last. */
static uint64_t worker_took_ns(const struct capture *capture,
			       const struct camera_counts *counts)
{
	const uint64_t ns = worker_time_ns(camera_get_proxy(capture->camera));

	return counts->restarts || ns < capture->worker_ns
		       ? 0
		       : ns - capture->worker_ns;
}

static void print_stats(FILE *stream, const struct capture *capture)
{
	struct camera_counts counts;

	stats_table_print(stream, camera_get_proxy(capture->camera));
	camera_get_counts(capture->camera, &counts);
	stats_table_print_stages(stream, &counts.times, &capture->write,
				 worker_took_ns(capture, &counts));
}

/* Prints summary and statistics, beside outputs that are on stdout. */
static int print_results(const struct capture *capture, int code)
{
	FILE *stream = capture->outputs.uses_stdout ? stderr : stdout;

	if (code == EXIT_OK && !capture->options->quiet &&
	    capture->was_run)
		capture_summary_print(
			stream, capture->camera, capture->n_done,
			capture->seconds,
			capture->options->camera_options.realtime);
	/* Most useful after a failure. */
	if (capture->options->stats && capture->camera)
		print_stats(stream, capture);
	return report_finish_stdout(code);
}

int command_capture(const struct options *options)
{
	const struct camera_options *camera = &options->camera_options;
	struct capture capture = {
		.options = options,
		/* The target of another module or tuning is unknown. */
		.outputs.plot.has_target =
			!camera->tuning && !camera->module &&
			options->n_controls == 0 &&
			strcmp(options->camera, "virtual") == 0,
		.outputs.plot.has_neutral = !camera->scene,
	};
	int interrupt_fd = interrupt_init();
	int code;

	if (interrupt_fd < 0) {
		report_error("cannot create a pipe: %s",
			     camipc_errno_to_string(interrupt_fd));
		return EXIT_FAILED;
	}
	if (options->n_frames == 0)
		interrupt_let_writes_finish();
	if (options->list_controls || options->list_formats)
		code = list(&capture, interrupt_fd);
	else
		code = open_and_run(&capture, interrupt_fd);
	preview_close(&capture.preview);
	show_backtrace(&capture);
	code = capture_outputs_finish(&capture.outputs, code);
	code = print_results(&capture, code);
	camera_destroy(capture.camera);
	capture_record_end(&options->record, capture.recorder);
	camipc_manager_destroy(capture.manager);
	interrupt_fini();
	return code;
}
