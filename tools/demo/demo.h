/* SPDX-License-Identifier: MIT */
/* What the parts of the demo share: options, the manager, the second camera. */
#ifndef TOOLS_DEMO_H
#define TOOLS_DEMO_H

#include "virtual_camera.h"

#include "witness.h"

/** Size of the demo's frames, in pixels. */
#define DEMO_WIDTH 480
#define DEMO_HEIGHT 360

/** One run, from its options to its result. */
struct demo {
	/* Options. */
	const char *photo; /* path of a scene; NULL: the chart */
	const char *folder; /* for pictures */
	uint32_t frames; /* of the comparison */
	uint32_t calls; /* whose time is measured */
	uint32_t fault_frame; /* at which each attack begins */

	struct camipc_manager *manager;
	struct witness witness;
	int interrupt_fd; /* readable after Ctrl-C */
	bool failed; /* something that the demo promises did not hold */
};

/** Returns microseconds of CLOCK_MONOTONIC. Thread word: safe. */
int64_t demo_now_us(void);

/** Prints "camipc-demo: ..." on stderr. */
void demo_error(const char *format, ...) CAMIPC_PRINTF(1, 2);

/**
 * Opens and starts a camera that sees Ctrl-C. Returns 0, or a negative errno
 * after it has printed a line.
 */
int demo_open(const struct demo *demo, struct virtual_camera_options options,
	      struct virtual_camera **ret_camera) CAMIPC_MUST_CHECK;

/** Size of an error text in bytes. */
#define DEMO_ERROR_SIZE 1024

/** The same, with one line of text in @error instead of a printed one. */
int demo_try_open(const struct demo *demo,
		  struct virtual_camera_options options,
		  char error[DEMO_ERROR_SIZE],
		  struct virtual_camera **ret_camera) CAMIPC_MUST_CHECK;

/** Stops and destroys a camera; accepts NULL. */
void demo_close(struct virtual_camera *camera);

/** Makes the smallest call that the IPA of a camera answers. Returns what
 *  camipc_proxy_call() does. */
int demo_call(struct virtual_camera *camera) CAMIPC_MUST_CHECK;

/*
 * The acts. Each writes its facts, and returns 0 if it came to its end, also if
 * something did not hold; else an exit code, after a line on stderr unless it
 * was interrupted.
 */

/** Runs the same camera in a thread and isolated, side by side. */
int demo_compare(struct demo *demo) CAMIPC_MUST_CHECK;

/** Runs every attack, with the second camera going on. */
int demo_attack(struct demo *demo) CAMIPC_MUST_CHECK;

#endif /* TOOLS_DEMO_H */
