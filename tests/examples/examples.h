/* SPDX-License-Identifier: MIT */
/* What the tests of this suite share: skipping, deaths, and settled exposure. */
#ifndef EXAMPLES_H
#define EXAMPLES_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "real_camera.h"

/**
 * Ends the test with 77 if an IPA module is not installed, or with 1 if
 * CAMIPC_TEST_NEED_EXAMPLES is set, as in CI, where nothing may be missing.
 */
void examples_need(const char *file);

/** For a group of tests: keeps the log. */
int examples_setup(void **state);
int examples_teardown(void **state);

/**
 * Asserts that exposure × gain did not change by more than 2 % from frame to
 * frame, before the light changed and at the end, within @frames frames; and
 * that the second half is brighter exposed, by the loss of light.
 */
void examples_assert_settled(const struct real_camera *camera,
			     unsigned int frames);

/**
 * examples_refuse_tuning() - give an IPA a tuning file that it cannot use
 * @run: of the camera
 * @text: of the file
 * @place: category and file with which the IPA's own error begins
 * @words: in its error
 *
 * In a thread and in a process, init fails with the IPA's own error, and the log
 * has its words once, with their level as a level, and without colours.
 */
void examples_refuse_tuning(int (*run)(struct real_camera *camera,
				       const struct real_fault *fault),
			    const char *text, const char *place,
			    const char *words);

/**
 * examples_die() - let a worker die, and check the report about it
 * @run: of the camera
 * @fault: what goes wrong
 * @signal: that ended the worker
 * @file: name of the file with the first frame of the backtrace; NULL: none
 * @words: in the worker's stderr or log; NULL: not checked
 *
 * Another camera runs a whole session afterwards, and nothing is left open.
 */
void examples_die(int (*run)(struct real_camera *camera,
			     const struct real_fault *fault),
		  const struct real_fault *fault, int signal, const char *file,
		  const char *words);

/**
 * examples_throw() - let an IPA throw an exception in each kind of isolation
 * @run: of the camera
 * @fault: what makes the IPA throw
 * @method: whose op throws
 * @file: name of the IPA's file
 *
 * In a worker the exception ends the worker, and the report begins in @file. In a
 * thread and in loopback the call fails, the log names @method, and another
 * camera runs a whole session in this process.
 */
void examples_throw(int (*run)(struct real_camera *camera,
			       const struct real_fault *fault),
		    const struct real_fault *fault, const char *method,
		    const char *file);

#endif /* EXAMPLES_H */
