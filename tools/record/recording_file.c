/* SPDX-License-Identifier: MIT */
/* Opens the recording that is a command's argument. */
#include "recording_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "report.h"

static int refuse_recording(const char *path, const char *why)
{
	report_error("%.300s: %s", path, why);
	return EXIT_USAGE;
}

int recording_file_open(struct recording_file *file, const char *path)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct stat st;
	int ret;

	file->path = path;
	file->recording = NULL;
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0)
		return refuse_recording(path, camipc_errno_to_string(errno));
	if (fstat(file->fd, &st) < 0 || !S_ISREG(st.st_mode))
		ret = refuse_recording(path, "expected a regular file");
	else if (camipc_recording_open(file->fd, &file->recording, why) < 0)
		ret = refuse_recording(path, why);
	else
		ret = EXIT_OK;
	if (ret != EXIT_OK)
		recording_file_close(file);
	return ret;
}

int recording_file_spare(const char *path, const char *option,
			 const char *output, const struct output_target *target)
{
	struct stat st;

	if (!target->exists || stat(path, &st) < 0 ||
	    st.st_dev != target->device || st.st_ino != target->inode)
		return EXIT_OK;
	report_option(option, output, "it is the recording: name another file");
	return EXIT_USAGE;
}

void recording_file_close(struct recording_file *file)
{
	if (!file->path)
		return;
	camipc_recording_close(file->recording);
	if (file->fd >= 0)
		close(file->fd);
	file->path = NULL;
}

int recording_file_report_end(const struct recording_file *file)
{
	const char *why;
	const enum camipc_recording_end end =
		camipc_recording_get_end(file->recording, &why);

	if (end == CAMIPC_RECORDING_COMPLETE)
		return EXIT_OK;
	report_error("%.300s: %s", file->path, why);
	return end == CAMIPC_RECORDING_DAMAGED ? EXIT_FAILED : EXIT_OK;
}
