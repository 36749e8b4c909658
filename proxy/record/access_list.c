/* SPDX-License-Identifier: MIT */
/* The recorders that are shown accesses to shared buffers, and lines of the log. */
#include "access_list.h"

#include "access_watch.h"
#include "log_watch.h"

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct camipc_recorder *list;

/** Records an access to a file that recorded messages carried. */
static void watch(const struct camipc_access *access)
{
	const uint64_t object = camipc_recorder_object(access->device,
						       access->number);

	pthread_mutex_lock(&list_lock);
	for (struct camipc_recorder *one = list; one; one = one->next)
		if (camipc_recorder_knows(one, object))
			camipc_recorder_put_access(one, object, access->offset,
						   access->data, access->size,
						   access->wrote, false);
	pthread_mutex_unlock(&list_lock);
}

/** Records a line, unless this thread logs while it puts an item. */
static void watch_log(enum camipc_log_level level, const char *topic,
		      const char *text)
{
	if (camipc_item_queue_is_mine())
		return;
	pthread_mutex_lock(&list_lock);
	for (struct camipc_recorder *one = list; one; one = one->next)
		camipc_recorder_put_log(one, level, topic, text);
	pthread_mutex_unlock(&list_lock);
}

void camipc_access_list_add(struct camipc_recorder *recorder)
{
	pthread_mutex_lock(&list_lock);
	recorder->next = list;
	list = recorder;
	atomic_store(&camipc_access_watcher, watch);
	atomic_store(&camipc_log_watchers[CAMIPC_LOG_WATCHER_RECORD],
		     watch_log);
	pthread_mutex_unlock(&list_lock);
}

void camipc_access_list_remove(struct camipc_recorder *recorder)
{
	pthread_mutex_lock(&list_lock);
	for (struct camipc_recorder **one = &list; *one; one = &(*one)->next)
		if (*one == recorder) {
			*one = recorder->next;
			break;
		}
	if (!list) {
		atomic_store(&camipc_access_watcher, (camipc_access_fn)NULL);
		atomic_store(&camipc_log_watchers[CAMIPC_LOG_WATCHER_RECORD],
			     (camipc_log_watch_fn)NULL);
	}
	pthread_mutex_unlock(&list_lock);
}
