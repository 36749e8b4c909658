/* SPDX-License-Identifier: MIT */
/* The threads that close descriptors whose close may block. */
#include "closer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <camipc/limits.h>
#include <camipc/proxy.h>
#include <camipc/stats.h>

#include "deadline.h"
#include "fd_mark.h"
#include "struct_size.h"

#define NS_PER_MS INT64_C(1000000)

/* A thread ends after so long without work: bursts are rare. */
#define IDLE_MS 200

/* A close takes microseconds. Without progress for so long, one is stuck and
 * another thread has to help. */
#define PROGRESS_MS 20

/* Chores of one source that may run at once: others need threads, too. */
#define SHARE (CAMIPC_MAX_CLOSERS / 2)

/* What a spawn waits at most for the closes that were asked for before it. */
#define HOLD_PATIENCE_MS 50

/* Chores that are kept to be used again. */
#define MAX_DONE 64

/* Sanitizers need more than the few frames of a close(). */
#define STACK_SIZE (64u * 1024u)

struct camipc_fd_source {
	struct camipc_fd_source *next; /* in the list of unused ones */
	atomic_uint references;
	atomic_uint waiting; /* descriptors, those being closed included */
	atomic_int running; /* chores; written under the lock */
	_Atomic int64_t since; /* when a thread began with one of them; or 0 */
};

struct closing {
	struct camipc_chore chore;
	int fd;
};

/* Descriptors that can wait without memory for a chore. */
#define MAX_SPARE 16384u
#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)

/*
 * State of the process as a whole, as its descriptors are. The threads neither
 * allocate nor free memory: libc would map an arena for each of them. They
 * leave that to those who bring work.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct camipc_chore *first;
	struct camipc_chore *last;
	unsigned int n_waiting;
	unsigned int n_threads;
	unsigned int n_idle;
	unsigned int n_running;
	unsigned int n_holds;
	int64_t progress; /* when a chore was begun or ended last */
	/** Since when there is work and no thread can be made for it; or 0. */
	_Atomic int64_t stalled;
	uint64_t closed;
	uint64_t leaked;
	struct camipc_chore *done; /* closings to be used again */
	unsigned int n_done;
	struct camipc_fd_source *unused; /* to be freed */
	unsigned long spare[MAX_SPARE / WORD_BITS]; /* one bit per descriptor */
	unsigned int n_spare;
} closer = { .lock = PTHREAD_MUTEX_INITIALIZER };

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- sources ----------------------------------------------------------- */

static void free_unused(void)
{
	struct camipc_fd_source *unused;

	pthread_mutex_lock(&closer.lock);
	unused = closer.unused;
	closer.unused = NULL;
	pthread_mutex_unlock(&closer.lock);
	while (unused) {
		struct camipc_fd_source *next = unused->next;

		free(unused);
		unused = next;
	}
}

struct camipc_fd_source *camipc_fd_source_create(void)
{
	struct camipc_fd_source *source = calloc(1, sizeof(*source));

	free_unused();
	if (!source)
		return NULL;
	atomic_init(&source->references, 1);
	/* What callers get of these is closed by camipc_clear_fd(). */
	camipc_fd_mark_set_closer(camipc_fd_close);
	return source;
}

struct camipc_fd_source *camipc_fd_source_ref(struct camipc_fd_source *source)
{
	if (source)
		atomic_fetch_add(&source->references, 1);
	return source;
}

void camipc_fd_source_unref(struct camipc_fd_source *source)
{
	if (source && atomic_fetch_sub(&source->references, 1) == 1)
		free(source);
}

bool camipc_fd_source_is_clogged(const struct camipc_fd_source *source)
{
	int64_t since = source ? atomic_load(&source->since) : 0;

	if (!since)
		since = atomic_load(&closer.stalled);
	return source && since &&
	       atomic_load(&source->waiting) > CAMIPC_MAX_FDS_CLOSING &&
	       camipc_now() - since > CAMIPC_CLOSE_PATIENCE_MS * NS_PER_MS;
}

/* ---- the line ---------------------------------------------------------- */

static void append(struct camipc_chore *chore)
{
	chore->next = NULL;
	if (closer.first)
		closer.last->next = chore;
	else
		closer.first = chore;
	closer.last = chore;
	closer.n_waiting++;
}

/* Under the lock, in a thread of the closer. */
static void drop_source(struct camipc_fd_source *source)
{
	if (!source || atomic_fetch_sub(&source->references, 1) != 1)
		return;
	source->next = closer.unused;
	closer.unused = source;
}

static bool may_run(const struct camipc_chore *chore)
{
	return !chore->source || atomic_load(&chore->source->running) < SHARE;
}

/* Takes the first chore whose source has a share of threads left, or NULL. */
static struct camipc_chore *take(void)
{
	struct camipc_chore *before = NULL;
	struct camipc_chore *chore = closer.n_holds ? NULL : closer.first;

	while (chore && !may_run(chore)) {
		before = chore;
		chore = chore->next;
	}
	if (!chore)
		return NULL;
	if (before)
		before->next = chore->next;
	else
		closer.first = chore->next;
	if (closer.last == chore)
		closer.last = before;
	closer.n_waiting--;
	return chore;
}

/* ---- the threads ------------------------------------------------------- */

static void *serve(void *unused);

static void close_found(struct camipc_chore *chore)
{
	close(((struct closing *)(void *)chore)->fd);
}

static int create_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t old;
	int ret = pthread_attr_init(&attributes);

	if (ret != 0)
		return ret;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* The host's handlers run in its own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (ret == 0)
		ret = pthread_create(&thread, &attributes, serve, NULL);
	/* A host with much thread-local storage needs a larger stack. */
	if (ret == EINVAL) {
		pthread_attr_destroy(&attributes);
		pthread_attr_init(&attributes);
		pthread_attr_setdetachstate(&attributes,
					    PTHREAD_CREATE_DETACHED);
		ret = pthread_create(&thread, &attributes, serve, NULL);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return ret;
}

/* Under the lock. If there is no thread, the next chore tries again. */
static void add_thread(void)
{
	if (closer.n_threads >= CAMIPC_MAX_CLOSERS)
		return;
	closer.n_threads++;
	if (create_thread() != 0)
		closer.n_threads--;
	if (closer.n_threads)
		atomic_store(&closer.stalled, 0);
	else if (!atomic_load(&closer.stalled))
		atomic_store(&closer.stalled, camipc_now());
}

static bool has_work(void)
{
	return closer.n_waiting || closer.n_spare;
}

static bool is_stuck(void)
{
	return camipc_now() - closer.progress > PROGRESS_MS * NS_PER_MS;
}

/* Under the lock, which it gives up while the chore runs. */
static void run(struct camipc_chore *chore)
{
	struct camipc_fd_source *source = chore->source;

	closer.progress = camipc_now();
	closer.n_running++;
	if (source && atomic_fetch_add(&source->running, 1) == 0)
		atomic_store(&source->since, closer.progress);
	/* Somebody has to see whether this one is stuck. */
	if (has_work() && !closer.n_idle)
		add_thread();
	pthread_mutex_unlock(&closer.lock);
	chore->run(chore);
	pthread_mutex_lock(&closer.lock);
	closer.progress = camipc_now();
	closer.n_running--;
	closer.closed++;
	if (source)
		atomic_store(&source->since,
			     atomic_fetch_sub(&source->running, 1) == 1 ?
				     0 :
				     closer.progress);
	drop_source(source);
}

/* Under the lock: what had no memory to be a chore. */
static void close_spare(void)
{
	struct camipc_chore chore = { .run = close_found };
	struct closing found = { .chore = chore };

	for (unsigned int i = 0; i < MAX_SPARE; i++) {
		if (!(closer.spare[i / WORD_BITS] >> (i % WORD_BITS) & 1))
			continue;
		closer.spare[i / WORD_BITS] &= ~(1ul << (i % WORD_BITS));
		closer.n_spare--;
		found.fd = (int)i;
		run(&found.chore);
		return;
	}
}

/* Under the lock. Returns false once so many milliseconds are over. */
static bool wait_for_work(long ms)
{
	struct timespec until;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * NS_PER_MS;
	if (until.tv_nsec >= 1000 * NS_PER_MS) {
		until.tv_nsec -= 1000 * NS_PER_MS;
		until.tv_sec++;
	}
	closer.n_idle++;
	ret = pthread_cond_timedwait(&closer.work, &closer.lock, &until);
	closer.n_idle--;
	return ret != ETIMEDOUT;
}

static void *serve(void *unused)
{
	bool useful = true;

	(void)unused;
	pthread_setname_np(pthread_self(), "camipc-closer");
	pthread_mutex_lock(&closer.lock);
	for (;;) {
		struct camipc_chore *chore;

		/* One is enough, as long as it gets on. */
		while (has_work() && closer.n_running && !is_stuck())
			(void)wait_for_work(PROGRESS_MS);
		chore = take();
		if (chore)
			run(chore);
		else if (closer.n_spare && !closer.n_holds)
			close_spare();
		else if (!useful)
			break;
		else
			useful = wait_for_work(IDLE_MS);
	}
	closer.n_threads--;
	pthread_mutex_unlock(&closer.lock);
	return NULL;
}

/* ---- fork -------------------------------------------------------------- */

static void before_fork(void)
{
	pthread_mutex_lock(&closer.lock);
}

static void after_fork_in_parent(void)
{
	pthread_mutex_unlock(&closer.lock);
}

static void init_work(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&closer.work, &attributes);
	pthread_condattr_destroy(&attributes);
}

/*
 * The child has none of the threads. Copies of what they were closing stay
 * open in it: closing them would block as well.
 */
static void after_fork_in_child(void)
{
	closer.leaked += closer.n_waiting + closer.n_spare;
	memset(closer.spare, 0, sizeof(closer.spare));
	closer.n_spare = 0;
	closer.first = NULL;
	closer.last = NULL;
	closer.n_waiting = 0;
	closer.n_threads = 0;
	closer.n_idle = 0;
	closer.n_running = 0;
	closer.n_holds = 0;
	atomic_store(&closer.stalled, 0);
	init_work();
	pthread_mutex_unlock(&closer.lock);
}

static void prepare(void)
{
	init_work();
	/* Without memory for it, only children of a fork may suffer. */
	(void)pthread_atfork(before_fork, after_fork_in_parent,
			     after_fork_in_child);
}

/* ---- work -------------------------------------------------------------- */

static void call_thread(void)
{
	if (closer.n_idle)
		pthread_cond_signal(&closer.work);
	else
		add_thread();
}

void camipc_closer_run(struct camipc_chore *chore)
{
	int saved = errno;

	pthread_once(&once, prepare);
	camipc_fd_source_ref(chore->source);
	pthread_mutex_lock(&closer.lock);
	append(chore);
	call_thread();
	pthread_mutex_unlock(&closer.lock);
	errno = saved;
}

/* ---- spawning ---------------------------------------------------------- */

void camipc_closer_hold(void)
{
	const int64_t end = camipc_now() + HOLD_PATIENCE_MS * NS_PER_MS;

	pthread_once(&once, prepare);
	pthread_mutex_lock(&closer.lock);
	while (has_work() && camipc_now() < end) {
		pthread_mutex_unlock(&closer.lock);
		sched_yield();
		pthread_mutex_lock(&closer.lock);
	}
	closer.n_holds++;
	pthread_mutex_unlock(&closer.lock);
}

void camipc_closer_release(void)
{
	pthread_mutex_lock(&closer.lock);
	if (--closer.n_holds == 0 && has_work())
		call_thread();
	pthread_mutex_unlock(&closer.lock);
}

/* ---- closing ----------------------------------------------------------- */

static void close_one(struct camipc_chore *chore)
{
	struct closing *closing = (struct closing *)(void *)chore;

	close(closing->fd);
	if (chore->source)
		atomic_fetch_sub(&chore->source->waiting, 1);
	pthread_mutex_lock(&closer.lock);
	chore->next = closer.done;
	closer.done = chore;
	closer.n_done++;
	pthread_mutex_unlock(&closer.lock);
}

/* One that was used, or a new one; frees some that are too many. */
static struct closing *get_closing(void)
{
	struct camipc_chore *used[2] = { NULL, NULL };

	pthread_mutex_lock(&closer.lock);
	for (int i = 0; i < (closer.n_done > MAX_DONE ? 2 : 1); i++) {
		used[i] = closer.done;
		if (!used[i])
			break;
		closer.done = used[i]->next;
		closer.n_done--;
	}
	pthread_mutex_unlock(&closer.lock);
	free(used[1]);
	return used[0] ? (struct closing *)(void *)used[0] :
			 malloc(sizeof(struct closing));
}

/* Without memory for a chore. */
static void keep_spare(int fd)
{
	pthread_once(&once, prepare);
	pthread_mutex_lock(&closer.lock);
	if ((unsigned int)fd < MAX_SPARE) {
		closer.spare[(size_t)fd / WORD_BITS] |=
			1ul << ((size_t)fd % WORD_BITS);
		closer.n_spare++;
		call_thread();
	} else {
		closer.leaked++;
	}
	pthread_mutex_unlock(&closer.lock);
}

/*
 * Only a memfd can be sealed against growing. If it holds little memory, as a
 * sealed one does for good, its end is quick.
 */
static bool is_harmless(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	return seals >= 0 && (seals & F_SEAL_GROW) && fstat(fd, &st) == 0 &&
	       (uint64_t)st.st_blocks * 512 <= 2 * CAMIPC_MAX_MESSAGE_SIZE_CEILING;
}

void camipc_closer_close(int fd, struct camipc_fd_source *source)
{
	int saved = errno;
	struct closing *closing;

	if (is_harmless(fd)) {
		close(fd);
		errno = saved;
		return;
	}
	closing = get_closing();
	if (closing) {
		closing->chore.source = source;
		closing->chore.run = close_one;
		closing->fd = fd;
		if (source)
			atomic_fetch_add(&source->waiting, 1);
		camipc_closer_run(&closing->chore);
	} else {
		keep_spare(fd);
	}
	errno = saved;
}

void camipc_fd_close(int fd)
{
	if (fd >= 0)
		camipc_closer_close(fd, NULL);
}

int camipc_get_closer_stats(struct camipc_closer_stats *stats)
{
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_get_closer_stats", struct camipc_closer_stats,
		threads);
	struct camipc_closer_stats all = { .size = stats->size };
	int ret = camipc_struct_check_result(&rule, stats);

	if (ret < 0)
		return ret;
	if (all.size > sizeof(all))
		all.size = sizeof(all);
	pthread_mutex_lock(&closer.lock);
	all.threads = closer.n_threads;
	all.waiting = closer.n_waiting + closer.n_spare;
	all.closing = closer.n_running;
	all.closed = closer.closed;
	all.leaked = closer.leaked;
	pthread_mutex_unlock(&closer.lock);
	memcpy(stats, &all, all.size);
	return 0;
}
