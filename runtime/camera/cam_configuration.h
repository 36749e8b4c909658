/* SPDX-License-Identifier: MIT */
/* Configuration files: opened by the pipeline handler, read by the module. */
#ifndef CAM_CONFIGURATION_H
#define CAM_CONFIGURATION_H

#include <limits.h>

#include <camipc/base.h>

#include "core_ipa_types.h"

CAMIPC_BEGIN_DECLS

/** An open configuration file. Thread word: bound. */
struct cam_configuration {
	int fd; /* -1: none */
	char path[PATH_MAX]; /* absolute */
};

/**
 * cam_configuration_open() - open a configuration file for a module
 * @path: absolute, or relative to the working directory
 * @ret_configuration: for cam_configuration_close(); without a file on failure
 *
 * A module in a worker runs in another folder, and may not be allowed to open
 * files: so the pipeline handler opens the file, and a mistake in its name
 * shows before anything is started. The descriptor is that of a copy in memory,
 * so that camipc_host_path() works in the sandbox, too; without /proc, and of a
 * file above 16 MiB, it is the file's own.
 *
 * Returns 0; -EINVAL (not a regular file); -ENAMETOOLONG; or an error of
 * open(): -ENOENT, -EACCES, -EMFILE. Thread word: reentrant.
 */
CAMIPC_API int
cam_configuration_open(const char *path,
		       struct cam_configuration *ret_configuration)
	CAMIPC_MUST_CHECK;

/**
 * Sets configurationFile and configuration of @settings, which refer to
 * @configuration afterwards: it must be closed after the call that sends
 * @settings. Thread word: reentrant.
 */
CAMIPC_API void
cam_configuration_apply(const struct cam_configuration *configuration,
			struct cam_settings *settings);

/** Closes the file, if there is one. Thread word: bound. */
CAMIPC_API void
cam_configuration_close(struct cam_configuration *configuration);

CAMIPC_END_DECLS

#endif /* CAM_CONFIGURATION_H */
