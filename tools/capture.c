/* SPDX-License-Identifier: MIT */
/* The command capture: runs a camera, and writes its frames. */
#include "commands.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>

#include "backtrace.h"
#include "frame_writer.h"
#include "interrupt.h"
#include "metadata_writer.h"
#include "plot.h"
#include "report.h"
#include "stats_table.h"

/* One capture, from options to files. */
struct capture {
	const struct options *options;
	struct frame_writer writer;
	struct output_file metadata;
	bool has_metadata;
	struct plot plot;
	struct camipc_manager *manager;
	struct virtual_camera *camera;
	uint32_t n_done;
	double seconds;
	char *backtrace; /* text about an IPA that crashed */
	size_t backtrace_size;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* Checks what can be checked before a camera is built. */
static int check_options(struct capture *capture)
{
	const struct options *options = capture->options;
	const char *error = NULL;

	if (strcmp(options->camera, "virtual") != 0) {
		report_error("--camera %s: unknown camera; the only one is "
			     "'virtual'",
			     options->camera);
		return EXIT_USAGE;
	}
	if (options->plot && !plot_is_available()) {
		report_error("--plot: cannot draw, because camipc was built "
			     "without cairo");
		return EXIT_USAGE;
	}
	if (frame_writer_init(&capture->writer, options->output, &error) < 0) {
		report_error("--output %.200s: %s", options->output, error);
		return EXIT_USAGE;
	}
	if (options->n_frames > 1 && !capture->writer.numbered &&
	    capture->writer.format != FRAME_FORMAT_NONE &&
	    capture->writer.format != FRAME_FORMAT_Y4M) {
		report_error("--output %s: %u frames would overwrite each "
			     "other; put %%d into the name, or use .y4m",
			     options->output, options->n_frames);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

static int open_metadata(struct capture *capture)
{
	const char *path = capture->options->metadata;
	int ret;

	if (!path)
		return EXIT_OK;
	ret = output_file_open(&capture->metadata, path);
	if (ret < 0) {
		report_error("cannot write '%s': %s", path,
			     camipc_errno_to_string(ret));
		return EXIT_FAILED;
	}
	capture->has_metadata = true;
	return EXIT_OK;
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
	backtrace_print(stream, info);
	if (fclose(stream) != 0)
		capture->backtrace_size = 0;
}

static void show_backtrace(struct capture *capture)
{
	if (capture->backtrace_size)
		fputs(capture->backtrace, stderr);
	free(capture->backtrace);
}

static int open_camera(struct capture *capture, int interrupt_fd)
{
	struct virtual_camera_options camera_options =
		capture->options->virtual_camera;
	struct camipc_manager_options manager_options;
	char module[PATH_MAX];
	char error[1024];
	int ret;

	/* The library accepts absolute paths only. */
	if (camera_options.module && strchr(camera_options.module, '/')) {
		if (!realpath(camera_options.module, module)) {
			report_error("--ipa %s: cannot find the module: %s",
				     camera_options.module,
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
	camera_options.watch_interrupt = true;
	camera_options.interrupt_fd = interrupt_fd;
	camera_options.closed = on_closed;
	camera_options.user = capture;
	ret = virtual_camera_create(capture->manager, &camera_options, error,
				    sizeof(error), &capture->camera);
	if (ret < 0) {
		report_error("%s", error);
		return code_of_create(ret);
	}
	return EXIT_OK;
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

		if (control_option_check(
			    option,
			    virtual_camera_get_controls(capture->camera),
			    error) < 0) {
			report_error("%s", error);
			return EXIT_USAGE;
		}
		cam_control_builder_set(&builder, option->control.id,
					&option->control.value);
	}
	ret = cam_control_builder_finish(&builder, &list);
	if (ret < 0)
		goto fail;
	ret = virtual_camera_set_controls(capture->camera, &list);
	if (ret < 0)
		goto fail;
	return EXIT_OK;

fail:
	report_error("cannot set the controls: %s",
		     camipc_errno_to_string(ret));
	return EXIT_FAILED;
}

static int exit_code_of_signal(void)
{
	return EXIT_SIGNAL + interrupt_signal();
}

static int write_frame(struct capture *capture,
		       const struct virtual_frame *frame)
{
	char path[OUTPUT_PATH_SIZE];
	int ret = frame_writer_put(&capture->writer, frame, path);

	if (ret < 0) {
		report_error("cannot write '%s': %s", path,
			     camipc_errno_to_string(ret));
		return EXIT_FAILED;
	}
	if (capture->options->plot && plot_add(&capture->plot, frame) < 0) {
		report_error("--plot: out of memory");
		return EXIT_FAILED;
	}
	if (!capture->has_metadata)
		return EXIT_OK;
	errno = 0;
	metadata_write(capture->metadata.stream, frame,
		       capture->options->virtual_camera.realtime);
	if (ferror(capture->metadata.stream)) {
		report_error("cannot write '%s': %s",
			     capture->options->metadata,
			     camipc_errno_to_string(errno ? errno : EIO));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static void show_progress(const struct capture *capture, bool wanted)
{
	if (wanted)
		fprintf(stderr, "\rframe %u of %u", capture->n_done,
			capture->options->n_frames);
}

static int capture_frames(struct capture *capture)
{
	const uint32_t n = capture->options->n_frames;
	bool progress = !capture->options->quiet && isatty(STDERR_FILENO);
	int code = EXIT_OK;

	while (code == EXIT_OK && capture->n_done < n) {
		struct virtual_frame frame;
		int ret;

		if (interrupt_signal()) {
			code = exit_code_of_signal();
			break;
		}
		ret = virtual_camera_capture(capture->camera, &frame);
		if (ret == -EINTR) {
			code = exit_code_of_signal();
		} else if (ret < 0) {
			code = EXIT_FAILED;
			if (progress)
				fputc('\n', stderr);
			report_error("frame %u: %s", capture->n_done,
				     virtual_camera_error(capture->camera));
		} else {
			code = write_frame(capture, &frame);
			capture->n_done += code == EXIT_OK;
			show_progress(capture, progress);
		}
	}
	if (progress && code != EXIT_FAILED)
		fputc('\n', stderr);
	return code;
}

static int run(struct capture *capture)
{
	double start = now();
	int code;

	if (virtual_camera_start(capture->camera) < 0) {
		report_error("%s", virtual_camera_error(capture->camera));
		return EXIT_FAILED;
	}
	code = capture_frames(capture);
	capture->seconds = now() - start;
	if (virtual_camera_stop(capture->camera) < 0 && code == EXIT_OK) {
		report_error("%s", virtual_camera_error(capture->camera));
		code = EXIT_FAILED;
	}
	return code;
}

/* Metadata of a capture that failed would look complete. */
static int finish_metadata(struct capture *capture, int code)
{
	int ret;

	if (!capture->has_metadata)
		return code;
	if (code != EXIT_OK) {
		output_file_abandon(&capture->metadata);
		return code;
	}
	ret = output_file_commit(&capture->metadata);
	if (ret == 0)
		return code;
	report_error("cannot write '%s': %s", capture->options->metadata,
		     camipc_errno_to_string(ret));
	return EXIT_FAILED;
}

static int finish_plot(struct capture *capture, int code)
{
	const char *path = capture->options->plot;
	int ret = path && code == EXIT_OK ? plot_write(&capture->plot, path)
					  : 0;

	plot_fini(&capture->plot);
	if (ret == 0)
		return code;
	report_error("cannot write '%s': %s", path,
		     camipc_errno_to_string(ret));
	return EXIT_FAILED;
}

/* Keeps a file with all frames only if the capture succeeded. */
static int finish_movie(struct capture *capture, int code)
{
	int ret = frame_writer_finish(&capture->writer, code == EXIT_OK);

	if (ret == 0)
		return code;
	report_error("cannot write '%s': %s", capture->options->output,
		     camipc_errno_to_string(ret));
	return EXIT_FAILED;
}

/* In real time: ", 5 late (3 waited for the IPA, 2 frame times missed)". */
static void print_late(const struct capture *capture)
{
	const struct virtual_late_counts *late =
		virtual_camera_get_late_counts(capture->camera);

	if (!capture->options->virtual_camera.realtime)
		return;
	printf(", %llu late", (unsigned long long)late->frames);
	if (late->frames)
		printf(" (%llu without new parameters, %llu frame time%s "
		       "missed)",
		       (unsigned long long)late->ipa,
		       (unsigned long long)late->host,
		       late->host == 1 ? "" : "s");
}

static void print_summary(const struct capture *capture)
{
	const struct cam_clamp_counts *counts =
		virtual_camera_get_clamp_counts(capture->camera);
	struct camipc_proxy *proxy = virtual_camera_get_proxy(capture->camera);
	uint64_t clamped = counts->clamped + counts->unknown +
			   counts->mistyped + counts->refused;

	printf("%u frame%s in %.2f s (%.1f per second), isolation %s",
	       capture->n_done, capture->n_done == 1 ? "" : "s",
	       capture->seconds, capture->n_done / capture->seconds,
	       camipc_proxy_get_isolation(proxy));
	print_late(capture);
	if (clamped)
		printf(", %llu sensor control%s clamped",
		       (unsigned long long)clamped, clamped == 1 ? "" : "s");
	putchar('\n');
	fflush(stdout);
}

/* Opens everything, and captures. */
static int open_and_run(struct capture *capture, int interrupt_fd)
{
	int code = check_options(capture);

	if (code != EXIT_OK)
		return code;
	code = open_metadata(capture);
	if (code != EXIT_OK)
		return code;
	code = open_camera(capture, interrupt_fd);
	if (code != EXIT_OK)
		return code;
	code = set_controls(capture);
	if (code != EXIT_OK)
		return code;
	report_running();
	return run(capture);
}

int command_capture(const struct options *options)
{
	const struct virtual_camera_options *camera = &options->virtual_camera;
	struct capture capture = {
		.options = options,
		/* The target of another module or tuning is unknown. */
		.plot.has_target = !camera->tuning && !camera->module &&
				   options->n_controls == 0,
		.plot.has_neutral = !camera->scene,
	};
	int interrupt_fd = interrupt_init();
	int code;

	if (interrupt_fd < 0) {
		report_error("cannot create a pipe: %s",
			     camipc_errno_to_string(interrupt_fd));
		return EXIT_FAILED;
	}
	code = open_and_run(&capture, interrupt_fd);
	show_backtrace(&capture);
	code = finish_movie(&capture, code);
	code = finish_plot(&capture, code);
	code = finish_metadata(&capture, code);
	if (code == EXIT_OK && !options->quiet)
		print_summary(&capture);
	/* Most useful after a failure. */
	if (options->stats && capture.camera)
		stats_table_print(stdout,
				  virtual_camera_get_proxy(capture.camera));
	virtual_camera_destroy(capture.camera);
	camipc_manager_destroy(capture.manager);
	interrupt_fini();
	return code;
}
