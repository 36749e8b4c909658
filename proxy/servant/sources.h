/* SPDX-License-Identifier: MIT */
/*
 * The sources of a module: descriptors, timers and posted tasks whose functions
 * the op thread calls between two ops. They fire during a run only: from the
 * return of the start op until the stop op begins.
 */
#ifndef CAMIPC_SERVANT_SOURCES_H
#define CAMIPC_SERVANT_SOURCES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <camipc/limits.h>

struct camipc_task;

struct camipc_source {
	int number; /* 0: this place is free */
	int fd; /* -1: a timer */
	uint32_t events;
	int64_t due; /* of a timer, nanoseconds of CLOCK_MONOTONIC */
	uint64_t delay;
	uint64_t period; /* 0: it fires once */
	void (*ready)(void *user, int fd, uint32_t revents);
	void (*expired)(void *user);
	void *user;
};

/** Thread word: bound to the op thread, except post and close. */
struct camipc_sources {
	struct camipc_source items[CAMIPC_MAX_SOURCES];
	uint32_t n; /* that exist */
	uint32_t n_descriptors;
	int last_number;
	bool is_running;
	atomic_bool posted; /* there are tasks */
	atomic_int wake_fd; /* an eventfd; -1: the op thread never polled */
	atomic_bool woken; /* since the latest poll, or for it */
	pthread_mutex_t lock; /* protects the members below */
	struct camipc_task *first;
	struct camipc_task *last;
	bool closed;
};

void camipc_sources_init(struct camipc_sources *sources);

/** Refuses further tasks. Thread word: safe. */
void camipc_sources_close(struct camipc_sources *sources);

/** Drops tasks that never ran, and frees what is left. */
void camipc_sources_fini(struct camipc_sources *sources);

/* As the functions of struct camipc_host. */
int camipc_sources_add_descriptor(struct camipc_sources *sources, int fd,
				  uint32_t events,
				  void (*ready)(void *user, int fd,
						uint32_t revents),
				  void *user);
int camipc_sources_add_timer(struct camipc_sources *sources, uint64_t delay_ns,
			     uint64_t period_ns, void (*expired)(void *user),
			     void *user);
int camipc_sources_remove(struct camipc_sources *sources, int number);

/** Does not wake the op thread: camipc_sources_wake() does. Thread word: safe. */
int camipc_sources_post(struct camipc_sources *sources,
			void (*run)(void *user), void *user);

/** Ends camipc_sources_poll(), or else the next one. Thread word: safe. */
void camipc_sources_wake(struct camipc_sources *sources);

/** Begins a run: timers that waited for it count from now. */
void camipc_sources_begin(struct camipc_sources *sources);
void camipc_sources_end(struct camipc_sources *sources);

/** Calls the tasks that were posted so far, if there is a run. */
void camipc_sources_run_tasks(struct camipc_sources *sources);

/** Calls what is due: tasks and timers. Returns when the next timer is due. */
int64_t camipc_sources_run_due(struct camipc_sources *sources);

/** Returns whether only poll() can wait for what the module wants. */
static inline bool
camipc_sources_need_poll(const struct camipc_sources *sources)
{
	return sources->is_running && sources->n_descriptors > 0;
}

/**
 * camipc_sources_poll() - sleep until there is something to do
 * @fd: of the calls, borrowed; negative: they are ready, so do not sleep
 * @events: for poll()
 *
 * Calls what is due meanwhile, once. Returns 1 if @fd is ready; 0 if not (a
 * source has fired, or somebody woke the thread); -EMFILE, -ENFILE or -ENOMEM.
 */
int camipc_sources_poll(struct camipc_sources *sources, int fd, short events);

#endif /* CAMIPC_SERVANT_SOURCES_H */
