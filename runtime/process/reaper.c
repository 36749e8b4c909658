/* SPDX-License-Identifier: MIT */
/* The thread that reaps children which were killed and have not ended yet. */
#include "reaper.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "child.h"
#include "fd_poll.h"

/* Whose end the thread waits for at once; others wait for the next look. */
#define MAX_POLLED 32

/* A look at those that came meanwhile, or whose end nothing polls for. */
#define LOOK_MS 20

/* Sanitizers need more than the few frames of a waitid(). */
#define REAPER_STACK_SIZE (64u * 1024u)

/*
 * State of the process as a whole, as its children are. The thread frees no
 * memory, for libc would map an arena for it: collect() does.
 */
static struct {
	pthread_mutex_t lock;
	struct camipc_child *dying;
	struct camipc_child *ended; /* to be freed */
	bool has_thread;
} reaper = { .lock = PTHREAD_MUTEX_INITIALIZER };

static pthread_once_t reaper_once = PTHREAD_ONCE_INIT;

/* ---- under the lock ---------------------------------------------------- */

static void reap_ended(void)
{
	for (struct camipc_child **link = &reaper.dying; *link;) {
		struct camipc_child *child = *link;

		if (camipc_child_wait(child, 0) < 0) {
			link = &child->next;
			continue;
		}
		*link = child->next;
		camipc_child_close(child);
		child->next = reaper.ended;
		reaper.ended = child;
	}
}

static nfds_t get_polls(struct pollfd *pfds)
{
	nfds_t n = 0;

	for (const struct camipc_child *child = reaper.dying;
	     child && n < MAX_POLLED; child = child->next) {
		/* A pidfd of a zombie that a debugger holds polls readable. */
		if (child->pidfd >= 0)
			pfds[n++] = (struct pollfd){ .fd = child->pidfd,
						     .events = POLLIN };
	}
	return n;
}

/* ---- the thread -------------------------------------------------------- */

static void *serve_reaper(void *user)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	pthread_setname_np(pthread_self(), "camipc-reaper");
	pthread_mutex_lock(&reaper.lock);
	for (;;) {
		struct pollfd pfds[MAX_POLLED];
		nfds_t n;

		reap_ended();
		if (!reaper.dying)
			break;
		n = get_polls(pfds);
		pthread_mutex_unlock(&reaper.lock);
		/* Only this thread closes their descriptors. */
		if (camipc_poll(pfds, n, LOOK_MS) != 0)
			nanosleep(&nap, NULL);
		pthread_mutex_lock(&reaper.lock);
	}
	reaper.has_thread = false;
	pthread_mutex_unlock(&reaper.lock);
	return user;
}

static bool create_reaper(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t old;
	int ret;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* The host's handlers run in its own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_attr_setstacksize(&attributes, REAPER_STACK_SIZE);
	if (ret == 0)
		ret = pthread_create(&thread, &attributes, serve_reaper, NULL);
	/* A host with much thread-local storage needs a larger stack. */
	if (ret != 0) {
		pthread_attr_destroy(&attributes);
		pthread_attr_init(&attributes);
		pthread_attr_setdetachstate(&attributes,
					    PTHREAD_CREATE_DETACHED);
		ret = pthread_create(&thread, &attributes, serve_reaper, NULL);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return ret == 0;
}

/* ---- fork -------------------------------------------------------------- */

static void before_reaper_fork(void)
{
	pthread_mutex_lock(&reaper.lock);
}

static void after_reaper_fork_in_parent(void)
{
	pthread_mutex_unlock(&reaper.lock);
}

/* The parent's children are not those of its child, which has no thread. */
static void after_reaper_fork_in_child(void)
{
	reaper.has_thread = false;
	pthread_mutex_unlock(&reaper.lock);
}

static void prepare_reaper(void)
{
	/* Without memory for it, only children of a fork may suffer. */
	(void)pthread_atfork(before_reaper_fork, after_reaper_fork_in_parent,
			     after_reaper_fork_in_child);
}

/* ---- callers ----------------------------------------------------------- */

void camipc_reaper_take(struct camipc_child *child)
{
	pthread_once(&reaper_once, prepare_reaper);
	pthread_mutex_lock(&reaper.lock);
	child->next = reaper.dying;
	reaper.dying = child;
	if (!reaper.has_thread)
		reaper.has_thread = create_reaper();
	pthread_mutex_unlock(&reaper.lock);
	camipc_reaper_collect();
}

void camipc_reaper_collect(void)
{
	struct camipc_child *ended;

	pthread_mutex_lock(&reaper.lock);
	if (reaper.dying && !reaper.has_thread)
		reap_ended();
	ended = reaper.ended;
	reaper.ended = NULL;
	pthread_mutex_unlock(&reaper.lock);
	while (ended) {
		struct camipc_child *next = ended->next;

		camipc_child_free(ended);
		ended = next;
	}
}
