/* SPDX-License-Identifier: MIT */
/*
 * The witness: a second camera in the same process, with a thread and a worker
 * of its own. It takes 30 frames per second all the time, so that its gaps show
 * whether trouble with another camera's IPA disturbs it.
 */
#ifndef TOOLS_DEMO_WITNESS_H
#define TOOLS_DEMO_WITNESS_H

#include <pthread.h>

#include "virtual_camera.h"

/** Frames that it remembers: more than any run takes. */
#define WITNESS_MAX_FRAMES 16384

/** Thread word: the fields are for witness.c. */
struct witness {
	struct camipc_manager *manager;
	pthread_t thread;
	bool is_running;
	int stop_fds[2]; /* a pipe */
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	int64_t *frames; /* when each came, microseconds of CLOCK_MONOTONIC */
	size_t n_frames;
	bool has_failed;
	char error[256];
};

/** What the witness saw in a span of time. */
struct witness_view {
	size_t frames;
	int64_t gap_us; /* the longest time between two frames */
	bool has_failed;
};

/**
 * witness_start() - run the second camera, and wait for its first frame
 * @manager: must be valid until witness_stop() returns
 *
 * Returns 0, or a negative errno; witness->error has a text then.
 */
int witness_start(struct witness *witness,
		  struct camipc_manager *manager) CAMIPC_MUST_CHECK;

/** Ends the second camera; accepts one that was not started, zeroed. */
void witness_stop(struct witness *witness);

/** Returns how many frames came so far. Thread word: safe. */
size_t witness_count(struct witness *witness);

/**
 * witness_wait() - wait until the witness has had @n frames in all
 *
 * Returns true, or false: it failed, or they did not come within 20 s.
 */
bool witness_wait(struct witness *witness, size_t n);

/**
 * Fills in the frames and the longest gap between two moments; a gap counts if
 * a part of it lies between them. Thread word: safe.
 */
void witness_look(struct witness *witness, int64_t begin_us, int64_t end_us,
		  struct witness_view *ret_view);

#endif /* TOOLS_DEMO_WITNESS_H */
