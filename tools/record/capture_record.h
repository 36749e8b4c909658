/* SPDX-License-Identifier: MIT */
/* Records a capture: --record and its options. */
#ifndef TOOLS_RECORD_CAPTURE_RECORD_H
#define TOOLS_RECORD_CAPTURE_RECORD_H

#include <camipc/record.h>

#include "record_options.h"

/**
 * Records all proxies from now on, if the options want it. Returns EXIT_OK, or
 * another exit code after a report. @ret_recorder: for capture_record_end().
 */
int capture_record_begin(const struct record_options *options,
			 struct camipc_recorder **ret_recorder);

/** Checks that the camera's IPA is recorded. Returns an exit code. */
int capture_record_check(const struct record_options *options,
			 const struct camipc_recorder *recorder);

/** Completes the file. A recording that has stopped is a warning only. */
void capture_record_end(const struct record_options *options,
			struct camipc_recorder *recorder);

#endif /* TOOLS_RECORD_CAPTURE_RECORD_H */
