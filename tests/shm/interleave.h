/* SPDX-License-Identifier: MIT */
/*
 * Runs a few tasks in every order of their steps. A task is a function on a stack
 * of its own; it stops before each access to shared memory (interleave_point()),
 * and where it waits. One run makes one choice at each stop; runs are repeated
 * until every choice was made. Memory is sequentially consistent, but for stores
 * that a test delays.
 */
#ifndef CAMIPC_TEST_INTERLEAVE_H
#define CAMIPC_TEST_INTERLEAVE_H

#include <stdbool.h>
#include <stddef.h>

#define INTERLEAVE_MAX_TASKS 2

/** What is run in every order. */
struct interleave_scene {
	const char *name;
	size_t n_tasks;
	void (*tasks[INTERLEAVE_MAX_TASKS])(void);
	/** Task that may die before any of its steps, and after the last; -1. */
	int mortal;
	/** Makes everything as it was before. */
	void (*set_up)(void);
	/** The mortal task is dead: what a kernel does then. */
	void (*die)(void);
	/** Something that happens by itself, at any time, once it may. */
	bool (*may_happen)(void);
	void (*happen)(void);
	/** Called when no task can go on. Returns NULL, or what is wrong. */
	const char *(*judge)(void);
};

/** What came of a scene. */
struct interleave_result {
	unsigned long runs;
	unsigned int longest; /* choices of a run */
	const char *wrong; /* of the run that was wrong; NULL: none was */
	char order[256]; /* the tasks of that run, by their numbers; X: death */
};

/** Explores all of @scene, or until a run is wrong, or for @max_runs. */
void interleave_explore(const struct interleave_scene *scene,
			unsigned long max_runs,
			struct interleave_result *ret_result);

/** Of a task: others may run before it goes on. Elsewhere nothing. */
void interleave_point(void);

/** Of a task: it goes on once @is_over(), which gets its number, returns true. */
void interleave_wait(bool (*is_over)(int task));

/** Returns the number of the task that runs; -1: none. */
int interleave_task(void);

/** Returns true if the task has returned. */
bool interleave_has_ended(int task);

#endif /* CAMIPC_TEST_INTERLEAVE_H */
