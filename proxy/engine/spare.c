/* SPDX-License-Identifier: MIT */
/* Keeps a second worker ready for the next restart. */
#include "spare.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/log.h>

#include "clock.h"
#include "link_params.h"

/* How often the module's file is looked at. */
#define FILE_LOOK_NS ((int64_t)1000 * (int64_t)CAMIPC_NS_PER_MS)

/* Messages of a spare that one step reads. */
#define MESSAGES 16

/** Another one: not beside a worker that is being started to take over. */
static bool is_wanted(const struct camipc_proxy *proxy)
{
	return proxy->restart.policy.spare && !camipc_proxy_is_dead(proxy) &&
	       proxy->restart.phase == CAMIPC_RESTART_NONE && !proxy->reload;
}

int64_t camipc_spare_due(const struct camipc_proxy *proxy)
{
	const struct camipc_spare *spare = &proxy->restart.spare;

	if (!spare->link)
		return is_wanted(proxy) ? spare->at : CAMIPC_NO_DEADLINE;
	return spare->ready ? CAMIPC_NO_DEADLINE :
			      spare->link->ops->look_at(spare->link);
}

/** Bytes of memory that a process has, shared ones included. */
static uint64_t measure(int pid)
{
	unsigned long pages = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void set_bytes(struct camipc_proxy *proxy, uint64_t bytes)
{
	atomic_store_explicit(&proxy->stats.spare_bytes, bytes,
			      memory_order_relaxed);
}

/** Tries again later, and later each time. */
static void delay(struct camipc_spare *spare)
{
	if (spare->delay_ms == 0)
		spare->delay_ms = CAMIPC_RESTART_DELAY_MS;
	spare->at = camipc_now() +
		    (int64_t)spare->delay_ms * (int64_t)CAMIPC_NS_PER_MS;
	spare->delay_ms *= 2;
	if (spare->delay_ms > CAMIPC_MAX_RESTART_DELAY_MS)
		spare->delay_ms = CAMIPC_MAX_RESTART_DELAY_MS;
}

void camipc_spare_drop(struct camipc_proxy *proxy)
{
	struct camipc_spare *spare = &proxy->restart.spare;
	struct camipc_closed_info info = { .size = sizeof(info) };
	struct camipc_link *link = spare->link;

	spare->link = NULL;
	spare->ready = false;
	set_bytes(proxy, 0);
	if (!link)
		return;
	/* Nobody waits for it to end in order: it has done nothing. */
	link->ops->kill(link, &info);
	link->ops->destroy(link);
}

/** Notes which file is at the module's path. */
static bool look_at_file(const struct camipc_proxy *proxy,
			 struct camipc_spare_file *file)
{
	struct stat info;

	if (stat(proxy->origin->module.path, &info) < 0)
		return false;
	*file = (struct camipc_spare_file){
		.device = info.st_dev,
		.inode = info.st_ino,
		.size = info.st_size,
		.changed_s = info.st_ctim.tv_sec,
		.changed_ns = info.st_ctim.tv_nsec,
	};
	return true;
}

static bool is_same_file(const struct camipc_proxy *proxy)
{
	const struct camipc_spare_file *old = &proxy->restart.spare.file;
	struct camipc_spare_file now;

	return look_at_file(proxy, &now) && now.device == old->device &&
	       now.inode == old->inode && now.size == old->size &&
	       now.changed_s == old->changed_s &&
	       now.changed_ns == old->changed_ns;
}

static int begin_spare(struct camipc_proxy *proxy)
{
	struct camipc_spare *spare = &proxy->restart.spare;

	/* Before it is opened: a later change is noticed then. */
	if (!look_at_file(proxy, &spare->file))
		return -ENOENT;
	return camipc_proxy_begin_link(proxy, &spare->link);
}

/** Goes on with the start. */
static void grow(struct camipc_proxy *proxy)
{
	struct camipc_spare *spare = &proxy->restart.spare;
	const struct camipc_link_params params =
		camipc_proxy_link_params(proxy);
	int ret = spare->link->ops->resume(spare->link, &params);

	if (ret == -EAGAIN)
		return;
	if (ret < 0) {
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: the spare worker could not be started",
			   camipc_proxy_name(proxy));
		camipc_spare_drop(proxy);
		delay(spare);
		return;
	}
	spare->ready = true;
	spare->look_at = camipc_now() + FILE_LOOK_NS;
	set_bytes(proxy, measure(spare->link->ops->get_pid(spare->link)));
	camipc_log(CAMIPC_LOG_DEBUG, CAMIPC_PROXY_TOPIC,
		   "%s: worker %d is ready to take over",
		   camipc_proxy_name(proxy),
		   spare->link->ops->get_pid(spare->link));
}

/** A spare that is ready logs at most. Returns false if it is of no use. */
static bool is_well(struct camipc_proxy *proxy)
{
	struct camipc_link *link = proxy->restart.spare.link;
	struct camipc_record *record;
	enum camipc_reason reason;
	int ret = 1;

	link->ops->service(link);
	for (int i = 0; i < MESSAGES && ret == 1; i++)
		ret = link->ops->pop(link, &record, &reason);
	if (ret == 0)
		camipc_record_release(record);
	return ret == 1 || ret == -EAGAIN || ret == -ENOMEM;
}

static void watch_spare(struct camipc_proxy *proxy)
{
	struct camipc_spare *spare = &proxy->restart.spare;
	const int64_t now = camipc_now();

	if (!is_well(proxy)) {
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: the spare worker has ended; another one "
			   "follows",
			   camipc_proxy_name(proxy));
		camipc_spare_drop(proxy);
		delay(spare);
		return;
	}
	if (now < spare->look_at)
		return;
	spare->look_at = now + FILE_LOOK_NS;
	/* One that has stood by for a while was well. */
	spare->delay_ms = 0;
	if (is_same_file(proxy))
		return;
	camipc_spare_drop(proxy);
	spare->at = now;
}

void camipc_spare_step(struct camipc_proxy *proxy)
{
	struct camipc_spare *spare = &proxy->restart.spare;

	/* One that is there polls readable, whether another one is wanted or not. */
	if (spare->ready) {
		watch_spare(proxy);
	} else if (spare->link) {
		grow(proxy);
	} else if (is_wanted(proxy) && camipc_now() >= spare->at &&
		   begin_spare(proxy) < 0) {
		spare->link = NULL;
		delay(spare);
	}
}

struct camipc_link *camipc_spare_take(struct camipc_proxy *proxy)
{
	struct camipc_spare *spare = &proxy->restart.spare;
	struct camipc_link *link = spare->link;

	if (!link)
		return NULL;
	if (!spare->ready || !is_well(proxy) || !is_same_file(proxy)) {
		camipc_spare_drop(proxy);
		return NULL;
	}
	spare->link = NULL;
	spare->ready = false;
	spare->at = camipc_now();
	set_bytes(proxy, 0);
	return link;
}
