/* SPDX-License-Identifier: MIT */
/* Keeps the sources of a module, waits for them and calls their functions. */
#include "sources.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <camipc/log.h>

#include "deadline.h"

#define TOPIC "servant"

/* The calls' descriptor and the eventfd come first in a set for poll(). */
#define N_OWN 2

struct camipc_task {
	struct camipc_task *next;
	void (*run)(void *user);
	void *user;
};

void camipc_sources_init(struct camipc_sources *sources)
{
	memset(sources, 0, sizeof(*sources));
	atomic_init(&sources->wake_fd, -1);
	atomic_init(&sources->posted, false);
	atomic_init(&sources->woken, false);
	pthread_mutex_init(&sources->lock, NULL);
}

/* Takes all tasks out of the list. */
static struct camipc_task *take_tasks(struct camipc_sources *sources)
{
	struct camipc_task *tasks;

	/* Most ops find no task, and need no lock. */
	if (!atomic_load(&sources->posted))
		return NULL;
	pthread_mutex_lock(&sources->lock);
	atomic_store(&sources->posted, false);
	tasks = sources->first;
	sources->first = NULL;
	sources->last = NULL;
	pthread_mutex_unlock(&sources->lock);
	return tasks;
}

void camipc_sources_close(struct camipc_sources *sources)
{
	pthread_mutex_lock(&sources->lock);
	sources->closed = true;
	pthread_mutex_unlock(&sources->lock);
}

void camipc_sources_fini(struct camipc_sources *sources)
{
	struct camipc_task *task = take_tasks(sources);
	int fd = atomic_load(&sources->wake_fd);

	while (task) {
		struct camipc_task *next = task->next;

		free(task);
		task = next;
	}
	if (fd >= 0)
		close(fd);
	pthread_mutex_destroy(&sources->lock);
}

/* ---- what a module adds ------------------------------------------------- */

static int add(struct camipc_sources *sources,
	       const struct camipc_source *source)
{
	for (uint32_t i = 0; i < CAMIPC_MAX_SOURCES; i++) {
		struct camipc_source *item = &sources->items[i];

		if (item->number)
			continue;
		*item = *source;
		if (sources->last_number == INT32_MAX)
			sources->last_number = 0;
		item->number = ++sources->last_number;
		sources->n++;
		if (item->fd >= 0)
			sources->n_descriptors++;
		return item->number;
	}
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "the module has %d sources already, and cannot add another",
		   CAMIPC_MAX_SOURCES);
	return -ENOMEM;
}

int camipc_sources_add_descriptor(struct camipc_sources *sources, int fd,
				  uint32_t events,
				  void (*ready)(void *user, int fd,
						uint32_t revents),
				  void *user)
{
	const struct camipc_source source = {
		.fd = fd, .events = events, .ready = ready, .user = user
	};

	if (!ready || events > INT16_MAX)
		return -EINVAL;
	if (fd < 0 || fcntl(fd, F_GETFD) < 0)
		return -EBADF;
	return add(sources, &source);
}

/* Returns the time @delay after now; never, if the clock has no such time. */
static int64_t time_after(uint64_t delay)
{
	const int64_t now = camipc_now();

	return delay < (uint64_t)(CAMIPC_NO_DEADLINE - now)
		       ? now + (int64_t)delay
		       : CAMIPC_NO_DEADLINE;
}

int camipc_sources_add_timer(struct camipc_sources *sources, uint64_t delay_ns,
			     uint64_t period_ns, void (*expired)(void *user),
			     void *user)
{
	const struct camipc_source source = {
		.fd = -1,
		.due = time_after(delay_ns),
		.delay = delay_ns,
		.period = period_ns,
		.expired = expired,
		.user = user,
	};

	return expired ? add(sources, &source) : -EINVAL;
}

static void drop(struct camipc_sources *sources, struct camipc_source *item)
{
	if (item->fd >= 0)
		sources->n_descriptors--;
	item->number = 0;
	sources->n--;
}

int camipc_sources_remove(struct camipc_sources *sources, int number)
{
	for (uint32_t i = 0; i < CAMIPC_MAX_SOURCES && number > 0; i++) {
		if (sources->items[i].number == number) {
			drop(sources, &sources->items[i]);
			return 0;
		}
	}
	return -ENOENT;
}

int camipc_sources_post(struct camipc_sources *sources,
			void (*run)(void *user), void *user)
{
	struct camipc_task *task;
	int ret = 0;

	if (!run)
		return -EINVAL;
	task = malloc(sizeof(*task));
	if (!task)
		return -ENOMEM;
	*task = (struct camipc_task){ .run = run, .user = user };
	pthread_mutex_lock(&sources->lock);
	if (sources->closed) {
		ret = -EPIPE;
	} else {
		if (sources->last)
			sources->last->next = task;
		else
			sources->first = task;
		sources->last = task;
		atomic_store(&sources->posted, true);
	}
	pthread_mutex_unlock(&sources->lock);
	if (ret < 0)
		free(task);
	return ret;
}

void camipc_sources_wake(struct camipc_sources *sources)
{
	const uint64_t one = 1;
	int fd;

	/* First: an op thread that opens the descriptor later finds this. */
	atomic_store(&sources->woken, true);
	fd = atomic_load(&sources->wake_fd);
	/* It cannot be full: its counter has room for more than anybody can
	 * write. */
	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;
}

/* ---- runs ----------------------------------------------------------------- */

void camipc_sources_begin(struct camipc_sources *sources)
{
	sources->is_running = true;
	for (uint32_t i = 0; i < CAMIPC_MAX_SOURCES; i++) {
		struct camipc_source *item = &sources->items[i];

		if (item->number && item->fd < 0)
			item->due = time_after(item->delay);
	}
}

void camipc_sources_end(struct camipc_sources *sources)
{
	sources->is_running = false;
}

void camipc_sources_run_tasks(struct camipc_sources *sources)
{
	struct camipc_task *task =
		sources->is_running ? take_tasks(sources) : NULL;

	while (task) {
		struct camipc_task *next = task->next;
		void (*run)(void *user) = task->run;
		void *user = task->user;

		free(task);
		run(user);
		task = next;
	}
}

/* Its function may add and remove sources, this one too. */
static void fire_timer(struct camipc_sources *sources,
		       struct camipc_source *item, int64_t now)
{
	const struct camipc_source fired = *item;

	if (!item->period) {
		drop(sources, item);
	} else {
		/* What was missed is not made up for. */
		item->due += (int64_t)(item->period < (uint64_t)INT64_MAX / 4
					       ? item->period
					       : (uint64_t)INT64_MAX / 4);
		if (item->due <= now)
			item->due = time_after(item->period);
	}
	fired.expired(fired.user);
}

int64_t camipc_sources_run_due(struct camipc_sources *sources)
{
	int64_t next = CAMIPC_NO_DEADLINE;
	int64_t now;

	if (!sources->is_running)
		return next;
	camipc_sources_run_tasks(sources);
	if (!sources->n)
		return next;
	now = camipc_now();
	for (uint32_t i = 0; i < CAMIPC_MAX_SOURCES; i++) {
		struct camipc_source *item = &sources->items[i];

		if (item->number && item->fd < 0 && item->due <= now)
			fire_timer(sources, item, now);
	}
	for (uint32_t i = 0; i < CAMIPC_MAX_SOURCES; i++) {
		const struct camipc_source *item = &sources->items[i];

		if (item->number && item->fd < 0 && item->due < next)
			next = item->due;
	}
	return next;
}

/* ---- poll ----------------------------------------------------------------- */

static int open_wake_fd(struct camipc_sources *sources)
{
	int fd = atomic_load(&sources->wake_fd);

	if (fd >= 0)
		return fd;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	atomic_store(&sources->wake_fd, fd);
	return fd;
}

/** A set for poll(), with the sources that its descriptors belong to. */
struct poll_set {
	struct pollfd fds[N_OWN + CAMIPC_MAX_SOURCES];
	int numbers[N_OWN + CAMIPC_MAX_SOURCES];
	nfds_t n;
};

static void fill(struct poll_set *set, const struct camipc_sources *sources)
{
	for (uint32_t i = 0; i < CAMIPC_MAX_SOURCES && sources->is_running;
	     i++) {
		const struct camipc_source *item = &sources->items[i];

		if (!item->number || item->fd < 0)
			continue;
		set->fds[set->n].fd = item->fd;
		set->fds[set->n].events = (short)item->events;
		set->fds[set->n].revents = 0;
		set->numbers[set->n++] = item->number;
	}
}

/* A function that ran before may have removed the source. */
static void fire_descriptor(struct camipc_sources *sources, int number,
			    short revents)
{
	for (uint32_t i = 0; i < CAMIPC_MAX_SOURCES; i++) {
		struct camipc_source *item = &sources->items[i];
		const struct camipc_source fired = *item;

		if (item->number != number)
			continue;
		/* The module has closed it: it would be ready for ever. */
		if (revents & POLLNVAL) {
			drop(sources, item);
			camipc_log(CAMIPC_LOG_WARNING, TOPIC,
				   "the module closed descriptor %d, which is "
				   "still a source; the source was removed",
				   fired.fd);
			return;
		}
		fired.ready(fired.user, fired.fd, (uint32_t)revents);
		return;
	}
}

/* Whether poll() is not to sleep, once the thread could be woken from that. */
static bool is_woken(struct camipc_sources *sources)
{
	return atomic_exchange(&sources->woken, false) ||
	       (sources->is_running && atomic_load(&sources->posted));
}

int camipc_sources_poll(struct camipc_sources *sources, int fd, short events)
{
	struct poll_set set = { .n = N_OWN };
	uint64_t value;
	int64_t next;
	int wake_fd = open_wake_fd(sources);

	if (wake_fd < 0)
		return wake_fd;
	next = camipc_sources_run_due(sources);
	/* poll() skips a negative descriptor. */
	set.fds[0] = (struct pollfd){ .fd = fd, .events = events };
	set.fds[1] = (struct pollfd){ .fd = wake_fd, .events = POLLIN };
	fill(&set, sources);
	if (poll(set.fds, set.n,
		 is_woken(sources) || fd < 0
			 ? 0
			 : camipc_deadline_to_poll(next, camipc_now())) < 0)
		return errno == EINTR ? 0 : -errno;
	if (set.fds[1].revents)
		(void)!read(wake_fd, &value, sizeof(value));
	for (nfds_t i = N_OWN; i < set.n; i++) {
		if (set.fds[i].revents)
			fire_descriptor(sources, set.numbers[i],
					set.fds[i].revents);
	}
	return set.fds[0].revents || fd < 0 ? 1 : 0;
}
