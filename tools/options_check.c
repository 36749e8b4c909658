/* SPDX-License-Identifier: MIT */
/* Checks options that were parsed: paths, and what excludes each other. */
#include "options_check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "camera_option.h"
#include "report.h"

/* What a path of an option must lead to. */
enum expected { FOLDER, PROGRAM, FILE_OR_FOLDER, READABLE_FILE };

/* Reports a path that would be ignored or not understood later. */
static int check_path(const char *name, const char *path,
		      enum expected expected)
{
	static const char *const texts[] = {
		[FOLDER] = "a folder that can be read",
		[PROGRAM] = "a program that can be executed",
		[FILE_OR_FOLDER] = "a file or folder that exists",
		[READABLE_FILE] = "a regular file that can be read",
	};
	static const int modes[] = {
		[FOLDER] = R_OK | X_OK,
		[PROGRAM] = X_OK,
		[FILE_OR_FOLDER] = F_OK,
		[READABLE_FILE] = R_OK,
	};
	struct stat st;
	const char *reason;

	if (stat(path, &st) < 0)
		reason = camipc_errno_to_string(errno);
	else if (S_ISDIR(st.st_mode) &&
		 (expected == PROGRAM || expected == READABLE_FILE))
		reason = "it is a folder";
	else if (!S_ISDIR(st.st_mode) && expected == FOLDER)
		reason = "it is not a folder";
	else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		reason = "it is a pipe, socket or device";
	else if (access(path, modes[expected]) < 0)
		reason = camipc_errno_to_string(errno);
	else
		return 0;
	report_option(name, path, "expected %s: %s", texts[expected], reason);
	return -EINVAL;
}

static int check_path_list(const char *name, const char *const *paths,
			   enum expected expected)
{
	int ret = 0;

	for (; *paths && ret == 0; paths++)
		ret = check_path(name, *paths, expected);
	return ret;
}

/* The manager would ignore folders and programs that do not exist, because
 * those of its own lists may be missing. */
static int check_paths(const struct options *options)
{
	const struct camera_options *camera = &options->camera_options;
	int ret = check_path_list("module-path", options->module_paths, FOLDER);

	if (ret == 0)
		ret = check_path_list("worker", options->worker_paths, PROGRAM);
	if (ret == 0)
		ret = check_path_list("trust", options->trusted_paths,
				      FILE_OR_FOLDER);
	if (ret == 0 && options->keys_folder)
		ret = check_path("keys", options->keys_folder, FOLDER);
	if (ret == 0 && options->policy_folder)
		ret = check_path("policy", options->policy_folder, FOLDER);
	if (ret == 0 && camera->scene)
		ret = check_path("scene", camera->scene, READABLE_FILE);
	if (ret == 0 && camera->tuning)
		ret = check_path("tuning", camera->tuning, READABLE_FILE);
	if (ret == 0 && camera->module && strchr(camera->module, '/'))
		ret = check_path("ipa", camera->module, READABLE_FILE);
	return ret;
}

static int check_pace(const struct options *options)
{
	if (!options->camera_options.realtime ||
	    !options->camera_options.pace_ms)
		return 0;
	report_error("--pace cannot be combined with --realtime, in which the "
		     "sensor sets the pace");
	return -EINVAL;
}

/* A camera without a device has only the controls of its IPA. */
static int check_controls(const struct options *options)
{
	char error[CONTROL_OPTION_ERROR_SIZE];

	for (size_t i = 0; i < options->n_controls; i++) {
		const struct control_option *option = &options->controls[i];

		if (!option->is_device ||
		    camera_option_has_device(options->camera))
			continue;
		control_option_refuse_name(option, NULL, error);
		report_option("control", option->text, "%s", error);
		return -EINVAL;
	}
	return 0;
}

int options_check(const struct options *options)
{
	if (check_pace(options) < 0 || check_controls(options) < 0)
		return -EINVAL;
	return check_paths(options);
}
