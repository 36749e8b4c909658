/* SPDX-License-Identifier: MIT */
/* Checks, opens, writes and completes the files of a capture. */
#include "capture_outputs.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "interrupt.h"
#include "metadata_writer.h"
#include "report.h"

/* A file that an option names. */
struct named {
	const char *option;
	const char *value;
	bool is_input;
	struct output_target target;
};

/* Most files that the options of a capture name; those of frames count as one.
 */
#define MAX_NAMED 8

/* Reports that @path, which comes from the value of an option, cannot be
 * written. Says nothing if a signal ended the writing. */
static int write_failed(const char *option, const char *value, const char *path,
			int error)
{
	if (error == -EINTR && interrupt_signal())
		return EXIT_SIGNAL + interrupt_signal();
	if (!strcmp(value, path))
		report_option(option, value, "cannot write the file: %s",
			      output_error_text(error));
	else
		report_option(option, value, "cannot write '%.300s': %s", path,
			      output_error_text(error));
	return EXIT_FAILED;
}

/* ---- check -------------------------------------------------------------- */

static int check_plot(const char *path)
{
	size_t n;

	if (!path)
		return EXIT_OK;
	n = strlen(path);
	if (!plot_is_available()) {
		report_option("plot", path,
			      "cannot draw, because camipc was built without "
			      "cairo");
		return EXIT_USAGE;
	}
	if ((n > 4 && !strcasecmp(path + n - 4, ".png")) ||
	    output_target_needs_no_ending(path))
		return EXIT_OK;
	report_option("plot", path,
		      "expected a name that ends in .png, or '-' for standard "
		      "output");
	return EXIT_USAGE;
}

/* Adds a file; one that cannot be found is reported where it is opened. */
static void add(struct named *files, size_t *n, const char *option,
		const char *value, const char *path, bool is_input)
{
	struct named *file = &files[*n];

	if (!value || output_target_find(path, &file->target) < 0)
		return;
	file->option = option;
	file->value = value;
	file->is_input = is_input;
	++*n;
}

static int refuse_pair(const struct named *a, const struct named *b)
{
	report_option(a->option, a->value,
		      "--%s %.200s names the same file; choose another file "
		      "for one of the two",
		      b->option, b->value);
	return EXIT_USAGE;
}

static int check_pairs(const struct capture_outputs *outputs,
		       const struct named *files, size_t n)
{
	const struct named frames = {
		.option = "output",
		.value = outputs->options->output,
	};
	size_t i;
	size_t k;

	for (i = 0; i < n; i++) {
		if (frame_writer_writes(&outputs->writer,
					outputs->options->n_frames,
					&files[i].target))
			return refuse_pair(&frames, &files[i]);
		for (k = i + 1; k < n; k++)
			if (!(files[i].is_input && files[k].is_input) &&
			    output_target_same(&files[i].target,
					       &files[k].target))
				return refuse_pair(&files[i], &files[k]);
	}
	return EXIT_OK;
}

int capture_outputs_check(struct capture_outputs *outputs,
			  const struct options *options)
{
	const struct camera_options *camera = &options->camera_options;
	struct named files[MAX_NAMED];
	const char *error = NULL;
	size_t n = 0;
	size_t i;
	int code;

	outputs->options = options;
	/* First: demo.sh asks with a wrong --output whether it can draw. */
	code = check_plot(options->plot);
	if (code != EXIT_OK)
		return code;
	if (frame_writer_init(&outputs->writer, options->output,
			      options->n_frames, &error) < 0) {
		report_option("output", options->output, "%s", error);
		return EXIT_USAGE;
	}
	if (outputs->writer.format != FRAME_FORMAT_NONE &&
	    !outputs->writer.numbered)
		add(files, &n, "output", options->output, options->output,
		    false);
	add(files, &n, "metadata", options->metadata, options->metadata,
	    false);
	add(files, &n, "plot", options->plot, options->plot, false);
	for (i = 0; i < n; i++)
		if (output_target_is_stdout(&files[i].target))
			outputs->uses_stdout = true;
	add(files, &n, "record", options->record.path, options->record.path,
	    false);
	/* A name without a folder is that of an installed module. */
	if (camera->module && strchr(camera->module, '/'))
		add(files, &n, "ipa", camera->module, camera->module, true);
	add(files, &n, "scene", camera->scene, camera->scene, true);
	add(files, &n, "tuning", camera->tuning, camera->tuning, true);
	return check_pairs(outputs, files, n);
}

/* ---- write -------------------------------------------------------------- */

/* Finds out before the first frame whether its file can be there. */
static int check_first_frame(const struct capture_outputs *outputs)
{
	const char *value = outputs->options->output;
	char path[OUTPUT_PATH_SIZE];
	struct output_target target;
	int ret;

	if (outputs->writer.format == FRAME_FORMAT_NONE)
		return EXIT_OK;
	ret = frame_writer_path(&outputs->writer, 0, path);
	if (ret == 0)
		ret = output_target_find(path, &target);
	return ret < 0 ? write_failed("output", value, path, ret) : EXIT_OK;
}

int capture_outputs_open(struct capture_outputs *outputs)
{
	const char *path = outputs->options->metadata;
	struct output_target target;
	int code = check_first_frame(outputs);
	int ret;

	if (code != EXIT_OK)
		return code;
	ret = outputs->uses_stdout ? output_target_reserve_stdout() : 0;
	if (ret < 0) {
		report_error("cannot keep standard output for outputs: %s",
			     output_error_text(ret));
		return EXIT_FAILED;
	}
	if (outputs->options->plot) {
		ret = output_target_find(outputs->options->plot, &target);
		if (ret < 0)
			return write_failed("plot", outputs->options->plot,
					    outputs->options->plot, ret);
	}
	if (!path)
		return EXIT_OK;
	ret = output_file_open(&outputs->metadata, path);
	if (ret < 0)
		return write_failed("metadata", path, path, ret);
	outputs->has_metadata = true;
	return EXIT_OK;
}

int capture_outputs_write(struct capture_outputs *outputs,
			  const struct camera_frame *frame)
{
	const struct options *options = outputs->options;
	char path[OUTPUT_PATH_SIZE];
	int ret = frame_writer_put(&outputs->writer, frame, path);

	if (ret < 0)
		return write_failed("output", options->output, path, ret);
	if (options->plot && plot_add(&outputs->plot, frame) < 0) {
		report_option("plot", options->plot, "out of memory");
		return EXIT_FAILED;
	}
	if (!outputs->has_metadata)
		return EXIT_OK;
	errno = 0;
	metadata_write(outputs->metadata.stream, frame,
		       options->camera_options.realtime);
	if (ferror(outputs->metadata.stream))
		return write_failed("metadata", options->metadata,
				    options->metadata, errno ? -errno : -EIO);
	return EXIT_OK;
}

/* ---- finish ------------------------------------------------------------- */

static int finish_movie(struct capture_outputs *outputs, int code)
{
	int ret = frame_writer_finish(&outputs->writer, code == EXIT_OK);

	return ret < 0 ? write_failed("output", outputs->options->output,
				      outputs->options->output, ret)
		       : code;
}

static int finish_plot(struct capture_outputs *outputs, int code)
{
	const char *path = outputs->options->plot;
	int ret = path && code == EXIT_OK ? plot_write(&outputs->plot, path)
					  : 0;

	plot_fini(&outputs->plot);
	return ret < 0 ? write_failed("plot", path, path, ret) : code;
}

/* Metadata of a capture that failed would look complete. */
static int finish_metadata(struct capture_outputs *outputs, int code)
{
	const char *path = outputs->options->metadata;
	int ret;

	if (!outputs->has_metadata)
		return code;
	if (code != EXIT_OK) {
		output_file_abandon(&outputs->metadata);
		return code;
	}
	ret = output_file_commit(&outputs->metadata);
	return ret < 0 ? write_failed("metadata", path, path, ret) : code;
}

int capture_outputs_finish(struct capture_outputs *outputs, int code)
{
	if (!outputs->options)
		return code;
	code = finish_movie(outputs, code);
	code = finish_plot(outputs, code);
	code = finish_metadata(outputs, code);
	output_target_close_stdout();
	return code;
}
