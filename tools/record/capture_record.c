/* SPDX-License-Identifier: MIT */
/* Records a capture: --record and its options. */
#include "capture_record.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include <camipc/error.h>

#include "output_target.h"
#include "report.h"

/* Follows the links of the file's name, which the library does not. */
static int find_recording(const char *name, char path[PATH_MAX])
{
	struct output_target target;
	const int ret = output_target_find(name, &target);

	if (ret < 0) {
		report_option("record", name, "cannot record: %s",
			      output_error_text(ret));
		return EXIT_USAGE;
	}
	if (target.kind != OUTPUT_REPLACE) {
		report_option("record", name,
			      "cannot record: expected a regular file");
		return EXIT_USAGE;
	}
	output_target_path(&target, target.name, path);
	return EXIT_OK;
}

int capture_record_begin(const struct record_options *options,
			 struct camipc_recorder **ret_recorder)
{
	char path[PATH_MAX];
	const struct camipc_record_options with = {
		.size = sizeof(with),
		.path = path,
		.replace = options->force,
		.no_buffers = options->no_buffers,
		.redact = options->redact,
		.ring_seconds = options->ring_seconds,
		.save_signal = options->ring_seconds ? SIGUSR1 : 0,
	};
	int ret;

	if (!options->path)
		return EXIT_OK;
	ret = find_recording(options->path, path);
	if (ret != EXIT_OK)
		return ret;
	ret = camipc_recorder_create(&with, ret_recorder);
	if (ret == -EEXIST) {
		report_option("record", options->path,
			      "the file exists; --force replaces it");
		return EXIT_USAGE;
	}
	if (ret < 0) {
		report_option("record", options->path,
			      "cannot record: %s", camipc_errno_to_string(ret));
		return EXIT_USAGE;
	}
	camipc_recorder_set_default(*ret_recorder);
	return EXIT_OK;
}

int capture_record_check(const struct record_options *options,
			 const struct camipc_recorder *recorder)
{
	const int error = recorder ? camipc_recorder_get_error(recorder) : 0;

	if (error == 0)
		return EXIT_OK;
	report_option("record", options->path, "cannot record the IPA: %s",
		      camipc_errno_to_string(error));
	return EXIT_USAGE;
}

void capture_record_end(const struct record_options *options,
			struct camipc_recorder *recorder)
{
	int ret;

	camipc_recorder_set_default(NULL);
	ret = camipc_recorder_destroy(recorder);
	if (ret < 0)
		report_error("the recording '%.300s' is not complete: %s",
			     options->path, camipc_errno_to_string(ret));
}
